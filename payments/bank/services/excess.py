"""The backer's word on money that came besides a pledge, and what happens when there is none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.permissions import is_person, require
from campaigns.enums import CampaignStatus
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance
from payments.bank.enums import EXCESS_TRANSITIONS, OPEN_EXCESS, ExcessKind, ExcessStatus
from payments.bank.locks import lock_excess
from payments.bank.models import Excess
from payments.bank.permissions import EXCESS
from payments.bank.services.arrivals import (
    RAISING,
    count_excess,
    give_back,
    hold,
    may_count,
    window_open,
)
from payments.bank.services.consents import check_transfer_consent, excess_text, record_transfer_consent
from payments.permissions import pledge_of

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from campaigns.models import Campaign
    from payments.models import Pledge

OVER = (CampaignStatus.FUNDED, CampaignStatus.MISSED, CampaignStatus.CANCELLED)


def can_answer(user: Visitor | None, pledge: Pledge, token: str = "") -> bool:
    """The backer, logged in, or the holder of the link signed for this question."""
    if is_person(user) and pledge.backer_id == user.pk:
        return True
    return bool(token) and pledge_of(token, EXCESS) == pledge.public_id


def still_asked(excess: Excess, campaign: Campaign, now: dt.datetime) -> bool:
    """Say whether the backer's word still decides: more than promised until the close, the rest while we collect."""
    if campaign.status in RAISING:
        return True
    return (
        campaign.status == CampaignStatus.COLLECTING
        and excess.kind != ExcessKind.MORE
        and window_open(campaign, now)
    )


def answer_excess(
    *,
    excess: Excess,
    agree: bool,
    by: Visitor | None,
    now: dt.datetime,
    consent_version: str = "",
    token: str = "",
) -> Excess:
    """Let money count that came besides a pledge, or send it back. Raises `Invalid`, `NotAllowed` or `Refused`.

    What came after the deadline counts only once the goal was reached: until then the word is kept.
    """
    require(can_answer(by, excess.pledge, token))
    if agree:
        check_transfer_consent(consent_version)
    with transaction.atomic():
        pledge = hold(excess.pledge_id, excess.pledge.campaign_id, now)
        locked = lock_excess(excess.pk)
        if locked.status != ExcessStatus.ASKED or not still_asked(locked, pledge.campaign, now):
            raise Refused("answered", _("This was decided already: look at the emails we sent you."))
        if not agree:
            give_back(locked, pledge, now=now, why="the backer's word")
            return locked
        locked.consent = record_transfer_consent(
            text=excess_text(pledge=pledge, cents=locked.cents, language=pledge.language),
            email=pledge.email,
            user=by if is_person(by) else None,
            language=pledge.language,
            now=now,
        )
        locked.save(update_fields=["consent"])
        if may_count(locked, pledge):
            count_excess(locked, pledge, now=now)
        else:
            advance(locked, ExcessStatus.AGREED, table=EXCESS_TRANSITIONS, now=now, by=by)
    return locked


def settle_excesses() -> int:
    """Count what was agreed to, return what was not, once the time has come (the drain `bank.excesses`)."""
    now = clock.now()
    decided = Q(pledge__campaign__status__in=OVER)
    collecting = Q(pledge__campaign__status=CampaignStatus.COLLECTING)
    due = collecting & (
        Q(kind=ExcessKind.MORE)
        | Q(status=ExcessStatus.AGREED)
        | Q(pledge__campaign__recovery_ends_at__lte=now)
    )
    open_ones = Excess.objects.filter(status__in=OPEN_EXCESS).select_related("pledge")
    return jobs.each(list(open_ones.filter(decided | due).order_by("pk")[:200]), partial(_settle, now=now))


def _settle(excess: Excess, now: dt.datetime) -> None:
    with transaction.atomic():
        pledge = hold(excess.pledge_id, excess.pledge.campaign_id, now)
        locked = lock_excess(excess.pk)
        if locked.status not in OPEN_EXCESS:
            return
        if locked.status == ExcessStatus.AGREED and may_count(locked, pledge):
            count_excess(locked, pledge, now=now)
        else:
            give_back(locked, pledge, now=now, why="no word in time")


def waits_for_a_word(campaign: Campaign) -> bool:
    """Say whether a collection can't end yet: money besides its pledges is neither counted nor given back."""
    return Excess.objects.filter(pledge__campaign=campaign, status__in=OPEN_EXCESS).exists()
