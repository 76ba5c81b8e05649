"""The recovery window's course: reminders, its end, and what a collection no longer waits for."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance
from payments.enums import PLEDGE_TRANSITIONS, AttemptStatus, PledgeStatus
from payments.gateway.charges import Outcome, close_charge, read_charge
from payments.gateway.client import GatewayError
from payments.locks import lock_pledge
from payments.matching.services import follow_pledge
from payments.models import ChargeAttempt, Pledge
from payments.services.announce import tell_failed, tell_reminder, tell_unanswered
from payments.services.attempts import last_day_to_wait
from payments.services.cleanup import let_go
from payments.services.outcome import apply_outcome
from payments.services.recover import close_earlier, stop_retries
from payments.services.settle import finish_collection

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = logging.getLogger(__name__)
HALF, LAST = "half", "last"
REMIND_BEFORE = dt.timedelta(days=2)
LEFT_IN_PEACE = dt.timedelta(days=1)
"""Nobody is reminded within a day of being asked, or of trying."""


def end_windows() -> int:
    """Remind, and end the windows that have passed (the drain `pledges.recovery_end`); return the rows worked on."""
    now = clock.now()
    collecting = Campaign.objects.filter(status=CampaignStatus.COLLECTING, recovery_ends_at__isnull=False)
    worked = 0
    for campaign in collecting.select_related("project", "settlement"):
        worked += _remind(campaign, now)
        if campaign.recovery_ends_at and campaign.recovery_ends_at <= now:
            worked += _end_window(campaign, now)
    return worked


# Reminders


def _remind(campaign: Campaign, now: dt.datetime) -> int:
    """Remind at half of the window and two days before its end; return how many were told."""
    stage = _stage(campaign, now)
    if not stage:
        return 0
    due = [pledge for pledge in _not_reminded(campaign, stage, now) if stage == HALF or _is_near(pledge, now)]
    for pledge in due:
        tell_reminder(pledge=pledge, stage=stage, now=now)
    return len(due)


def _stage(campaign: Campaign, now: dt.datetime) -> str:
    ends_at = campaign.recovery_ends_at
    settlement = getattr(campaign, "settlement", None)
    began_at = settlement.decided_at if settlement else campaign.deadline
    if ends_at is None or began_at is None:
        return ""
    if now >= ends_at - REMIND_BEFORE:
        return LAST
    return HALF if now >= began_at + (ends_at - began_at) / 2 else ""


def _is_near(pledge: Pledge, now: dt.datetime) -> bool:
    ends_at = pledge.window_ends_at
    return ends_at is not None and ends_at - REMIND_BEFORE <= now < ends_at


def _not_reminded(campaign: Campaign, stage: str, now: dt.datetime) -> QuerySet[Pledge]:
    key = Concat(Value("pledge_reminder:"), Cast(OuterRef("pk"), CharField()), Value(f":{stage}"))
    just_asked = ChargeAttempt.objects.filter(pledge=OuterRef("pk"), finished_at__gt=now - LEFT_IN_PEACE)
    return _needing(campaign).exclude(Exists(Notice.objects.filter(dedupe=key))).exclude(Exists(just_asked))


def _needing(campaign: Campaign) -> QuerySet[Pledge]:
    """Return the pledges that wait for their backer."""
    return (
        Pledge.objects.filter(campaign=campaign, status=PledgeStatus.REQUIRES_ACTION)
        .select_related("campaign__project", "reward", "backer")
        .order_by("pk")
    )


# The end


def _end_window(campaign: Campaign, now: dt.datetime) -> int:
    worked = sum(_stop_waiting(attempt, now) for attempt in _waited_too_long(campaign, now))
    over = [pledge for pledge in _needing(campaign) if _is_over(pledge, now)]
    ended = sum(_ended(pledge, now) for pledge in over)
    if ended == len(over) and finish_collection(campaign=campaign, now=now):
        return worked + ended + 1
    return worked + ended


def _is_over(pledge: Pledge, now: dt.datetime) -> bool:
    ends_at = pledge.window_ends_at
    return ends_at is None or ends_at <= now


def _ended(pledge: Pledge, now: dt.datetime) -> int:
    """Close a pledge that waits for its backer; 0 when Stripe can't be asked, and it waits for another turn."""
    try:
        if not close_earlier(pledge=pledge, now=now):
            _fail(pledge, now)
    except GatewayError as error:
        log.warning("the window can't end yet: %s", error, extra={"pledge": pledge.pk})
        return 0
    except Refused:  # a charge is under way: the charge drain ends it
        return 0
    return 1


def _fail(pledge: Pledge, now: dt.datetime) -> None:
    with transaction.atomic():
        locked = lock_pledge(pledge.pk)
        if locked.status != PledgeStatus.REQUIRES_ACTION:
            return
        stop_retries(pledge=locked, now=now)
        advance(locked, PledgeStatus.FAILED, table=PLEDGE_TRANSITIONS, now=now, why="the window has ended")
        let_go(pledge=locked, now=now)
        tell_failed(pledge=locked, now=now)
        follow_pledge(pledge=locked, cents=0, now=now)


# Charges that are on their way for too long


def _waited_too_long(campaign: Campaign, now: dt.datetime) -> list[ChargeAttempt]:
    on_their_way = ChargeAttempt.objects.filter(
        status=AttemptStatus.PROCESSING, pledge__campaign=campaign, pledge__status=PledgeStatus.PROCESSING
    ).select_related("pledge__campaign__project")
    today = timezone.localdate(now)
    return [attempt for attempt in on_their_way.order_by("pk") if last_day_to_wait(attempt) < today]


def _stop_waiting(attempt: ChargeAttempt, now: dt.datetime) -> int:
    """Cancel a charge that its bank has not answered in 15 business days, or else go on without it.

    Stripe cancels a debit on its way only rarely: one that it does not is looked at on, and goes back whole if it
    succeeds after all. Returns 0 when Stripe can't be asked.
    """
    try:
        result = (
            read_charge(attempt.payment_intent_id)
            if attempt.session_id
            else close_charge(attempt.payment_intent_id)
        )
    except GatewayError as error:
        log.warning("a charge is on its way for too long: %s", error, extra={"attempt": attempt.pk})
        return 0
    if result.outcome != Outcome.PROCESSING:
        apply_outcome(attempt=attempt, result=result, now=now)
        return 1
    with transaction.atomic():
        pledge = lock_pledge(attempt.pledge_id)
        if pledge.status != PledgeStatus.PROCESSING:
            return 0
        why = "not answered in 15 business days"
        advance(pledge, PledgeStatus.FAILED, table=PLEDGE_TRANSITIONS, now=now, why=why)
        let_go(pledge=pledge, now=now)
        tell_unanswered(pledge=pledge, now=now)
        follow_pledge(pledge=pledge, cents=0, now=now)
    return 1
