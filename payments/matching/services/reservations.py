"""What campaigns hold of the pots: reserved, proposed, released. Never over-committed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.calls.selectors.terms import rule_data_for
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance
from payments.matching import formula
from payments.matching.enums import RESERVATION_TRANSITIONS, ReservationStatus
from payments.matching.locks import lock_funds_of
from payments.matching.models import MatchFund, Reservation
from payments.matching.services.draws import close_draws
from payments.matching.services.kinds import check_admission, match_of
from payments.matching.services.pot import split, take, unreserve
from payments.matching.services.sessions import keep_within_session

if TYPE_CHECKING:
    from campaigns.calls.models import Application
    from campaigns.models import Campaign
    from payments.matching.formula import Crowd


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


def reserve_match(*, application: Application, now: dt.datetime, by: Any = None) -> list[Reservation]:
    """Reserve a campaign's maximum match in the pots of its call, by priority; return what each of them bears.

    Each pot is taken by one conditional update, so that no two admissions share a euro. Raises `Refused` when the pots
    that are open to it can't carry it together; the admission rolls back with it. Under a rule that reserves nothing at
    admission only the goal is checked.
    """
    campaign = application.campaign
    if campaign is None:
        raise Refused("no_campaign", _("There is no campaign to reserve for."))
    if not MatchFund.objects.filter(call=application.call_id).exists():
        raise Refused("fund_not_open", _("The pot of this call is not open yet."))
    rule = formula.read_rule(rule_data_for(application))
    if not isinstance(rule, formula.ThresholdShare | formula.LumpSum):
        check_admission(application=application, rule=rule)
        return []
    _check_goal(rule, campaign, application.other_source_cents)
    cents = formula.maximum_exposure(rule, campaign.cost_cents)
    expires_at = now + dt.timedelta(days=settings.RESERVATION_DAYS)
    with transaction.atomic():
        keep_within_session(application=application, cents=cents)
        take(campaign=campaign, cents=cents, now=now, whole=True, expires_at=expires_at, by=by)
    return list(Reservation.objects.of_campaign(campaign.pk))


def release_reservation(*, campaign: Campaign, now: dt.datetime, by: Any = None, why: str = "") -> int:
    """Give all that is reserved for a campaign back to its pots; return how many cents.

    Nothing happens when nothing is reserved any more.
    """
    with transaction.atomic():
        close_draws(campaign=campaign, now=now)
        rows = [row for row in lock_funds_of(campaign.pk) if row.status != ReservationStatus.RELEASED]
        return sum(_release(row, now, by, why) for row in rows)


def _release(row: Reservation, now: dt.datetime, by: Any, why: str) -> int:
    cents: int = row.reserved_cents
    if ReservationStatus.RELEASED in RESERVATION_TRANSITIONS[row.status]:
        unreserve(row, cents, now)
    advance(row, ReservationStatus.RELEASED, table=RESERVATION_TRANSITIONS, now=now, by=by, why=why[:200])
    return cents


def propose_match(
    *, campaign: Campaign, pledged: Crowd, collected: Crowd, now: dt.datetime
) -> list[Reservation]:
    """Fix the match on collected money when collection ends, and give back what is not needed.

    It is borne by the pots in the order in which it was reserved: the last ones are given back first. Software binds no
    public money: this only proposes; an officer records the act for each pot. Returns the reservations that bear
    something: none for a campaign without a call, or without a match.
    """
    first = Reservation.objects.of_campaign(campaign.pk).select_related("fund__call__rule").first()
    if first is None:
        return []
    match = match_of(campaign=campaign, call=first.fund.call, pledged=pledged, collected=collected)
    if match is None:
        return []
    steps = [dataclasses.asdict(step) for step in match.steps]
    return fix_match(campaign=campaign, cents=match.cents, steps=steps, now=now)


def fix_match(
    *, campaign: Campaign, cents: int, steps: list[dict[str, Any]], now: dt.datetime
) -> list[Reservation]:
    """Propose a match of `cents` out of what is reserved, with the steps that led to it, and give back the rest."""
    with transaction.atomic():
        rows = [row for row in lock_funds_of(campaign.pk) if row.status != ReservationStatus.RELEASED]
        shares = _borne(rows, cents)
        for row in rows:
            share = shares.get(row.pk, 0)
            unreserve(row, row.reserved_cents - share, now)
            if share:
                changes: dict[str, Any] = {"proposed_cents": share, "steps": steps}
                advance(row, ReservationStatus.PROPOSED, table=RESERVATION_TRANSITIONS, now=now, **changes)
            else:
                _release(row, now, None, "no match")
    return [row for row in rows if row.pk in shares]


def _borne(rows: list[Reservation], cents: int) -> dict[int, int]:
    """Say which reservation bears how much of a match, by priority; never more than is reserved."""
    reserved = [(row, row.reserved_cents) for row in rows]
    return {row.pk: share for row, share in split(reserved, min(cents, sum(c for _row, c in reserved)))}
