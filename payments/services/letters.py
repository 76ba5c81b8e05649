"""Emails to a backer: rows queued inside the transaction of what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.notices.services import notify
from crowdfund.kit.money import format_euro
from payments.permissions import DESK_RECEIPT, MANAGE, link_token
from payments.services.consents import moment_in_words

if TYPE_CHECKING:
    import datetime as dt

    from payments.models import Pledge


def manage_url(pledge: Pledge) -> str:
    """Give the absolute address where the backer changes or cancels, in their language."""
    with translation.override(pledge.language):
        path = reverse("pledge_manage", args=[link_token(pledge, MANAGE)])
    return f"{settings.SITE_URL}{path}"


def desk_receipt_url(pledge: Pledge) -> str:
    """Give the absolute address of the receipts of cash given at a desk, in their language."""
    with translation.override(pledge.language):
        path = reverse("cash_receipt_donor", args=[link_token(pledge, DESK_RECEIPT)])
    return f"{settings.SITE_URL}{path}"


def write_to_backer(
    pledge: Pledge, event: str, *, now: dt.datetime, once: str | None = None, **more: str | bool
) -> None:
    """Queue the email `event` about a pledge, whose campaign and project must be loaded.

    `once` tells letters of the same event apart; without it each is a letter of its own. Figures and days go in words,
    so that the templates are plain. Who gave cash without an email gets none.
    """
    if not pledge.email:
        return
    campaign = pledge.campaign
    with translation.override(pledge.language):
        campaign_url = settings.SITE_URL + campaign.get_absolute_url()
        deadline = moment_in_words(campaign.deadline) if campaign.deadline else ""
    context = {
        "name": pledge.name,
        "campaign": campaign.project.title,
        "campaign_url": campaign_url,
        "amount": format_euro(pledge.amount_cents, pledge.language),
        "goal": format_euro(campaign.goal_cents, pledge.language),
        "deadline": deadline,
        "reward": pledge.reward.title if pledge.reward else "",
        "card_last4": pledge.card_last4,
        "debit": pledge.by_debit,
        "manage_url": manage_url(pledge),
        **more,
    }
    notify(
        event=event,
        email=pledge.email,
        user=pledge.backer,
        language=pledge.language,
        context=context,
        dedupe=f"{event}:{pledge.pk}:{once}" if once is not None else None,
        now=now,
    )
