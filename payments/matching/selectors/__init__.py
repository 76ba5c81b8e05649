"""The spending ladder, the pots and what waits at the desk: read from the ledger and the rule, never typed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from crowdfund.kit.desk import Task
from payments.ledger.selectors import balances, debit_balance
from payments.matching.enums import (
    FundChangeKind,
    FundChangeStatus,
    FundKind,
    FundMoney,
    ReservationStatus,
)
from payments.matching.models import FundChange, MatchFund, Reservation
from payments.matching.permissions import can_confirm_act, can_decide_fund_change, can_record_act
from payments.matching.selectors.matches import MatchExplained, match_explained
from payments.matching.selectors.shares import Share, payer_of, shares_of, status_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet

    from accounts.models import User
    from campaigns.calls.models import Call, Programme


__all__ = [
    "LadderFigures",
    "MatchExplained",
    "Share",
    "admitted_cents",
    "books_that_disagree",
    "changes_of",
    "commitment_url",
    "fund_changes",
    "fund_ladder",
    "fund_ladders",
    "match_explained",
    "officer_tasks",
    "payer_of",
    "programme_ladder",
    "shares_of",
    "status_of",
]


@dataclasses.dataclass(frozen=True)
class LadderFigures:
    """Cumulative figures, in cents: each step holds all later ones."""

    programmed_cents: int = 0
    admitted_cents: int = 0
    bound_cents: int = 0
    disbursed_cents: int = 0

    def steps(self) -> list[tuple[str, int]]:
        """Return the four steps by name, in order."""
        return [
            ("programmed", self.programmed_cents),
            ("admitted", self.admitted_cents),
            ("bound", self.bound_cents),
            ("disbursed", self.disbursed_cents),
        ]


def _sum(found: dict[str, int], *names: str) -> int:
    return sum(cents for code, cents in found.items() if code.split(":")[0] in names)


def programme_ladder(programme: Programme) -> LadderFigures:
    """Return a programme's ladder out of ledger balances, its calls' pots included but for sponsors' (two queries)."""
    pk = programme.pk
    own_pots = MatchFund.objects.filter(call__programme=programme, kind=FundKind.MUNICIPALITY)
    funds = list(own_pots.values_list("pk", flat=True))
    own = [f"programmed:{pk}", f"admitted:{pk}", f"bound:p{pk}:", f"disbursed:p{pk}:"]
    found = _exact(balances(*own, *_fund_prefixes(funds)), {f"programmed:{pk}", f"admitted:{pk}"}, funds)
    return LadderFigures(
        programmed_cents=_sum(found, "programmed", "admitted", "fund", "reserved", "bound", "disbursed"),
        admitted_cents=_sum(found, "admitted", "fund", "reserved", "bound", "disbursed"),
        bound_cents=_sum(found, "bound", "disbursed"),
        disbursed_cents=_sum(found, "disbursed"),
    )


def _fund_prefixes(funds: Iterable[int]) -> list[str]:
    return [
        prefix
        for pk in funds
        for prefix in (f"fund:{pk}", f"reserved:f{pk}:", f"bound:f{pk}:", f"disbursed:f{pk}:")
    ]


def _exact(found: dict[str, int], wanted: set[str], funds: Iterable[int]) -> dict[str, int]:
    """Drop accounts that merely begin alike (`fund:1` and `fund:12`)."""
    wanted = wanted | {f"fund:{pk}" for pk in funds}
    return {code: cents for code, cents in found.items() if code.count(":") > 1 or code in wanted}


def fund_ladder(fund: MatchFund) -> LadderFigures:
    """Return a fund's ladder out of ledger balances (one query)."""
    return _fund_figures(balances(*_fund_prefixes([fund.pk])), fund.pk)


def _fund_figures(found: dict[str, int], pk: int) -> LadderFigures:
    """Read one fund's figures out of balances that may hold others'."""
    mine = {
        code: cents for code, cents in found.items() if code == f"fund:{pk}" or code.split(":")[1] == f"f{pk}"
    }
    return LadderFigures(
        programmed_cents=_sum(mine, "fund", "reserved", "bound", "disbursed"),
        admitted_cents=_sum(mine, "reserved", "bound", "disbursed"),
        bound_cents=_sum(mine, "bound", "disbursed"),
        disbursed_cents=_sum(mine, "disbursed"),
    )


def fund_ladders(call: Call) -> list[tuple[MatchFund, LadderFigures]]:
    """Return a call's pots in the order in which they are taken from, each with its ladder (three queries)."""
    funds = MatchFund.objects.filter(call=call).select_related("organisation")
    rows = list(funds.prefetch_related("neighbourhoods").in_order())
    found = balances(*_fund_prefixes([row.pk for row in rows])) if rows else {}
    return [(row, _fund_figures(found, row.pk)) for row in rows]


