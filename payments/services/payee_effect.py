"""A change of payee taking effect: what was decided for the old payee and has not left is void."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from crowdfund.kit import clock, jobs
from crowdfund.kit.states import advance
from payments.enums import (
    PAYEE_CHANGE_TRANSITIONS,
    UNSENT_PAYOUTS,
    DisbursementStatus,
    PayeeChangeStatus,
    PayeeKind,
    PayoutStatus,
)
from payments.gateway.client import GatewayError
from payments.gateway.connect import transfers_active
from payments.locks import lock_campaign, lock_channel, lock_disbursement, lock_payout
from payments.models import Disbursement, PayeeChange, Payout, PayoutAccount, PayoutIban
from payments.selectors.payees import channels_of
from payments.services.payout_letters import tell_payee_change, tell_void
from payments.services.void import make_void

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = logging.getLogger(__name__)
LOOK_AGAIN = dt.timedelta(minutes=10)
WHY = "the payee has changed"


def apply_payee_changes() -> int:
    """Let the approved changes whose 48 hours are over take effect (the drain `payees.apply`); return how many."""
    now = clock.now()
    due = Q(status=PayeeChangeStatus.APPROVED)
    return jobs.each(jobs.claim(PayeeChange, due, now=now, limit=20), partial(_apply, now=now))


def _apply(change: PayeeChange, now: dt.datetime) -> None:
    active = False
    try:
        if change.kind == PayeeKind.ACCOUNT:
            active = transfers_active(change.stripe_account_id)
    except GatewayError as error:
        log.warning("an account could not be read: %s", error, extra={"change": change.pk})
        _look_again(change, now)
        return
    with transaction.atomic():
        _lock_money(change)
        if not jobs.still_mine(change):
            return
        if _open_decisions(change).filter(payout__status=PayoutStatus.UNKNOWN).exists():
            _look_again(
                change, now
            )  # money is on its way to the old payee: where it ends must be known first
            return
        _make_void(change, now)
        _write(change, active, now)
        advance(
            change,
            PayeeChangeStatus.EFFECTIVE,
            table=PAYEE_CHANGE_TRANSITIONS,
            now=now,
            due_at=None,
            leased_until=None,
        )
        tell_payee_change(change=change, now=now)


def _look_again(change: PayeeChange, now: dt.datetime) -> None:
    PayeeChange.objects.filter(pk=change.pk, fence=change.fence).update(
        due_at=now + LOOK_AGAIN, leased_until=None
    )


def _open_decisions(change: PayeeChange) -> QuerySet[Disbursement]:
    """Return what was decided for the old payee and has not ended."""
    return Disbursement.objects.filter(
        campaign__project__organisation=change.organisation_id,
        channel__in=channels_of(change.kind),
        status__in=[DisbursementStatus.PROPOSED, DisbursementStatus.APPROVED],
    )


def _lock_money(change: PayeeChange) -> None:
    """Lock each campaign and channel with an open decision, in order: nothing is sent or decided there meanwhile.

    A proposal that slips in for another campaign finds its payee changed when it is approved.
    """
    places = _open_decisions(change).order_by().values_list("campaign_id", "channel").distinct()
    found = sorted(places)
    for campaign_id in sorted({campaign_id for campaign_id, _channel in found}):
        lock_campaign(campaign_id)
    for campaign_id, channel in found:
        lock_channel(campaign_id, channel)


def _make_void(change: PayeeChange, now: dt.datetime) -> None:
    for pk in list(_open_decisions(change).order_by("pk").values_list("pk", flat=True)):
        decision = lock_disbursement(pk)
        found = Payout.objects.filter(disbursement=decision, status__in=UNSENT_PAYOUTS).first()
        make_void(decision=decision, payout=lock_payout(found.pk) if found else None, why=WHY, now=now)
        tell_void(disbursement=decision, why=WHY, now=now)


def _write(change: PayeeChange, active: bool, now: dt.datetime) -> None:  # noqa: FBT001 - as Stripe says
    if change.kind == PayeeKind.IBAN:
        PayoutIban.objects.update_or_create(
            organisation_id=change.organisation_id,
            defaults={"iban": change.iban, "holder": change.holder, "since": now},
        )
        return
    PayoutAccount.objects.filter(organisation_id=change.organisation_id).update(
        stripe_account_id=change.stripe_account_id, transfers_active=active, checked_at=now
    )
