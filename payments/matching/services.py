"""The pot and what campaigns hold of it: opened, reserved, proposed, committed, released. Never over-committed."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.models import Programme
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.ledger.selectors import debit_balance
from payments.matching import formula
from payments.matching.enums import RESERVATION_TRANSITIONS, ReservationStatus
from payments.matching.models import CommitmentAct, MatchFund, Reservation
from payments.matching.permissions import can_confirm_act, can_open_ladder, can_record_act
from payments.models import TotalsDelta

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.calls.models import Application, Call
    from campaigns.models import Campaign
    from payments.matching.formula import Crowd, Match


@dataclasses.dataclass(frozen=True)
class Ladder:
    """Published, cumulative figures of the spending ladder, in whole cents."""

    programmed_cents: int
    admitted_cents: int
    bound_cents: int
    disbursed_cents: int


def open_programme_ladder(*, programme: Programme, figures: Ladder, by: User, now: dt.datetime) -> None:
    """Book a programme's published figures as opening transfers, once.

    Raises `Invalid` unless programmed ≥ admitted ≥ bound ≥ disbursed ≥ 0, `Refused` when it was opened before.
    """
    require(can_open_ladder(by))
    steps = dataclasses.astuple(figures)
    if any(later > earlier for earlier, later in itertools.pairwise(steps)) or steps[-1] < 0:
        raise Invalid("ladder_order", _("Each step of the ladder is at most the step before it."))
    pk, reference = programme.pk, f"programme:{programme.pk}"
    with transaction.atomic():
        Programme.objects.select_for_update().get(pk=pk)
        if debit_balance(f"control:p{pk}"):
            raise Refused("ladder_opened", _("This programme's figures were entered before."))
        for book, cents in (
            (postings.programme_programmed, figures.programmed_cents),
            (postings.programme_admitted, figures.admitted_cents),
            (postings.opening_bound, figures.bound_cents),
            (postings.opening_disbursed, figures.disbursed_cents),
        ):
            if cents:
                book(programme_id=pk, cents=cents, reference=reference, now=now)


def open_fund(*, call: Call, now: dt.datetime) -> MatchFund:
    """Set a call's pot aside from its programme's admitted money; called when the call is published.

    Raises `Refused` when the programme has less admitted money than the pot, or when the rule's kind can't be
    carried by a call yet.
    """
    if not isinstance(formula.read_rule(call.rule.as_data), formula.ThresholdShare | formula.LumpSum):
        raise Refused(
            "rule_kind", _("A call can use a threshold share or a lump sum; the others can be simulated.")
        )
    with transaction.atomic():
        Programme.objects.select_for_update().get(pk=call.programme_id)
        if debit_balance(postings.admitted(call.programme_id)) < call.pot_cents:
            raise Refused(
                "programme_short",
                _("The programme has less admitted money than this pot."),
                field="pot_cents",
            )
        fund = MatchFund.objects.create(
            call=call, name=call.title, opened_cents=call.pot_cents, free_cents=call.pot_cents, opened_at=now
        )
        postings.fund_opened(
            fund_id=fund.pk,
            programme_id=call.programme_id,
            cents=call.pot_cents,
            reference=f"fund:{fund.pk}",
            now=now,
        )
    return fund


def _reach_rule(data: dict[str, Any]) -> formula.ThresholdShare | formula.LumpSum:
    rule = formula.read_rule(data)
    if not isinstance(rule, formula.ThresholdShare | formula.LumpSum):
        raise Refused("rule_kind", _("This kind of rule reserves nothing at admission."))
    return rule


def _check_goal(rule: formula.ThresholdShare | formula.LumpSum, campaign: Campaign, other_cents: int) -> None:
    """Refuse a goal below the threshold, or one that leaves part of the cost to nobody but `other_cents`."""
    if isinstance(rule, formula.ThresholdShare):
        threshold = formula.threshold_cents(campaign.cost_cents, rule.crowd_threshold_percent)
        if campaign.goal_cents < threshold:
            raise Refused(
                "goal_below_threshold", _("The goal is below the threshold of the call."), field="goal_cents"
            )
    short = formula.uncovered_cents(
        rule, cost_cents=campaign.cost_cents, goal=formula.Crowd(campaign.goal_cents, _backers_asked(rule))
    )
    if short > other_cents:
        raise Refused(
            "cost_uncovered", _("Goal and match together don't reach the cost."), field="goal_cents"
        )


def _backers_asked(rule: formula.ThresholdShare | formula.LumpSum) -> int:
    return (rule.at_backers or 0) if isinstance(rule, formula.LumpSum) else 0


def reserve_match(*, application: Application, now: dt.datetime, by: Any = None) -> Reservation:
    """Reserve a campaign's maximum match in the pot of its call.

    The pot is taken by one conditional update, so that no two admissions share a euro. Raises `Refused` when the pot
    can't carry it; the admission rolls back with it.
    """
    campaign, fund = application.campaign, application.call.fund
    if campaign is None:
        raise Refused("no_campaign", _("There is no campaign to reserve for."))
    rule = _reach_rule(application.call.rule.as_data)
    _check_goal(rule, campaign, application.other_source_cents)
    cents = formula.maximum_exposure(rule, campaign.cost_cents)
    with transaction.atomic():
        reservation = Reservation.objects.create(
            fund=fund, campaign=campaign, exposure_cents=cents, reserved_cents=cents, created_at=now
        )
        record_birth(reservation, now=now, by=by)
        TotalsDelta.objects.create(campaign=campaign, match_cents=cents)
        postings.match_reserved(
            fund_id=fund.pk, campaign_id=campaign.pk, cents=cents, reference=_reference(reservation), now=now
        )
        taken = MatchFund.objects.filter(pk=fund.pk, free_cents__gte=cents).update(
            free_cents=F("free_cents") - cents
        )
        if not taken:
            raise Refused("pot_empty", _("The pot of this call can't carry this project's match any more."))
    return reservation


def _reference(reservation: Reservation) -> str:
    return f"reservation:{reservation.pk}"


def _give_back(reservation: Reservation, cents: int, now: dt.datetime) -> None:
    """Return reserved cents to the pot; the caller writes the reservation's own row."""
    if not cents:
        return
    TotalsDelta.objects.create(campaign_id=reservation.campaign_id, match_cents=-cents)
    postings.match_released(
        fund_id=reservation.fund_id,
        campaign_id=reservation.campaign_id,
        cents=cents,
        reference=_reference(reservation),
        now=now,
    )
    MatchFund.objects.filter(pk=reservation.fund_id).update(free_cents=F("free_cents") + cents)


