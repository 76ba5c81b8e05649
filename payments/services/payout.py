"""Executing what was approved: a Connect transfer by the drain, a treasury mandate by two recorded steps."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.enums import (
    DISBURSEMENT_TRANSITIONS,
    PAYOUT_TRANSITIONS,
    DisbursementStatus,
    PayoutKind,
    PayoutStatus,
    Place,
)
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.connect import create_account, onboarding_link, transfers_active
from payments.gateway.transfers import find_transfer, send_transfer
from payments.locks import lock_disbursement, lock_payout
from payments.matching.services import disburse_tranche
from payments.models import Payout, PayoutAccount
from payments.permissions import can_open_payout_account, can_record_mandate
from payments.selectors.reserve import reserve
from payments.services.announce import tell_team_paid

if TYPE_CHECKING:
    from accounts.models import Organisation, User

log = logging.getLogger(__name__)
TRY_AGAIN = dt.timedelta(hours=1)
LOOK_SOON = dt.timedelta(minutes=1)
UNPAID = (PayoutStatus.CREATED, PayoutStatus.UNKNOWN, PayoutStatus.FAILED)


def _day(now: dt.datetime) -> dt.date:
    return now.astimezone(clock.CIVIL).date()


# Card money: a transfer to the connected account


def execute_payouts() -> int:
    """Send the transfers that are due (the drain `payouts.execute`); return how many were worked on.

    While the platform's own money at Stripe does not cover what it has to, none is sent; those that were are looked up.
    """
    now = clock.now()
    may_leave = UNPAID if reserve(Place.STRIPE).covers else (PayoutStatus.UNKNOWN,)
    due = Q(kind=PayoutKind.CONNECT_TRANSFER, status__in=may_leave)
    return jobs.each(jobs.claim(Payout, due, now=now, limit=20), partial(_execute, now=now))


def _execute(payout: Payout, now: dt.datetime) -> None:
    try:
        transfer_id = _found_or_sent(payout, now)
    except GatewayRefused as refused:
        _refused(payout, refused, now)
    except GatewayError as error:
        log.warning("payout outcome unknown: %s", error, extra={"payout": payout.pk})
        Payout.objects.filter(pk=payout.pk, fence=payout.fence).update(
            due_at=now + LOOK_SOON, leased_until=None
        )
    else:
        if transfer_id:
            _executed(payout, transfer_id, now)


def _found_or_sent(payout: Payout, now: dt.datetime) -> str | None:
    """Look up what may have been sent before; send when Stripe has never seen it. None when the claim is lost."""
    campaign_id = payout.disbursement.campaign_id
    sent_before = payout.status != PayoutStatus.CREATED
    if not _mark_sent(payout, now):
        return None
    found = find_transfer(campaign_id=campaign_id, payout_id=payout.pk) if sent_before else None
    return found or send_transfer(
        cents=payout.amount_cents,
        account_id=payout.disbursement.destination,
        campaign_id=campaign_id,
        payout_id=payout.pk,
        key=payout.idempotency_key,
    )


def _mark_sent(payout: Payout, now: dt.datetime) -> bool:
    with transaction.atomic():
        if not jobs.still_mine(payout):
            return False
        if payout.status != PayoutStatus.UNKNOWN:
            advance(payout, PayoutStatus.UNKNOWN, table=PAYOUT_TRANSITIONS, now=now)
    return True


def _refused(payout: Payout, refused: GatewayRefused, now: dt.datetime) -> None:
    """Keep the reason and try again later, under a new key: Stripe replays a refusal to the old one."""
    log.warning("payout refused: %s", refused.code, extra={"payout": payout.pk})
    with transaction.atomic():
        if jobs.still_mine(payout):
            advance(
                payout,
                PayoutStatus.FAILED,
                table=PAYOUT_TRANSITIONS,
                now=now,
                why=refused.code,
                error=refused.code[:200],
                idempotency_key=f"payout:disbursement:{payout.disbursement_id}:{payout.fence}",
                due_at=now + TRY_AGAIN,
                leased_until=None,
            )


def _executed(payout: Payout, transfer_id: str, now: dt.datetime) -> None:
    with transaction.atomic():
        if not jobs.still_mine(payout):
            return
        _done(payout, now, transfer_id=transfer_id, error="", due_at=None, leased_until=None)
        postings.payout_executed(
            campaign_id=payout.disbursement.campaign_id,
            cents=payout.amount_cents,
            reference=f"payout:{payout.pk}",
            now=now,
        )


def _done(payout: Payout, now: dt.datetime, *, by: User | None = None, **changes: Any) -> None:
    advance(payout, PayoutStatus.DONE, table=PAYOUT_TRANSITIONS, now=now, by=by, done_at=now, **changes)
    decision = lock_disbursement(payout.disbursement_id)
    advance(decision, DisbursementStatus.PAID, table=DISBURSEMENT_TRANSITIONS, now=now, by=by)
    tell_team_paid(disbursement=decision, now=now)


# The match: a mandate of the municipal treasury


def record_mandate(
    *, payout: Payout, number: str, on: dt.date, amount_cents: int, by: User, now: dt.datetime
) -> None:
    """Record the mandate by which the treasury pays a tranche. Its receipt is confirmed in a second step.

    Raises `Invalid` for an empty number, a future date or an amount that is not the tranche's.
    """
    require(can_record_mandate(by, payout))
    if not number.strip():
        raise Invalid("missing", _("Write the number of the mandate."), field="number")
    if on > _day(now):
        raise Invalid("future_date", _("The mandate's date is in the future."), field="on")
    if amount_cents != payout.amount_cents:
        raise Invalid("other_amount", _("The mandate's amount is not the tranche's."), field="amount_cents")
    with transaction.atomic():
        locked = lock_payout(payout.pk)
        _check_mandate(locked, PayoutStatus.CREATED)
        advance(
            locked,
            PayoutStatus.UNKNOWN,
            table=PAYOUT_TRANSITIONS,
            now=now,
            by=by,
            why=f"mandate {number.strip()}"[:200],
            mandate_number=number.strip(),
            mandate_on=on,
        )


def confirm_receipt(*, payout: Payout, receipt_on: dt.date, by: User, now: dt.datetime) -> None:
    """Record the treasurer's receipt: the tranche is paid, and the ladder says so."""
    require(can_record_mandate(by, payout))
    if receipt_on > _day(now):
        raise Invalid("future_date", _("The receipt's date is in the future."), field="receipt_on")
    with transaction.atomic():
        locked = lock_payout(payout.pk)
        _check_mandate(locked, PayoutStatus.UNKNOWN)
        if locked.mandate_on and receipt_on < locked.mandate_on:
            raise Invalid(
                "before_mandate", _("The receipt can't be older than its mandate."), field="receipt_on"
            )
        _done(locked, now, by=by, receipt_on=receipt_on)
        disburse_tranche(
            campaign_id=locked.disbursement.campaign_id,
            cents=locked.amount_cents,
            reference=f"payout:{locked.pk}",
            now=now,
        )


