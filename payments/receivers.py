"""What Stripe's events mean (look again, and apply what is found), and what payments says to a launch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django.dispatch import receiver

from campaigns.reporting.signals import project_stopped
from campaigns.signals import campaign_launching
from campaigns.sustainability.signals import books_opened
from payments.ledger.signals import transfer_posted
from payments.services.charge import learn_of_charge
from payments.services.disputes import learn_of_dispute
from payments.services.launch import check_reserve
from payments.services.payout_account import refresh_payout_account
from payments.services.project_books import follow_all, follow_transfer
from payments.services.recover import learn_of_page
from payments.services.refund_send import learn_of_refund
from payments.services.stop import stop_money

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable


class Event(Protocol):
    """What is read of an event's row: the id of the object it tells of."""

    object_id: str


@receiver(campaign_launching, dispatch_uid="payments.check_reserve")
def on_campaign_launching(*, campaign: Any, **_kwargs: Any) -> None:
    """Refuse a launch whose fees nobody has funded."""
    check_reserve(campaign=campaign)


@receiver(project_stopped, dispatch_uid="payments.stop_money")
def on_project_stopped(*, campaign: Any, now: Any, by: Any, why: str, **_kwargs: Any) -> None:
    """Let no more money leave, and free the match that has not left."""
    stop_money(campaign=campaign, by=by, why=why, now=now)


@receiver(transfer_posted, dispatch_uid="payments.book_for_project")
def on_transfer_posted(*, transfer: Any, **_kwargs: Any) -> None:
    """Book in a project's accounts what was paid to it, or went back."""
    follow_transfer(transfer=transfer)


@receiver(books_opened, dispatch_uid="payments.book_paid_before")
def on_books_opened(*, books: Any, now: Any, **_kwargs: Any) -> None:
    """Book what was paid before the accounts were opened."""
    follow_all(books=books, now=now)


def charge_moved(event: Event, now: dt.datetime) -> None:
    """A PaymentIntent succeeded, failed, was cancelled or is being processed."""
    learn_of_charge(payment_intent_id=event.object_id, now=now)


def page_ended(event: Event, now: dt.datetime) -> None:
    """A Checkout session was completed or expired: look at it if it is a recovery of ours."""
    learn_of_page(session_id=event.object_id, now=now)


def account_updated(event: Event, now: dt.datetime) -> None:
    """A connected account changed: see whether it can receive transfers."""
    refresh_payout_account(account_id=event.object_id, now=now)


def refund_moved(event: Event, now: dt.datetime) -> None:
    """A refund was made, arrived, or came back."""
    learn_of_refund(refund_id=event.object_id, now=now)


def dispute_moved(event: Event, now: dt.datetime) -> None:
    """A dispute was opened, changed or decided, or its money moved."""
    learn_of_dispute(dispute_id=event.object_id, now=now)


EVENTS: dict[str, Callable[[Event, dt.datetime], None]] = {
    "payment_intent.succeeded": charge_moved,
    "payment_intent.payment_failed": charge_moved,
    "payment_intent.canceled": charge_moved,
    "payment_intent.processing": charge_moved,
    "checkout.session.completed": page_ended,
    "checkout.session.expired": page_ended,
    "account.updated": account_updated,
    "refund.updated": refund_moved,
    "refund.failed": refund_moved,
    "charge.refund.updated": refund_moved,
    "charge.dispute.created": dispute_moved,
    "charge.dispute.updated": dispute_moved,
    "charge.dispute.closed": dispute_moved,
    "charge.dispute.funds_withdrawn": dispute_moved,
    "charge.dispute.funds_reinstated": dispute_moved,
}