def release_reservation(*, campaign: Campaign, now: dt.datetime, by: Any = None, why: str = "") -> None:
    """Give a campaign's whole reservation back to the pot. Nothing happens when there is none, or none left."""
    with transaction.atomic():
        reservation = Reservation.objects.filter(campaign=campaign).first()
        if reservation is None or reservation.status == ReservationStatus.RELEASED:
            return
        cents = reservation.reserved_cents
        advance(
            reservation,
            ReservationStatus.RELEASED,
            table=RESERVATION_TRANSITIONS,
            now=now,
            by=by,
            why=why,
            reserved_cents=0,
        )
        _give_back(reservation, cents, now)


def match_of(*, reservation: Reservation, pledged: Crowd, collected: Crowd) -> Match:
    """Compute a campaign's match on collected money by the rule of its call, with every step."""
    call = reservation.fund.call
    return formula.match_on_collected(
        _reach_rule(call.rule.as_data),
        cost_cents=reservation.campaign.cost_cents,
        pledged=pledged,
        collected=collected,
        on_shortfall="refund" if call.rule.shortfall == "refund" else "proceed",
    )


def propose_match(
    *, campaign: Campaign, pledged: Crowd, collected: Crowd, now: dt.datetime
) -> Reservation | None:
    """Fix the match on collected money when collection ends, and give back what is not needed.

    Software binds no public money: this only proposes; an officer records the act. Returns None for a campaign
    without a call.
    """
    reservation = (
        Reservation.objects.select_related("fund__call__rule", "campaign").filter(campaign=campaign).first()
    )
    if reservation is None:
        return None
    match = match_of(reservation=reservation, pledged=pledged, collected=collected)
    cents = min(match.cents, reservation.reserved_cents)
    steps = [dataclasses.asdict(step) for step in match.steps]
    if not cents:
        release_reservation(campaign=campaign, now=now, why="no match")
        return reservation
    with transaction.atomic():
        spare = reservation.reserved_cents - cents
        advance(
            reservation,
            ReservationStatus.PROPOSED,
            table=RESERVATION_TRANSITIONS,
            now=now,
            reserved_cents=cents,
            proposed_cents=cents,
            steps=steps,
        )
        _give_back(reservation, spare, now)
    return reservation


