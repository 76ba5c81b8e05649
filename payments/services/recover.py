"""The backer comes back by a signed link, to a hosted page where the pledge is paid by card, one page at a time."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from campaigns.enums import CampaignStatus
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import StaleState, advance
from payments.enums import (
    ATTEMPT_TRANSITIONS,
    LIVE_ATTEMPTS,
    AttemptKind,
    AttemptStatus,
    PledgeStatus,
)
from payments.gateway.charges import ChargeOrder, Outcome, close_charge
from payments.gateway.client import GatewayError
from payments.gateway.recovery import PaymentPage, close_payment_page, open_payment_page, read_payment_page
from payments.locks import lock_attempt, lock_pledge
from payments.models import ChargeAttempt
from payments.permissions import RECOVER, link_token
from payments.services.attempts import LOOK_AGAIN, abandon, plan_retry, postpone, write_attempt
from payments.services.outcome import apply_outcome

if TYPE_CHECKING:
    from payments.models import Pledge

log = logging.getLogger(__name__)
LOST_AFTER = dt.timedelta(minutes=10)
"""A payment page whose address was never written down is given up after this long: nobody was told of it."""


def open_recovery(*, pledge: Pledge, now: dt.datetime) -> str | None:
    """Open a payment page for a pledge that needs its backer, and return its address.

    Whoever holds the signed link may: the view has checked it. What was tried before is closed first; when it turns
    out to have been paid the answer is None. Raises `Refused` outside the window, while a charge is under way, and
    when the payment page can't be reached.
    """
    _check_open(pledge, now)
    try:
        if close_earlier(pledge=pledge, now=now):
            return None
        attempt = _write_recovery(pledge, now)
        return _open_page(attempt, now)
    except GatewayError as error:
        log.warning("no payment page: %s", error, extra={"pledge": pledge.pk})
        raise Refused(
            "payment_page_unavailable",
            _("The payment page can't be reached now. Try again in a few minutes."),
        ) from error


def _check_open(pledge: Pledge, now: dt.datetime) -> None:
    ends_at = pledge.window_ends_at
    if pledge.campaign.status != CampaignStatus.COLLECTING or ends_at is None or now >= ends_at:
        raise Refused("window_closed", _("The time to complete this pledge has ended. Nothing was charged."))
    if pledge.status in {PledgeStatus.CHARGING, PledgeStatus.PROCESSING}:
        raise charge_under_way(pledge)
    if pledge.status != PledgeStatus.REQUIRES_ACTION:
        raise Refused("nothing_to_recover", _("There is nothing to complete for this pledge."))


def charge_under_way(pledge: Pledge) -> Refused:
    """Make the refusal for a deed that must wait for a charge."""
    if pledge.by_debit and pledge.status == PledgeStatus.PROCESSING:
        text = _("Your bank is carrying out the debit: it takes some days. There is nothing to do.")
        return Refused("debit_under_way", text)
    return Refused("charge_under_way", _("Your card is being charged right now. Try again in a few minutes."))


def close_earlier(*, pledge: Pledge, now: dt.datetime) -> bool:
    """Close what was tried before, so that it can't be paid later; True when it turns out to have been paid.

    Raises `Refused` while a charge is under way, `GatewayError` when Stripe does not say.
    """
    live = pledge.attempts.filter(status__in=LIVE_ATTEMPTS).first()
    if live is None:
        return close_last_charge(pledge=pledge, now=now)
    if live.session_id:
        return _close_page(live, now)
    if live.status != AttemptStatus.CREATED:
        raise charge_under_way(pledge)
    try:
        abandon(attempt=live, why="the backer pays by themselves", now=now)
    except StaleState as stale:  # the drain sends it right now
        raise charge_under_way(pledge) from stale
    return close_last_charge(pledge=pledge, now=now)


def close_last_charge(*, pledge: Pledge, now: dt.datetime, before: int | None = None) -> bool:
    """Cancel the last charge that failed, so that it can't be paid later; True when it was paid after all."""
    tried = pledge.attempts.exclude(payment_intent_id="")
    last = (tried.filter(n__lt=before) if before else tried).order_by("-n").first()
    if last is None or last.session_id:  # a closed payment page has closed its charge
        return False
    result = close_charge(last.payment_intent_id)
    if result.outcome != Outcome.SUCCEEDED:
        return False
    apply_outcome(attempt=last, result=result, now=now)
    return True


def _close_page(attempt: ChargeAttempt, now: dt.datetime) -> bool:
    page = close_payment_page(attempt.session_id)
    _apply_page(attempt, page, now)
    return page.is_paid


