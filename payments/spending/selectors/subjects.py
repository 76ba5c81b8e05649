"""What a transfer of the ladder is about: a campaign, a contract, a pot or the programme, with where to read on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.urls import reverse

from campaigns.calls.models import Programme
from campaigns.enums import PUBLIC_STATUSES
from campaigns.models import Campaign
from payments.matching.models import MatchFund
from payments.spending.models import Contract

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payments.ledger.models import LedgerTransfer

ORDER = ("campaign", "contract", "fund", "programme")
"""What says most first: a reservation is about its campaign, though it comes out of a fund."""
STEPS_OF_FUND = frozenset({"reserved", "bound", "disbursed"})


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is moved for: its title, and its page (empty while it has none that everybody may read)."""

    kind: str
    title: str
    url: str


def named_by(account: str) -> tuple[str, int] | None:
    """Read from an account's code what it is of: `bound:p1:4` is contract 4. None for the controls."""
    head, *rest = account.split(":")
    if head in {"programmed", "admitted"}:
        return "programme", int(rest[0])
    if head == "fund":
        return "fund", int(rest[0])
    if head not in STEPS_OF_FUND:
        return None
    owner, what = rest
    if what == "opening":
        return "programme", int(owner[1:])
    return ("campaign" if owner.startswith("f") else "contract"), int(what)


def subjects_of(transfers: Iterable[LedgerTransfer]) -> dict[int, Subject]:
    """Return what each transfer (by id) is about; at most one query for each of the four kinds that occur."""
    keys: dict[int, tuple[str, int]] = {}
    for transfer in transfers:
        named = [key for key in (named_by(transfer.debit_id), named_by(transfer.credit_id)) if key]
        if named:
            keys[transfer.pk] = min(named, key=lambda key: ORDER.index(key[0]))
    known: dict[tuple[str, int], Subject] = {}
    for kind in {kind for kind, _pk in keys.values()}:
        ids = {pk for one, pk in keys.values() if one == kind}
        known |= {(kind, pk): subject for pk, subject in READERS[kind](ids)}
    return {pk: known[key] for pk, key in keys.items() if key in known}


def _campaigns(ids: set[int]) -> Iterable[tuple[int, Subject]]:
    for row in Campaign.objects.filter(pk__in=ids).select_related("project"):
        url = reverse("campaign", args=[row.slug]) if row.status in PUBLIC_STATUSES else ""
        yield row.pk, Subject("campaign", row.project.title, url)


def _contracts(ids: set[int]) -> Iterable[tuple[int, Subject]]:
    for row in Contract.objects.filter(pk__in=ids):
        yield row.pk, Subject("contract", row.subject, row.get_absolute_url())


def _funds(ids: set[int]) -> Iterable[tuple[int, Subject]]:
    for row in MatchFund.objects.filter(pk__in=ids):
        yield row.pk, Subject("fund", row.name, reverse("fund_ladder", args=[row.pk]))


def _programmes(ids: set[int]) -> Iterable[tuple[int, Subject]]:
    for row in Programme.objects.filter(pk__in=ids):
        yield row.pk, Subject("programme", row.title, row.get_absolute_url())


READERS = {"campaign": _campaigns, "contract": _contracts, "fund": _funds, "programme": _programmes}