@dataclasses.dataclass(frozen=True)
class Act:
    """What an administrative act says: office, number, date, CUP, the signed agreement."""

    office: str
    number: str
    dated_on: dt.date
    cup: str
    agreement: str


def record_act(*, reservation: Reservation, act: Act, by: User, now: dt.datetime) -> CommitmentAct:
    """Record the act that commits the city to a proposed match; another person confirms it.

    Raises `Invalid` for a future date or an empty field, `IllegalTransition` unless the match is proposed.
    """
    require(can_record_act(by, reservation))
    if act.dated_on > now.date():
        raise Invalid("future_date", _("The act's date is in the future."), field="dated_on")
    for name, value in dataclasses.asdict(act).items():
        if not value:
            raise Invalid("missing", _("This is needed."), field=name)
    row = CommitmentAct(
        reservation=reservation,
        amount_cents=reservation.proposed_cents or 0,
        recorded_by=by,
        recorded_at=now,
        **dataclasses.asdict(act),
    )
    row.clean_fields()
    with transaction.atomic():
        advance(reservation, ReservationStatus.RECORDED, table=RESERVATION_TRANSITIONS, now=now, by=by)
        row.save()
    return row


def confirm_act(*, act: CommitmentAct, by: User, now: dt.datetime) -> None:
    """Confirm a recorded act: the match moves from reserved to legally bound."""
    require(can_confirm_act(by, act))
    reservation = act.reservation
    with transaction.atomic():
        advance(
            reservation,
            ReservationStatus.COMMITTED,
            table=RESERVATION_TRANSITIONS,
            now=now,
            by=by,
            reserved_cents=0,
            bound_cents=act.amount_cents,
        )
        act.confirmed_by, act.confirmed_at = by, now
        act.save(update_fields=["confirmed_by", "confirmed_at"])
        postings.match_committed(
            fund_id=reservation.fund_id,
            campaign_id=reservation.campaign_id,
            cents=act.amount_cents,
            reference=f"act:{act.pk}",
            now=now,
        )


def return_act(*, act: CommitmentAct, reason: str, by: User, now: dt.datetime) -> None:
    """Send a recorded act back to be recorded anew; it stays on file with the reason."""
    require(can_confirm_act(by, act))
    if not reason.strip():
        raise Invalid("missing", _("Say why."), field="reason")
    with transaction.atomic():
        advance(
            act.reservation,
            ReservationStatus.PROPOSED,
            table=RESERVATION_TRANSITIONS,
            now=now,
            by=by,
            why=reason[:200],
        )
        act.returned_at, act.return_reason = now, reason[:200]
        act.save(update_fields=["returned_at", "return_reason"])


def disburse_tranche(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a tranche of the match as disbursed. Raises `Refused` when less than `cents` is bound."""
    with transaction.atomic():
        moved = Reservation.objects.filter(
            campaign_id=campaign_id, status=ReservationStatus.COMMITTED, bound_cents__gte=cents
        ).update(bound_cents=F("bound_cents") - cents, disbursed_cents=F("disbursed_cents") + cents)
        if not moved:
            raise Refused("match_not_bound", _("Less than this amount of the match is legally bound."))
        fund_id = Reservation.objects.values_list("fund_id", flat=True).get(campaign_id=campaign_id)
        postings.match_disbursed(
            fund_id=fund_id, campaign_id=campaign_id, cents=cents, reference=reference, now=now
        )