def _apply_page(
    attempt: ChargeAttempt, page: PaymentPage, now: dt.datetime, *, fence: int | None = None
) -> None:
    """Apply what a payment page says: paid or on its way, still open, or over without a charge."""
    charge = page.charge
    under_way = (
        attempt.status == AttemptStatus.PROCESSING
    )  # the page was completed: its charge says how it ends
    if charge and (charge.outcome in {Outcome.SUCCEEDED, Outcome.PROCESSING} or under_way):
        apply_outcome(attempt=attempt, result=charge, now=now, fence=fence)
    elif page.is_open:
        postpone(attempt=attempt, now=now, delay=LOOK_AGAIN)
    else:
        _give_up_page(attempt, now, fence=fence)


def _give_up_page(attempt: ChargeAttempt, now: dt.datetime, *, fence: int | None = None) -> None:
    """Close the attempt of a page that is over; automatic tries go on where they stopped."""
    with transaction.atomic():
        pledge = lock_pledge(attempt.pledge_id)
        locked = lock_attempt(attempt.pk, fence=fence)
        if locked is not None and locked.status in LIVE_ATTEMPTS:
            abandon(attempt=locked, why="the payment page is over", now=now)
            if pledge.status == PledgeStatus.REQUIRES_ACTION:
                plan_retry(pledge=pledge, now=now)


def _write_recovery(pledge: Pledge, now: dt.datetime) -> ChargeAttempt:
    try:
        with transaction.atomic():
            locked = lock_pledge(pledge.pk)
            _check_open(locked, now)
            stop_retries(pledge=locked, now=now)
            return write_attempt(pledge=locked, kind=AttemptKind.RECOVERY, due_at=now + LOST_AFTER, now=now)
    except IntegrityError as taken:  # the same link, clicked twice
        raise charge_under_way(pledge) from taken


def stop_retries(*, pledge: Pledge, now: dt.datetime) -> None:
    """Close a retry that is planned and not sent. The pledge is locked by the caller."""
    for retry in pledge.attempts.filter(status=AttemptStatus.CREATED, kind=AttemptKind.OFF_SESSION):
        abandon(attempt=retry, why="the backer pays by themselves", now=now)


def _open_page(attempt: ChargeAttempt, now: dt.datetime) -> str:
    pledge = attempt.pledge
    try:
        page = open_payment_page(
            ChargeOrder(
                key=attempt.idempotency_key,
                cents=attempt.amount_cents,
                customer_id=pledge.customer_id,
                payment_method_id="",
                campaign_id=pledge.campaign_id,
                pledge_id=str(pledge.public_id),
                description=pledge.campaign.project.title,
            ),
            language=pledge.language,
            **_ways_back(pledge),
        )
    except GatewayError:
        abandon(attempt=attempt, why="no payment page", now=now)
        raise
    advance(
        attempt,
        AttemptStatus.OPEN,
        table=ATTEMPT_TRANSITIONS,
        now=now,
        session_id=page.session_id,
        session_url=page.url,
        sent_at=now,
        due_at=now + LOOK_AGAIN,
    )
    return page.url


def _ways_back(pledge: Pledge) -> dict[str, str]:
    token = link_token(pledge, RECOVER)
    with translation.override(pledge.language):
        return {
            "success_url": settings.SITE_URL + reverse("pledge_recovered", args=[token]),
            "cancel_url": settings.SITE_URL + reverse("pledge_recover", args=[token]),
        }


def look_at_page(*, attempt: ChargeAttempt, now: dt.datetime, fence: int | None = None) -> None:
    """Ask Stripe what became of a recovery and apply it: from the drain (with its fence), a return page, an event."""
    if attempt.session_id:
        _apply_page(attempt, read_payment_page(attempt.session_id), now, fence=fence)
    elif attempt.due_at is None or attempt.due_at <= now:  # its address was lost: nobody can pay on it
        _give_up_page(attempt, now, fence=fence)


def look_at_recovery(*, pledge: Pledge, now: dt.datetime) -> None:
    """Look at a pledge's open payment page, if there is one. Raises `GatewayError`."""
    attempt = pledge.attempts.filter(kind=AttemptKind.RECOVERY, status__in=LIVE_ATTEMPTS).first()
    if attempt and attempt.session_id:
        look_at_page(attempt=attempt, now=now)


def learn_of_page(*, session_id: str, now: dt.datetime) -> None:
    """Look at the page that an event tells of; one that is no recovery of ours is ignored."""
    attempt = ChargeAttempt.objects.filter(session_id=session_id).exclude(session_id="").first()
    if attempt:
        look_at_page(attempt=attempt, now=now)
