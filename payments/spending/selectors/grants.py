"""The list of grants that a public body publishes each year (D.Lgs. 33/2013, arts. 26 and 27).

Art. 27 c. 1 asks for: a) the beneficiary and its tax data; b) the amount; c) the rule or title it rests on; d) the
office and the official responsible; e) how the beneficiary was found; f) a link to the project. A natural person's
tax number is never given. Grants to natural persons from which health or hardship could be read are left out
(art. 26 c. 4): none passes through here, matches go to organisations and such aid is no contract of a programme.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils.translation import gettext as _

from payments.matching.models import CommitmentAct
from payments.spending.enums import ContractKind
from payments.spending.models import Contract
from payments.spending.selectors.exports import GRANT_ACTS, public_tax_code

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class Grant:
    """One line of the list; amounts in whole cents."""

    beneficiary: str
    tax_code: str
    amount_cents: int
    paid_cents: int
    basis: str
    act: str
    act_on: dt.date
    office: str
    responsible: str
    selection: str
    project: str
    link: str


COLUMNS = (
    "BENEFICIARIO", "CODICE_FISCALE", "IMPORTO", "IMPORTO_PAGATO", "NORMA_O_TITOLO", "ATTO", "DATA_ATTO", "UFFICIO",
    "RESPONSABILE_PROCEDIMENTO", "MODALITA_INDIVIDUAZIONE", "PROGETTO", "LINK",
)  # fmt: skip


def grant_years() -> list[int]:
    """Return the years of which there is a list, the newest first."""
    acts = CommitmentAct.objects.filter(GRANT_ACTS).annotate(year=ExtractYear("dated_on"))
    contracts = Contract.objects.public().filter(kind=ContractKind.GRANT)
    years = set(acts.values_list("year", flat=True))
    years |= set(contracts.annotate(year=ExtractYear("act_on")).values_list("year", flat=True))
    return sorted(years, reverse=True)


def grants_of(year: int) -> list[Grant]:
    """Return the grants of a year by the day of their act (two queries)."""
    return sorted([*_matches(year), *_contracts(year)], key=lambda grant: (grant.act_on, grant.beneficiary))


def _matches(year: int) -> Iterable[Grant]:
    acts = CommitmentAct.objects.filter(GRANT_ACTS, dated_on__year=year).select_related(
        "reservation__fund__call__programme", "reservation__campaign__project__organisation"
    )
    for act in acts:
        call, project = act.reservation.fund.call, act.reservation.campaign.project
        yield Grant(
            beneficiary=project.organisation.name,
            tax_code=public_tax_code(project.organisation.tax_code),
            amount_cents=act.amount_cents,
            paid_cents=act.reservation.disbursed_cents,
            basis=_("Call “%(title)s”") % {"title": call.title},
            act=act.number,
            act_on=act.dated_on,
            office=act.office,
            responsible=call.programme.rup,
            selection=_("Public call, with ranking: %(address)s")
            % {"address": f"{settings.SITE_URL}{call.get_absolute_url()}"},
            project=project.title,
            link=f"{settings.SITE_URL}{reverse('project', args=[project.slug])}",
        )


def _contracts(year: int) -> Iterable[Grant]:
    rows = Contract.objects.filter(kind=ContractKind.GRANT, status="confirmed", act_on__year=year)
    for row in rows:
        yield Grant(
            beneficiary=row.beneficiary,
            tax_code=row.public_tax_code,
            amount_cents=row.amount_cents - row.returned_cents,
            paid_cents=row.disbursed_cents,
            basis=row.legal_basis,
            act=row.act_number,
            act_on=row.act_on,
            office=row.office,
            responsible=row.responsible,
            selection=str(row.get_procedure_display()),
            project=row.subject,
            link=f"{settings.SITE_URL}{row.get_absolute_url()}",
        )


def as_csv(grant: Grant) -> list[str]:
    """Write a line's cells: amounts in euro with a decimal comma, days as ISO dates."""
    return [_cell(value) for value in dataclasses.astuple(grant)]


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value // 100},{value % 100:02d}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
