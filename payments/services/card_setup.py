"""What came of a card page, applied once whoever learns it first: the return page, the webhook or the sweeper.

What was really saved, a card or an account to debit, is only known here. No call to Stripe is made.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from crowdfund.kit.money import format_euro
from crowdfund.kit.states import StaleState, advance
from payments.enums import PLEDGE_TRANSITIONS, Method, PledgeStatus
from payments.locks import HeldCampaign, hold_campaign
from payments.matching.services import follow_pledge
from payments.models import Pledge, TotalsDelta
from payments.services.cleanup import queue_cleanup
from payments.services.letters import write_to_backer
from payments.services.pledges import CHANGEABLE, note_change, take_reward

if TYPE_CHECKING:
    import datetime as dt

    from payments.gateway.setup import CardSession


class Outcome(enum.Enum):
    """What learning of a card page changed."""

    NOTHING = "nothing"
    ACTIVATED = "activated"
    CARD_CHANGED = "card_changed"
    TOO_LARGE = "too_large"
    CANCELLED = "cancelled"
    LATE = "late"


def apply_setup(*, pledge_id: int, session: CardSession | None, now: dt.datetime) -> Outcome:
    """Apply what is known of a card page, in one transaction and without a call.

    A saved card makes a pending pledge active, or replaces an active pledge's card, while the campaign is live or
    closing; learnt of later it is given back and its backer told, never charged. A page that expired (or None: no
    page was ever opened) cancels a pending pledge. An open page changes nothing, nor one whose bank has yet to answer.
    """
    if session and (session.open or session.pending):
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
    if session.method == Method.SEPA_DEBIT and pledge.amount_cents > settings.DEBIT_LIMIT_CENTS:
        return _too_large(pledge, session, now)
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
        _tell_too_late(pledge, session, now, kept=True)
    return Outcome.LATE


def _too_large(pledge: Pledge, session: CardSession, now: dt.datetime) -> Outcome:
    """An account saved for more than a debit takes (the amount was raised meanwhile): it is given back."""
    queue_cleanup(pledge=pledge, payment_method_id=session.payment_method_id, now=now)
    if pledge.status == PledgeStatus.ACTIVE:
        Pledge.objects.filter(pk=pledge.pk, session_id=session.id).update(check_card_at=None)
    if pledge.status in CHANGEABLE:
        limit = format_euro(settings.DEBIT_LIMIT_CENTS, pledge.language)
        write_to_backer(pledge, "pledge_above_debit", now=now, once=session.payment_method_id, limit=limit)
    return Outcome.TOO_LARGE


def _card_fields(session: CardSession) -> dict[str, Any]:
    return {
        "session_id": session.id,
        "session_url": "",
        "setup_intent_id": session.setup_intent_id,
        "payment_method_id": session.payment_method_id,
        "method": session.method,
        "mandate_id": session.mandate_id,
        "mandate_reference": session.mandate_reference,
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
    follow_pledge(pledge=pledge, cents=pledge.amount_cents, now=now)
    return Outcome.ACTIVATED


def _replace_card(pledge: Pledge, session: CardSession, now: dt.datetime) -> Outcome:
    old = pledge.payment_method_id
    for name, value in _card_fields(session).items():
        setattr(pledge, name, value)
    pledge.save(update_fields=list(_card_fields(session)))
    note_change(pledge, f"another {session.method}", by=pledge.backer, now=now)
    queue_cleanup(pledge=pledge, payment_method_id=old, now=now)
    write_to_backer(pledge, "pledge_changed", now=now)
    return Outcome.CARD_CHANGED


def _too_late(pledge: Pledge, session: CardSession, now: dt.datetime) -> Outcome:
    why = "the card was saved after the close"
    advance(pledge, PledgeStatus.CANCELLED, table=PLEDGE_TRANSITIONS, now=now, why=why, check_card_at=None)
    queue_cleanup(pledge=pledge, payment_method_id=session.payment_method_id, now=now)
    _tell_too_late(pledge, session, now, kept=False)
    return Outcome.LATE


def _tell_too_late(pledge: Pledge, session: CardSession, now: dt.datetime, *, kept: bool) -> None:
    debit = session.method == Method.SEPA_DEBIT
    write_to_backer(
        pledge, "pledge_too_late", now=now, once=session.payment_method_id, kept=kept, debit=debit
    )


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