def _check_mandate(payout: Payout, expected: PayoutStatus) -> None:
    if payout.kind != PayoutKind.TREASURY_MANDATE:
        raise Refused("not_a_mandate", _("This tranche is not paid by the treasury."))
    if payout.status != expected:
        raise Refused("mandate_step", _("This step was done already, or the mandate is not recorded yet."))


# Where card money goes


def open_payout_account(*, organisation: Organisation, by: User, now: dt.datetime) -> str:
    """Return the address where the owner gives Stripe what it asks for before money can be sent. One use.

    Raises `Refused` when Stripe can't be reached; asked again it is the same account.
    """
    require(can_open_payout_account(by, organisation))
    back = settings.SITE_URL + reverse("payout_account", args=[organisation.slug])
    try:
        account = PayoutAccount.objects.filter(organisation=organisation).first()
        if account is None:
            found = create_account(organisation_id=organisation.pk)
            account, _made = PayoutAccount.objects.get_or_create(
                organisation=organisation, defaults={"stripe_account_id": found, "checked_at": now}
            )
        return onboarding_link(account_id=account.stripe_account_id, return_url=back, refresh_url=back)
    except GatewayError as error:
        log.warning("no onboarding: %s", error, extra={"organisation": organisation.pk})
        raise Refused(
            "stripe_unreachable", _("The payment service can't be reached now. Try again in a few minutes.")
        ) from error


def refresh_payout_account(*, account_id: str, now: dt.datetime) -> None:
    """Read from Stripe whether an account can receive transfers; one that is not ours is ignored."""
    account = PayoutAccount.objects.filter(stripe_account_id=account_id).first()
    if account:
        account.transfers_active, account.checked_at = transfers_active(account_id), now
        account.save(update_fields=["transfers_active", "checked_at"])
