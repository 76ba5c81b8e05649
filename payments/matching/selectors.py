"""The spending ladder and the explanation of a match: read from the ledger and the rule, never typed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from crowdfund.kit.desk import Alert, Task
from payments.ledger.selectors import balances, debit_balance
from payments.matching import formula
from payments.matching.enums import FundChangeKind, FundChangeStatus, ReservationStatus
from payments.matching.models import FundChange, MatchFund, Reservation
from payments.matching.permissions import (
    can_confirm_act,
    can_decide_fund_change,
    can_record_act,
    can_see_fund,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

    from accounts.models import User
    from campaigns.calls.models import Programme
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
    """Return a programme's ladder out of ledger balances, its funds included (two queries)."""
    pk = programme.pk
    funds = list(MatchFund.objects.filter(call__programme=programme).values_list("pk", flat=True))
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
    found = _exact(balances(*_fund_prefixes([fund.pk])), set(), [fund.pk])
    return LadderFigures(
        programmed_cents=_sum(found, "fund", "reserved", "bound", "disbursed"),
        admitted_cents=_sum(found, "reserved", "bound", "disbursed"),
        bound_cents=_sum(found, "bound", "disbursed"),
        disbursed_cents=_sum(found, "disbursed"),
    )


@dataclasses.dataclass(frozen=True)
class MatchExplained:
    """A campaign's match now, the most it can be, and every step of the computation."""

    status: str
    cents: int
    maximum_cents: int
    reached: bool
    missing_cents: int
    steps: list[dict[str, Any]]
    rule: dict[str, Any]


def match_explained(campaign: Campaign) -> MatchExplained | None:
    """Explain a campaign's match to the cent: on what is pledged while it runs, on what was collected afterwards.

    Returns None for a campaign that no call matches. Costs one query.
    """
    reservation = Reservation.objects.select_related("fund__call__rule").filter(campaign=campaign).first()
    if reservation is None:
        return None
    rule = formula.read_rule(reservation.fund.call.rule.as_data)
    if not isinstance(rule, formula.ThresholdShare | formula.LumpSum):
        return None
    crowd = formula.Crowd(campaign.pledged_cents, campaign.backers)
    live = formula.match_for(rule, cost_cents=campaign.cost_cents, crowd=crowd)
    fixed = reservation.proposed_cents is not None
    return MatchExplained(
        status=reservation.status,
        cents=(reservation.proposed_cents or 0) if fixed else min(live.cents, reservation.reserved_cents),
        maximum_cents=reservation.exposure_cents,
        reached=fixed or live.reached,
        missing_cents=_missing(rule, campaign),
        steps=reservation.steps if fixed else [dataclasses.asdict(step) for step in live.steps],
        rule=reservation.fund.call.rule.as_data,
    )


def _missing(rule: formula.ThresholdShare | formula.LumpSum, campaign: Campaign) -> int:
    if isinstance(rule, formula.ThresholdShare):
        mark = formula.threshold_cents(campaign.cost_cents, rule.crowd_threshold_percent)
    else:
        mark = rule.at_amount_cents or 0
    pledged: int = campaign.pledged_cents
    return max(0, mark - pledged)


def books_that_disagree() -> list[str]:
    """Compare every fund and reservation with the ledger; return a sentence for each difference."""
    found = balances("fund:", "reserved:", "bound:f", "disbursed:f")
    wrong = [
        f"fund {fund.pk}: free_cents {fund.free_cents}, ledger {found.get(f'fund:{fund.pk}', 0)}"
        for fund in MatchFund.objects.all()
        if fund.free_cents != found.get(f"fund:{fund.pk}", 0)
    ]
    for row in Reservation.objects.all():
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
    """Return every opening and topping up of a pot with what a page shows of it, newest first."""
    return FundChange.objects.select_related(
        "call__programme", "call__fund", "proposed_by", "proposed_person", "decided_by"
    )


def admitted_cents(programme_id: int) -> int:
    """Return what a programme has admitted and given to no pot or contract yet, in cents."""
    return debit_balance(f"admitted:{programme_id}")


def officer_tasks(user: User, now: dt.datetime) -> list[Task]:
    """List the changes of pots that wait for this person, and the acts to confirm."""
    changes = [
        Task(
            _("Approve the pot of a call")
            if change.kind == FundChangeKind.OPENING
            else _("Approve a top-up"),
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
    for row in rows.select_related("campaign__project").prefetch_related("acts__proposed_person"):
        standing = [act for act in row.acts.all() if act.returned_at is None]
        if row.status == ReservationStatus.PROPOSED and can_record_act(user, row):
            action = _("Record the act of a match")
        elif standing and can_confirm_act(user, standing[0]):
            action = _("Confirm the act of a match")
        else:
            continue
        found.append(
            Task(action, row.campaign.project.title, reverse("commitment", args=[row.campaign.slug]))
        )
    return found


NEARLY_USED_PERCENT = 90
"""From this much on, an officer is told that a pot is nearly used."""


def pot_alerts(user: User, now: dt.datetime) -> Iterator[Alert]:
    """Yield the pots of which at least 90 % are reserved, committed or paid (one query)."""
    if not can_see_fund(user):
        return
    left = 100 - NEARLY_USED_PERCENT
    for fund in MatchFund.objects.filter(free_cents__lte=F("opened_cents") * left / 100, opened_cents__gt=0):
        used = (fund.opened_cents - fund.free_cents) * 100 // fund.opened_cents
        subject = _("%(pot)s: %(percent)d %% used") % {"pot": fund.name, "percent": used}
        yield Alert(
            _("A pot is nearly used"), subject, reverse("fund", args=[fund.pk]), urgent=not fund.free_cents
        )
