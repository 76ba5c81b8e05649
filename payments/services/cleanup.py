"""Give back at Stripe what a deed made useless: close card pages, detach saved cards. Rows first, calls later."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from crowdfund.kit import clock, jobs
from payments.enums import STILL_COLLECTING, PledgeStatus
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.setup import detach_card, expire_card_session
from payments.models import CardCleanup, Pledge

if TYPE_CHECKING:
    from collections.abc import Iterable

NEEDS_ITS_CARD = STILL_COLLECTING | {PledgeStatus.ACTIVE}
SLOWEST = 10  # doublings: about seventeen hours between tries


def let_go(*, pledge: Pledge, now: dt.datetime) -> None:
    """Queue closing a pledge's card page and detaching its card. Inside the transaction of the deed."""
    queue_cleanup(
        pledge=pledge, session_id=pledge.session_id, payment_method_id=pledge.payment_method_id, now=now
    )


def queue_cleanup(
    *, pledge: Pledge, now: dt.datetime, session_id: str = "", payment_method_id: str = ""
) -> None:
    """Queue closing a card page and detaching a card; nothing when there is neither, or the card is queued."""
    if not session_id and not payment_method_id:
        return
    row = CardCleanup(pledge=pledge, session_id=session_id, payment_method_id=payment_method_id, due_at=now)
    CardCleanup.objects.bulk_create([row], ignore_conflicts=True)
    jobs.wake("pledges.cleanup")


def clean_up() -> int:
    """Work on what is queued; return how many rows were tried."""
    now = clock.now()
    rows = jobs.claim(CardCleanup, Q(), now=now, limit=20)
    return jobs.each(rows, lambda row: _clean(row, now))


def _clean(row: CardCleanup, now: dt.datetime) -> None:
    try:
        _detach(_cards(row))
    except GatewayError:
        row.attempts = min(row.attempts + 1, 1000)
        row.due_at = now + dt.timedelta(minutes=2 ** min(row.attempts, SLOWEST))
    else:
        row.due_at = None  # done; the row stays, so that the same card is not queued again
    row.leased_until = None
    with transaction.atomic():
        if jobs.still_mine(row):
            row.save(update_fields=["attempts", "due_at", "leased_until"])


def _cards(row: CardCleanup) -> set[str]:
    """Close the page and return the cards to give back: the one named, and one saved on the page at the last moment."""
    cards = {row.payment_method_id} if row.payment_method_id else set()
    if row.session_id:
        try:
            session = expire_card_session(row.session_id)
        except GatewayRefused:  # Stripe no longer knows the page
            return cards
        cards |= {session.payment_method_id} if session.saved else set()
    return cards


def _detach(cards: Iterable[str]) -> None:
    for card in cards:
        if not Pledge.objects.filter(payment_method_id=card, status__in=NEEDS_ITS_CARD).exists():
            detach_card(card)
