"""The deadline: nothing new comes in, every open card page is closed and read, then the campaign is settled once."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from campaigns.enums import CAMPAIGN_TRANSITIONS, CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import clock
from crowdfund.kit.states import StaleState, advance
from payments.enums import PLEDGE_TRANSITIONS, PledgeStatus
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.setup import CardSession, expire_card_session
from payments.locks import lock_pledge
from payments.models import Pledge, TotalsDelta
from payments.services.announce import tell_transfer_expired
from payments.services.card_setup import apply_setup
from payments.services.cleanup import let_go
from payments.services.settle import settle_campaign

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

log = logging.getLogger(__name__)
BATCH = 200
WAIT_FOR_STRIPE = dt.timedelta(hours=24)
_holds: list[Callable[[Campaign, dt.datetime], bool]] = []
CARD_UNKNOWN = Q(status=PledgeStatus.PENDING_CARD) | Q(
    status=PledgeStatus.ACTIVE, check_card_at__isnull=False
)
"""Pledges whose card page may still be open: a first card, or another one."""


def hold_back(waits: Callable[[Campaign, dt.datetime], bool]) -> None:
    """Register who may still have to learn of money that came in time, and so holds back the decision at the deadline.

    Called from `AppConfig.ready()`; `waits(campaign, now)` says whether it does. What is still awaited when nobody
    holds back any more has expired.
    """
    if waits not in _holds:
        _holds.append(waits)


def close_due() -> int:
    """Begin and go on with the closes that are due (the drain `campaigns.close`); return the steps taken."""
    now = clock.now()
    begun = sum(begin_close(campaign=campaign, now=now) for campaign in Campaign.objects.past_deadline(now))
    closing = Campaign.objects.filter(status=CampaignStatus.CLOSING)
    return begun + sum(go_on_closing(campaign=campaign, now=now) for campaign in closing)


def begin_close(*, campaign: Campaign, now: dt.datetime) -> bool:
    """Let nothing new in. True for the one worker that did it, False when another was first."""
    try:
        advance(campaign, CampaignStatus.CLOSING, table=CAMPAIGN_TRANSITIONS, now=now, why="deadline")
    except StaleState:
        return False
    return True


def go_on_closing(*, campaign: Campaign, now: dt.datetime) -> int:
    """Find out about every card that is not known yet; when none is left, settle. Returns the steps taken.

    When Stripe can't be asked, or a bank has yet to say whether an account may be debited, the campaign stays
    `closing`, a day at most; then what is unknown is cancelled.
    """
    waiting = Pledge.objects.filter(CARD_UNKNOWN, campaign=campaign).order_by("pk")
    patient = now - _closing_since(campaign) < WAIT_FOR_STRIPE
    try:
        known = _find_out(waiting, now, patient=patient)
    except GatewayError as error:
        log.warning("campaign %s can't close yet: %s", campaign.pk, error)
        if patient:
            return 0
        known = _give_up_on(waiting, now)
    if waiting.exists() or any(waits(campaign, now) for waits in _holds):
        return known
    known += _expire_awaited(campaign, now)
    return known + (settle_campaign(campaign=campaign, now=now) is not None)


def _closing_since(campaign: Campaign) -> dt.datetime:
    began = campaign.events.filter(to_status=CampaignStatus.CLOSING).order_by("at").last()
    return began.at if began else campaign.deadline or campaign.created_at


def _find_out(waiting: QuerySet[Pledge], now: dt.datetime, *, patient: bool) -> int:
    known = 0
    for pledge in waiting[:BATCH]:
        session = _closed_page(pledge)
        apply_setup(pledge_id=pledge.pk, session=session, now=now)
        unanswered = session is not None and session.pending and pledge.status == PledgeStatus.PENDING_CARD
        if not (unanswered and patient):
            _close_if_unknown(pledge, now)
            known += 1
    return known


def _closed_page(pledge: Pledge) -> CardSession | None:
    """Expire a card page and read what it is now; one that Stripe has never heard of is over."""
    if not pledge.session_id:
        return None
    try:
        return expire_card_session(pledge.session_id)
    except GatewayRefused as refused:
        if refused.code != "resource_missing":
            raise
        return CardSession(id=pledge.session_id, url="", status="expired", mode="setup")


def _close_if_unknown(pledge: Pledge, now: dt.datetime) -> None:
    """Cancel a pledge whose page told nothing (it was never opened, or lost): nothing is open for it any more."""
    with transaction.atomic():
        locked = lock_pledge(pledge.pk)
        if locked.status == PledgeStatus.PENDING_CARD and locked.session_id == pledge.session_id:
            why = "no card at the deadline"
            advance(
                locked,
                PledgeStatus.CANCELLED,
                table=PLEDGE_TRANSITIONS,
                now=now,
                why=why,
                check_card_at=None,
            )
            let_go(pledge=locked, now=now)
        elif locked.status == PledgeStatus.ACTIVE and locked.check_card_at is not None:
            Pledge.objects.filter(pk=locked.pk).update(check_card_at=None)


def _expire_awaited(campaign: Campaign, now: dt.datetime) -> int:
    """Let the transfers that did not come expire; return how many."""
    awaited = Pledge.objects.filter(campaign=campaign, status=PledgeStatus.AWAITING_TRANSFER).select_related(
        "campaign__project", "reward", "backer"
    )
    return sum(_expire(pledge, now) for pledge in awaited.order_by("pk"))


def _expire(pledge: Pledge, now: dt.datetime) -> bool:
    with transaction.atomic():
        try:
            advance(
                pledge, PledgeStatus.EXPIRED, table=PLEDGE_TRANSITIONS, now=now, why="no transfer in time"
            )
        except StaleState:  # it came after all
            return False
        TotalsDelta.objects.create(campaign_id=pledge.campaign_id, promised_cents=-pledge.amount_cents)
        tell_transfer_expired(pledge=pledge, now=now)
    return True


def _give_up_on(waiting: QuerySet[Pledge], now: dt.datetime) -> int:
    pledges = list(waiting)
    for pledge in pledges:
        _close_if_unknown(pledge, now)
    return len(pledges)