def books_that_disagree() -> list[str]:
    """Compare every pot and reservation with the ledger and with each other; return a sentence for each difference.

    Free and what campaigns have is what was opened; each of them is its account's balance; money of a sponsor that is
    to lie in our account lies there.
    """
    found = balances("fund:", "reserved:", "bound:f", "disbursed:f", "held_fund:")
    taken: dict[int, int] = {}
    wrong = []
    for row in Reservation.objects.all():
        taken[row.fund_id] = taken.get(row.fund_id, 0) + row.standing_cents
        wrong += _disagreeing(row, found)
    for fund in MatchFund.objects.order_by("pk"):
        booked = found.get(f"fund:{fund.pk}", 0)
        if fund.free_cents != booked:
            wrong.append(f"fund {fund.pk}: free_cents {fund.free_cents}, ledger {booked}")
        if fund.free_cents + taken.get(fund.pk, 0) != fund.opened_cents:
            wrong.append(
                f"fund {fund.pk}: opened {fund.opened_cents}, free {fund.free_cents}, taken {taken.get(fund.pk, 0)}"
            )
        if (
            fund.of_sponsor
            and fund.money == FundMoney.HELD
            and fund.free_cents > -found.get(f"held_fund:{fund.pk}", 0)
        ):
            wrong.append(
                f"fund {fund.pk}: free_cents {fund.free_cents} is more than lies in our account for it"
            )
    return wrong


def _disagreeing(row: Reservation, found: dict[str, int]) -> list[str]:
    wrong = []
    for name, cents in (
        ("reserved", row.reserved_cents),
        ("bound", row.bound_cents),
        ("disbursed", row.disbursed_cents),
    ):
        booked = found.get(f"{name}:f{row.fund_id}:{row.campaign_id}", 0)
        if booked != cents:
            wrong.append(f"reservation {row.pk}: {name} {cents}, ledger {booked}")
    return wrong


def fund_changes() -> QuerySet[FundChange]:
    """Return every opening, topping up and closing of a pot with what a page shows of it, newest first."""
    return FundChange.objects.select_related(
        "call__programme", "fund", "organisation", "proposed_by", "proposed_person", "decided_by"
    )


def changes_of(fund: MatchFund) -> QuerySet[FundChange]:
    """Return what was done and is to be done to one pot, its opening included, newest first."""
    opening = Q(kind=FundChangeKind.OPENING, call=fund.call_id, status=FundChangeStatus.APPROVED)
    if fund.organisation_id is None:
        opening &= Q(organisation__isnull=True)
    else:
        opening &= Q(organisation=fund.organisation_id, decided_at=fund.opened_at)
    return fund_changes().filter(opening | Q(fund=fund))


def admitted_cents(programme_id: int) -> int:
    """Return what a programme has admitted and given to no pot or contract yet, in cents."""
    return debit_balance(f"admitted:{programme_id}")


_ACTIONS: dict[str, Callable[[], str]] = {
    FundChangeKind.OPENING: lambda: _("Approve the pot of a call"),
    FundChangeKind.TOP_UP: lambda: _("Approve a top-up"),
    FundChangeKind.CLOSING: lambda: _("Approve the closing of a pot"),
}


def officer_tasks(user: User, now: dt.datetime) -> list[Task]:
    """List the changes of pots that wait for this person, and the acts to confirm."""
    changes = [
        Task(
            _ACTIONS[change.kind]()
            if change.organisation is None
            else _("Approve a change of a sponsor's pot"),
            change.call.title,
            reverse("fund_change", args=[change.pk]),
        )
        for change in fund_changes().filter(status=FundChangeStatus.PROPOSED)
        if can_decide_fund_change(user, change)
    ]
    return changes + _act_tasks(user)


def _act_tasks(user: User) -> list[Task]:
    rows = Reservation.objects.filter(status__in=[ReservationStatus.PROPOSED, ReservationStatus.RECORDED])
    found = []
    for row in rows.select_related("campaign__project", "fund__organisation").prefetch_related(
        "acts__proposed_person"
    ):
        standing = [act for act in row.acts.all() if act.returned_at is None]
        if row.status == ReservationStatus.PROPOSED and can_record_act(user, row):
            action = _("Record the act of a match")
        elif standing and can_confirm_act(user, standing[0]):
            action = _("Confirm the act of a match")
        else:
            continue
        found.append(Task(action, row.campaign.project.title, commitment_url(row)))
    return found


def commitment_url(row: Reservation) -> str:
    """Give the page where the act of one pot is recorded and confirmed."""
    return f"{reverse('commitment', args=[row.campaign.slug])}?fund={row.fund_id}"
