"""Saving a pledge's card: the hosted page, and what came of it, learnt once whoever learns it first.

The return page, the webhook and the sweeper all end in `apply_setup`. Calls to Stripe stand outside transactions.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.permissions import require
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import StaleState, advance
from payments.enums import PLEDGE_TRANSITIONS, PledgeStatus
from payments.gateway.client import GatewayRefused
from payments.gateway.customers import create_customer
from payments.gateway.setup import (
    CardSession,
    create_card_session,
    expire_card_session,
    retrieve_card_session,
)
from payments.locks import HeldCampaign, hold_campaign
from payments.models import Pledge, TotalsDelta
from payments.permissions import MANAGE, can_manage_pledge, link_token
from payments.services.cleanup import queue_cleanup
from payments.services.letters import write_to_backer
from payments.services.pledges import CHANGEABLE, FIRST_LOOK, lock_changeable, note_change, take_reward

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor


class Outcome(enum.Enum):
    """What learning of a card page changed."""

    NOTHING = "nothing"
    ACTIVATED = "activated"
    CARD_CHANGED = "card_changed"
    CANCELLED = "cancelled"
    LATE = "late"


# The page


def open_card_session(*, pledge: Pledge, now: dt.datetime) -> str:
    """Return the address of the hosted page where this pledge's card is saved: the open one, or a new one.

    Call outside a transaction. Asked again after an unknown outcome it uses the same idempotency key, so there is
    one page. Raises `Refused` (the campaign has ended, the card is saved already) or `GatewayError`.
    """
    _refuse_unless_open(pledge, now)
    if pledge.session_id:
        current = retrieve_card_session(pledge.session_id)
        if current.open:
            return current.url
        if current.saved and apply_setup(pledge_id=pledge.pk, session=current, now=now) is Outcome.ACTIVATED:
            raise Refused("card_saved", _("Your card is saved already: there is nothing more to do."))
        pledge.refresh_from_db()
        _refuse_unless_open(pledge, now)
        pledge = _next_page(pledge)
    session = create_card_session(
        key=f"pledge:{pledge.public_id}:setup:{pledge.setup_number}",
        customer_id=_customer(pledge),
        pledge=str(pledge.public_id),
        language=pledge.language,
        **_ways_back(pledge),
    )
    return _keep_page(pledge, session, now)


def _refuse_unless_open(pledge: Pledge, now: dt.datetime) -> None:
    with transaction.atomic():
        held = hold_campaign(pledge.campaign_id, now)
    if not held.may_change or pledge.status not in CHANGEABLE:
        raise Refused("campaign_closed", _("The campaign has ended, or this pledge was cancelled."))


def _next_page(pledge: Pledge) -> Pledge:
    """Forget the page that is over; the next one has a number, and so a key, of its own."""
    number = pledge.setup_number + 1
    Pledge.objects.filter(pk=pledge.pk, setup_number=pledge.setup_number).update(
        setup_number=number, session_id="", session_url=""
    )
    pledge.setup_number, pledge.session_id, pledge.session_url = number, "", ""
    return pledge


def _customer(pledge: Pledge) -> str:
    if not pledge.customer_id:
        pledge.customer_id = create_customer(
            key=f"pledge:{pledge.public_id}:customer",
            email=pledge.email,
            name=pledge.name,
            language=pledge.language,
            pledge=str(pledge.public_id),
        )
        Pledge.objects.filter(pk=pledge.pk).update(customer_id=pledge.customer_id)
    return pledge.customer_id


def _ways_back(pledge: Pledge) -> dict[str, str]:
    """Where the page leads: the same each time it is asked for, as its idempotency key demands."""
    token = link_token(pledge, MANAGE, at=pledge.created_at)
    with translation.override(pledge.language):
        back = reverse("pledge_return", args=[pledge.public_id])
        manage = reverse("pledge_manage", args=[token])
    change = "&card=1" if pledge.status == PledgeStatus.ACTIVE else ""
    return {
        "success_url": f"{settings.SITE_URL}{back}?session={{CHECKOUT_SESSION_ID}}{change}",
        "cancel_url": f"{settings.SITE_URL}{manage}",
    }


def _keep_page(pledge: Pledge, session: CardSession, now: dt.datetime) -> str:
    """Write the page down, unless the pledge was cancelled in the meantime: then the page is closed."""
    kept = Pledge.objects.filter(
        pk=pledge.pk, setup_number=pledge.setup_number, status__in=CHANGEABLE
    ).update(session_id=session.id, session_url=session.url, check_card_at=now + FIRST_LOOK)
    if not kept:
        queue_cleanup(pledge=pledge, session_id=session.id, now=now)
        raise Refused("pledge_settled", _("This pledge can't be changed in its present state."))
    pledge.session_id, pledge.session_url = session.id, session.url
    return session.url


def change_card(*, pledge: Pledge, by: Visitor | None, now: dt.datetime, token: str = "") -> str:
    """Open a page for another card, until the deadline, and return its address. The old card stays until then.

    Call outside a transaction. Raises `NotAllowed`, `Refused` or `GatewayError`.
    """
    require(can_manage_pledge(by, pledge, token))
    with transaction.atomic():
        pledge = lock_changeable(pledge, by=by, token=token, now=now)
    if pledge.status == PledgeStatus.PENDING_CARD:
        return open_card_session(pledge=pledge, now=now)
    if pledge.session_id and pledge.check_card_at:  # an earlier page for another card may be open
        apply_setup(pledge_id=pledge.pk, session=expire_card_session(pledge.session_id), now=now)
    return open_card_session(pledge=_next_page(pledge), now=now)


# What came of it


def confirm_card(*, pledge_id: int, now: dt.datetime) -> Outcome:
    """Ask Stripe what became of a pledge's card page, and apply it. Call outside a transaction; safe to repeat.

    Raises `GatewayError` when Stripe does not say.
    """
    pledge = Pledge.objects.get(pk=pledge_id)
    waiting = pledge.status == PledgeStatus.PENDING_CARD or pledge.check_card_at
    if not pledge.session_id or not waiting:
        return Outcome.NOTHING
    try:
        session = retrieve_card_session(pledge.session_id)
    except GatewayRefused as refused:
        if refused.code != "resource_missing":
            raise
        session = CardSession(id=pledge.session_id, url="", status="expired", mode="setup")
    return apply_setup(pledge_id=pledge_id, session=session, now=now)


def apply_setup(*, pledge_id: int, session: CardSession | None, now: dt.datetime) -> Outcome:
    """Apply what is known of a card page, in one transaction and without a call.

    A saved card makes a pending pledge active, or replaces an active pledge's card, while the campaign is live or
    closing; learnt of later it is given back and its backer told, never charged. A page that expired (or None: no
    page was ever opened) cancels a pending pledge. An open page changes nothing.
    """
    if session and session.open:
        return Outcome.NOTHING
    try:
        with transaction.atomic():
            campaign_id = Pledge.objects.values_list("campaign_id", flat=True).get(pk=pledge_id)
            held = hold_campaign(campaign_id, now)
            pledge = (
                Pledge.objects.select_for_update(of=("self",))
                .select_related("campaign__project", "reward", "backer")
                .get(pk=pledge_id)
            )
            if session and session.saved:
                return _card_saved(pledge, held, session, now)
            return _no_card(pledge, session, now)
    except StaleState:  # somebody else was first
        return Outcome.NOTHING


def _card_saved(pledge: Pledge, held: HeldCampaign, session: CardSession, now: dt.datetime) -> Outcome:
    if session.payment_method_id == pledge.payment_method_id:
        return Outcome.NOTHING
    if pledge.status == PledgeStatus.PENDING_CARD:
        return _activate(pledge, session, now) if held.counts_cards else _too_late(pledge, session, now)
    if pledge.status == PledgeStatus.ACTIVE and session.id == pledge.session_id and held.counts_cards:
        return _replace_card(pledge, session, now)
    return _give_back(pledge, session, now, tell=not held.counts_cards)


def _give_back(pledge: Pledge, session: CardSession, now: dt.datetime, *, tell: bool) -> Outcome:
    """A card that came to a pledge that no longer takes one: the pledge stays as it is."""
    queue_cleanup(pledge=pledge, payment_method_id=session.payment_method_id, now=now)
    Pledge.objects.filter(pk=pledge.pk, session_id=session.id).update(check_card_at=None)
    if tell and pledge.status != PledgeStatus.CANCELLED:
        write_to_backer(pledge, "pledge_too_late", now=now, once=session.payment_method_id, kept=True)
    return Outcome.LATE


def _card_fields(session: CardSession) -> dict[str, Any]:
    return {
        "session_id": session.id,
        "session_url": "",
        "setup_intent_id": session.setup_intent_id,
        "payment_method_id": session.payment_method_id,
        "card_brand": session.card_brand[:20],
        "card_last4": session.card_last4,
        "check_card_at": None,
    }


def _activate(pledge: Pledge, session: CardSession, now: dt.datetime) -> Outcome:
    if session.id != pledge.session_id:  # saved on an earlier page: the present one is closed
        queue_cleanup(pledge=pledge, session_id=pledge.session_id, now=now)
    advance(
        pledge,
        PledgeStatus.ACTIVE,
        table=PLEDGE_TRANSITIONS,
        now=now,
        by=pledge.backer,
        activated_at=now,
        **_card_fields(session),
    )
    TotalsDelta.objects.create(campaign_id=pledge.campaign_id, pledged_cents=pledge.amount_cents, backers=1)
    gone = not take_reward(pledge)
    if gone:  # the last one went while the card was being saved: the pledge stands without, and says so
        note_change(pledge, "the reward had run out", by=None, now=now)
        pledge.reward = None
        pledge.save(update_fields=["reward"])
    write_to_backer(pledge, "pledge_active", now=now, once="1", reward_gone=gone)
    return Outcome.ACTIVATED


def _replace_card(pledge: Pledge, session: CardSession, now: dt.datetime) -> Outcome:
    old = pledge.payment_method_id
    for name, value in _card_fields(session).items():
        setattr(pledge, name, value)
    pledge.save(update_fields=list(_card_fields(session)))
    note_change(pledge, "another card", by=pledge.backer, now=now)
    queue_cleanup(pledge=pledge, payment_method_id=old, now=now)
    write_to_backer(pledge, "pledge_changed", now=now)
    return Outcome.CARD_CHANGED


def _too_late(pledge: Pledge, session: CardSession, now: dt.datetime) -> Outcome:
    why = "the card was saved after the close"
    advance(pledge, PledgeStatus.CANCELLED, table=PLEDGE_TRANSITIONS, now=now, why=why, check_card_at=None)
    queue_cleanup(pledge=pledge, payment_method_id=session.payment_method_id, now=now)
    write_to_backer(pledge, "pledge_too_late", now=now, once=session.payment_method_id, kept=False)
    return Outcome.LATE


def _no_card(pledge: Pledge, session: CardSession | None, now: dt.datetime) -> Outcome:
    if (session.id if session else "") != pledge.session_id:
        return Outcome.NOTHING  # an older page: the present one decides
    if pledge.status != PledgeStatus.PENDING_CARD:
        Pledge.objects.filter(pk=pledge.pk).update(check_card_at=None)
        return Outcome.NOTHING
    advance(
        pledge,
        PledgeStatus.CANCELLED,
        table=PLEDGE_TRANSITIONS,
        now=now,
        why="no card was saved",
        check_card_at=None,
    )
    return Outcome.CANCELLED
