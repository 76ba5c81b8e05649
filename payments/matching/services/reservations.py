"""What campaigns hold of a pot: reserved, proposed, released. Never over-committed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from campaigns.calls.selectors.terms import rule_data_for, rule_data_of
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.matching import formula
from payments.matching.enums import RESERVATION_TRANSITIONS, ReservationStatus
from payments.matching.models import MatchFund, Reservation
from payments.matching.services.sessions import keep_within_session
from payments.models import TotalsDelta

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.calls.models import Application
    from campaigns.models import Campaign
    from payments.matching.formula import Crowd, Match


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
    campaign, fund = application.campaign, MatchFund.objects.filter(call=application.call_id).first()
    if campaign is None:
        raise Refused("no_campaign", _("There is no campaign to reserve for."))
    if fund is None:
        raise Refused("fund_not_open", _("The pot of this call is not open yet."))
    rule = _reach_rule(rule_data_for(application))
    _check_goal(rule, campaign, application.other_source_cents)
    cents = formula.maximum_exposure(rule, campaign.cost_cents)
    with transaction.atomic():
        keep_within_session(application=application, cents=cents)
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
        _reach_rule(rule_data_of(reservation.campaign) or call.rule.as_data),
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
