"""The ladder as open data: one row for each programme, project and contract, with the names OpenCoesione uses.

OpenCoesione (opencoesione.gov.it, "progetti, tracciato esteso") separates by semicolon, writes amounts in euro with a
decimal comma and days as YYYYMMDD; so does the CSV here. The JSON gives the same rows, amounts as text with a point.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.privacy import PERSONAL
from campaigns.calls.enums import PUBLIC_CALLS
from campaigns.calls.models import Programme
from campaigns.enums import PUBLIC_STATUSES
from campaigns.models import Campaign
from payments.ledger.selectors import balances
from payments.matching.enums import FundKind
from payments.matching.models import MatchFund
from payments.matching.selectors import programme_ladder
from payments.spending.models import Contract

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = {
    "LIVELLO": _("Ours: `programma`, `progetto` or `contratto`. Never add different levels up."),
    "COD_LOCALE_PROGETTO": _("The code of the row: the programme's code, then the campaign or contract."),
    "CUP": _("Code of the public investment project."),
    "CIG": _("Ours: code of the public contract."),
    "OC_TITOLO_PROGETTO": _("Title."),
    "OC_SINTESI_PROGETTO": _("What it is for, in short."),
    "OC_CODICE_PROGRAMMA": _("Code of the programme."),
    "OC_DESCRIZIONE_PROGRAMMA": _("Title of the programme."),
    "OC_COD_CICLO": _("Cycle by the programme's start: 1 is 2007–2013, 2 is 2014–2020, 3 is 2021–2027."),
    "DEN_COMUNE": _("City."),
    "DEN_QUARTIERE": _("Ours: neighbourhood."),
    "OC_DENOM_PROGRAMMATORE": _("Who programmes the money."),
    "OC_DENOM_ATTUATORE": _("Who carries it out."),
    "OC_DENOM_BENEFICIARIO": _("Who receives the money."),
    "OC_CODFISC_BENEFICIARIO": _("Tax number of who receives it; organisations only, never a person's."),
    "FINANZ_COMUNE": _("The city's money admitted, in euro."),
    "FINANZ_TOTALE_PUBBLICO": _("All public money admitted, in euro."),
    "FINANZ_PRIVATO": _("Collected from the crowd, and given by sponsors, in euro."),
    "IMPORTO_PROGRAMMATO": _("Ours: programmed, in euro."),
    "IMPEGNI": _("Legally bound, in euro; what was paid is part of it."),
    "TOT_PAGAMENTI": _("Disbursed, in euro."),
    "ECONOMIE_TOTALI": _("Given back by contracts, in euro."),
    "OC_DATA_INIZIO_PROGETTO": _("Start: of the programme, of the campaign, or the day of the act."),
    "OC_DATA_FINE_PROGETTO_PREVISTA": _("Planned end; of a campaign its deadline."),
    "DATA_AGGIORNAMENTO": _("Day of this export."),
    "OC_LINK": _("Page with every movement behind the figures."),
}
AMOUNTS = frozenset({
    "FINANZ_COMUNE", "FINANZ_TOTALE_PUBBLICO", "FINANZ_PRIVATO", "IMPORTO_PROGRAMMATO", "IMPEGNI", "TOT_PAGAMENTI",
    "ECONOMIE_TOTALI",
})  # fmt: skip
CYCLES = ((2021, "3"), (2014, "2"), (2007, "1"))


def ladder_rows(now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Yield every public row by the names of `COLUMNS`: amounts in whole cents, days as dates, text as it is."""
    for row in _programmes():
        yield _whole(row, now)
    for row in _campaigns():
        yield _whole(row, now)
    for row in _contracts():
        yield _whole(row, now)


def _whole(row: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS, "") | row | {"DATA_AGGIORNAMENTO": now.date()}


def _of(programme: Programme) -> dict[str, Any]:
    year = programme.starts_on.year
    return {
        "CUP": programme.cup,
        "OC_CODICE_PROGRAMMA": programme.code,
        "OC_DESCRIZIONE_PROGRAMMA": programme.title,
        "OC_COD_CICLO": next((code for first, code in CYCLES if year >= first), ""),
        "DEN_COMUNE": programme.city,
        "OC_DENOM_PROGRAMMATORE": programme.implementing_body,
    }


def _programmes() -> Iterator[dict[str, Any]]:
    for programme in Programme.objects.order_by("code"):
        figures = programme_ladder(programme)
        yield _of(programme) | {
            "LIVELLO": "programma",
            "COD_LOCALE_PROGETTO": programme.code,
            "OC_TITOLO_PROGETTO": programme.title,
            "OC_SINTESI_PROGETTO": " ".join(programme.about.split())[:200],
            "OC_DENOM_ATTUATORE": programme.implementing_body,
            "OC_DENOM_BENEFICIARIO": programme.implementing_body,
            "FINANZ_COMUNE": figures.admitted_cents,
            "FINANZ_TOTALE_PUBBLICO": figures.admitted_cents,
            "IMPORTO_PROGRAMMATO": figures.programmed_cents,
            "IMPEGNI": figures.bound_cents,
            "TOT_PAGAMENTI": figures.disbursed_cents,
            "OC_DATA_INIZIO_PROGETTO": programme.starts_on,
            "OC_DATA_FINE_PROGETTO_PREVISTA": programme.ends_on,
            "OC_LINK": _link("programme_ladder", programme.slug),
        }


