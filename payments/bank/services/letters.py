"""Emails about transfers: rows queued inside the transaction of what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.templatetags.ui import day, moment
from crowdfund.kit.money import format_euro
from payments.bank.formula import in_groups
from payments.bank.permissions import EXCESS
from payments.enums import Channel
from payments.permissions import MANAGE, link_token
from payments.services.letters import desk_receipt_url, write_to_backer

if TYPE_CHECKING:
    import datetime as dt

    from payments.bank.models import Excess
    from payments.models import Pledge


def _address(pledge: Pledge, name: str, purpose: str) -> str:
    with translation.override(pledge.language):
        return f"{settings.SITE_URL}{reverse(name, args=[link_token(pledge, purpose)])}"


def transfer_url(pledge: Pledge) -> str:
    """Give the absolute address where the backer sees how to pay, changes and cancels, in their language."""
    return _address(pledge, "transfer_show", MANAGE)


def _write(
    pledge: Pledge, event: str, *, now: dt.datetime, once: str | None = None, **more: str | bool
) -> None:
    given = {
        "manage_url": transfer_url(pledge),
        "reference": in_groups(pledge.transfer.reference),
        "promised": format_euro(pledge.promised_cents or pledge.amount_cents, pledge.language),
    }
    write_to_backer(pledge, event, now=now, once=once, **(given | more))


def tell_promised(pledge: Pledge, *, now: dt.datetime, changed: bool = False) -> None:
    """Say how to make the transfer; again when the amount has changed."""
    _write(
        pledge,
        "transfer_promised",
        now=now,
        once=None if changed else "1",
        changed=changed,
        iban=in_groups(settings.BANK_ACCOUNT_IBAN),
        holder=settings.BANK_ACCOUNT_HOLDER,
        pdf_url=_address(pledge, "transfer_pdf", MANAGE),
        qr_url=_address(pledge, "transfer_qr", MANAGE),
    )


def tell_cancelled(pledge: Pledge, *, now: dt.datetime, received: bool) -> None:
    """Say that a pledge is taken back, and what becomes of money that has come or may come."""
    _write(pledge, "transfer_cancelled", now=now, once="1", received=received)


def tell_received(pledge: Pledge, *, now: dt.datetime, reward_lost: str = "") -> None:
    """Say that a transfer has arrived and counts, for what it is."""
    promised = pledge.promised_cents or pledge.amount_cents
    short = pledge.amount_cents < promised
    _write(pledge, "transfer_received", now=now, once="1", short=short, reward_lost=reward_lost)


def tell_excess(excess: Excess, pledge: Pledge, *, now: dt.datetime) -> None:
    """Ask what becomes of money that came besides a pledge, or after the deadline."""
    campaign = pledge.campaign
    with translation.override(pledge.language):
        until = moment(campaign.deadline if excess.kind == "more" else campaign.recovery_ends_at)
        booked = day(excess.line.booked_on)
        label = translation.gettext("Say what becomes of it")
    _write(
        pledge,
        "transfer_excess",
        now=now,
        once=str(excess.pk),
        kind=excess.kind,
        excess=format_euro(excess.cents, pledge.language),
        booked=booked,
        until=until,
        action_url=_address(pledge, "transfer_excess", EXCESS),
        action_label=label,
    )


def tell_counted(excess: Excess, pledge: Pledge, *, now: dt.datetime) -> None:
    """Say that money counts that the backer agreed to."""
    cents = format_euro(excess.cents, pledge.language)
    _write(pledge, "transfer_counted", now=now, once=str(excess.pk), excess=cents)


def tell_bounced(pledge: Pledge, *, cents: int, now: dt.datetime, once: str) -> None:
    """Say that a transfer back was refused by the backer's bank, and ask for another account."""
    with translation.override(pledge.language):
        label = translation.gettext("Give another account")
    cash = pledge.channel == Channel.CASH
    url = desk_receipt_url(pledge) if cash else _address(pledge, "transfer_account", MANAGE)
    write_to_backer(
        pledge,
        "transfer_bounced",
        now=now,
        once=once,
        amount=format_euro(cents, pledge.language),
        action_url=url,
        action_label=label,
    )


def tell_account_changed(pledge: Pledge, *, now: dt.datetime) -> None:
    """Say that money would go back to another account: whoever did not ask for it must learn of it."""
    iban = pledge.transfer.iban
    _write(pledge, "transfer_account_changed", now=now, account=f"{iban[:4]} … {iban[-4:]}")
