"""The spending ladder and the explanation of a match: read from the ledger and the rule, never typed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from crowdfund.kit.desk import Task
from payments.ledger.selectors import balances, debit_balance
from payments.matching import formula
from payments.matching.enums import (
    FundChangeKind,
    FundChangeStatus,
    FundKind,
    FundMoney,
    ReservationStatus,
)
from payments.matching.models import FundChange, MatchFund, Reservation
from payments.matching.permissions import can_confirm_act, can_decide_fund_change, can_record_act

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import QuerySet

    from accounts.models import User
    from campaigns.calls.models import Call, Programme
    from campaigns.models import Campaign


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


@dataclasses.dataclass(frozen=True)
class Share:
    """What one pot bears of a campaign's match, in whole cents: now, and at most."""

    fund_id: int
    name: str
    kind: str
    status: str
    cents: int
    maximum_cents: int


@dataclasses.dataclass(frozen=True)
class MatchExplained:
    """A campaign's match now, the most it can be, every step of the computation, and which pot bears how much."""

    status: str
    cents: int
    maximum_cents: int
    reached: bool
    missing_cents: int
    steps: list[dict[str, Any]]
    rule: dict[str, Any]
    shares: list[Share]


def match_explained(campaign: Campaign) -> MatchExplained | None:
    """Explain a campaign's match to the cent: on what is pledged while it runs, on what was collected afterwards.

    Returns None for a campaign that no call matches. Costs one query.
    """
    rows = list(Reservation.objects.of_campaign(campaign.pk).select_related("fund__call__rule"))
    if not rows:
        return None
    data = rows[0].fund.call.rule.as_data
    rule = formula.read_rule(data)
    if not isinstance(rule, formula.ThresholdShare | formula.LumpSum):
        return None
    crowd = formula.Crowd(campaign.pledged_cents, campaign.backers)
    live = formula.match_for(rule, cost_cents=campaign.cost_cents, crowd=crowd)
    fixed = [row for row in rows if row.proposed_cents is not None]
    cents = sum(row.proposed_cents or 0 for row in fixed)
    if not fixed:
        cents = min(live.cents, sum(row.reserved_cents for row in rows))
    return MatchExplained(
        status=status_of(rows),
        cents=cents,
        maximum_cents=sum(row.exposure_cents for row in rows),
        reached=bool(fixed) or live.reached,
        missing_cents=_missing(rule, campaign),
        steps=fixed[0].steps if fixed else [dataclasses.asdict(step) for step in live.steps],
        rule=data,
        shares=shares_of(rows, cents),
    )


_STEPS = (
    ReservationStatus.RESERVED,
    ReservationStatus.PROPOSED,
    ReservationStatus.RECORDED,
    ReservationStatus.COMMITTED,
)


def status_of(rows: Sequence[Reservation]) -> str:
    """Say how far a campaign's match is: as far as the pot that is behind the others; released when all are."""
    standing = {row.status for row in rows}
    return next((step for step in _STEPS if step in standing), ReservationStatus.RELEASED)


def shares_of(rows: Sequence[Reservation], cents: int) -> list[Share]:
    """Spread a match of `cents` over a campaign's reservations, in the order of the pots; fixed parts as proposed."""
    shares = []
    for row in rows:
        part = min(cents, row.reserved_cents) if row.proposed_cents is None else row.proposed_cents
        cents -= part
        if part or row.status != ReservationStatus.RELEASED:
            shares.append(
                Share(row.fund_id, payer_of(row.fund), row.fund.kind, row.status, part, row.exposure_cents)
            )
    return shares


def payer_of(fund: MatchFund) -> str:
    """Name who gives a pot's money: the sponsor, or the city."""
    return fund.organisation.name if fund.organisation else _("The city")


def _missing(rule: formula.ThresholdShare | formula.LumpSum, campaign: Campaign) -> int:
    if isinstance(rule, formula.ThresholdShare):
        mark = formula.threshold_cents(campaign.cost_cents, rule.crowd_threshold_percent)
    else:
        mark = rule.at_amount_cents or 0
    pledged: int = campaign.pledged_cents
    return max(0, mark - pledged)


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