def _standing() -> dict[int, dict[str, int]]:
    """Add up what stands where for each campaign: the city's steps, and what sponsors give (two queries)."""
    sponsors = set(MatchFund.objects.filter(kind=FundKind.SPONSOR).values_list("pk", flat=True))
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for code, cents in balances("reserved:f", "bound:f", "disbursed:f").items():
        step, fund, campaign = code.split(":")
        name = "sponsor" if int(fund[1:]) in sponsors else step
        found[int(campaign)][name] += cents
    return found


def _campaigns() -> Iterator[dict[str, Any]]:
    standing = _standing()
    public = Campaign.objects.filter(
        status__in=PUBLIC_STATUSES, application__call__status__in=PUBLIC_CALLS
    ).select_related("project__organisation", "project__neighbourhood", "application__call__programme")
    for campaign in public.order_by("pk"):
        project, steps = campaign.project, standing[campaign.pk]
        paid = steps["disbursed"]
        bound = paid + steps["bound"]
        admitted = bound + steps["reserved"]
        programme = campaign.application.call.programme
        yield _of(programme) | {
            "LIVELLO": "progetto",
            "COD_LOCALE_PROGETTO": f"{programme.code}-C{campaign.pk}",
            "OC_TITOLO_PROGETTO": project.title,
            "OC_SINTESI_PROGETTO": project.summary,
            "DEN_QUARTIERE": project.neighbourhood.name,
            "OC_DENOM_ATTUATORE": project.organisation.name,
            "OC_DENOM_BENEFICIARIO": project.organisation.name,
            "OC_CODFISC_BENEFICIARIO": public_tax_code(project.organisation.tax_code),
            "FINANZ_COMUNE": admitted,
            "FINANZ_TOTALE_PUBBLICO": admitted,
            "FINANZ_PRIVATO": campaign.collected_cents + steps["sponsor"],
            "IMPORTO_PROGRAMMATO": admitted,
            "IMPEGNI": bound,
            "TOT_PAGAMENTI": paid,
            "OC_DATA_INIZIO_PROGETTO": campaign.opens_at.date() if campaign.opens_at else "",
            "OC_DATA_FINE_PROGETTO_PREVISTA": campaign.deadline.date() if campaign.deadline else "",
            "OC_LINK": _link("project_ladder", project.slug),
        }


def _contracts() -> Iterator[dict[str, Any]]:
    for contract in Contract.objects.public().select_related("programme").order_by("pk"):
        bound = contract.bound_cents + contract.disbursed_cents
        yield _of(contract.programme) | {
            "LIVELLO": "contratto",
            "COD_LOCALE_PROGETTO": f"{contract.programme.code}-K{contract.pk}",
            "CUP": contract.cup,
            "CIG": contract.cig,
            "OC_TITOLO_PROGETTO": contract.subject,
            "OC_DENOM_ATTUATORE": contract.programme.implementing_body,
            "OC_DENOM_BENEFICIARIO": contract.beneficiary,
            "OC_CODFISC_BENEFICIARIO": contract.public_tax_code,
            "FINANZ_COMUNE": bound,
            "FINANZ_TOTALE_PUBBLICO": bound,
            "IMPORTO_PROGRAMMATO": bound,
            "IMPEGNI": bound,
            "TOT_PAGAMENTI": contract.disbursed_cents,
            "ECONOMIE_TOTALI": contract.returned_cents,
            "OC_DATA_INIZIO_PROGETTO": contract.act_on,
            "OC_LINK": f"{settings.SITE_URL}{contract.get_absolute_url()}",
        }


def public_tax_code(tax_code: str) -> str:
    """Return a tax number that may be published: an organisation's, never a person's."""
    return "" if len(tax_code) == PERSONAL else tax_code


def _link(name: str, key: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[key])}"


def as_csv(row: dict[str, Any]) -> list[str]:
    """Write a row's cells as OpenCoesione does: decimal comma, days as YYYYMMDD."""
    return [_cell(name, row[name], comma=True) for name in COLUMNS]


def as_json(row: dict[str, Any]) -> dict[str, str]:
    """Write a row for JSON: amounts as text with a point, days as ISO dates."""
    return {name: _cell(name, row[name], comma=False) for name in COLUMNS}


def _cell(name: str, value: Any, *, comma: bool) -> str:
    if name in AMOUNTS and value != "":
        euros, cents = divmod(int(value), 100)
        return f"{euros}{',' if comma else '.'}{cents:02d}"
    if isinstance(value, dt.date):
        return f"{value:%Y%m%d}" if comma else value.isoformat()
    return str(value)


GRANT_ACTS = Q(
    decided_at__isnull=False, returned_at__isnull=True, reservation__fund__kind=FundKind.MUNICIPALITY
)
"""Acts that were confirmed and bind the city's own money; a sponsor's is no public grant."""
