"""Taking back a decision whose money has not left: what was approved has changed, or an officer gives it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import IllegalTransition, advance
from payments.enums import (
    DISBURSEMENT_TRANSITIONS,
    PAYOUT_TRANSITIONS,
    UNSENT_PAYOUTS,
    Channel,
    DisbursementStatus,
    PayoutStatus,
)
from payments.ledger.selectors import booked
from payments.ledger.services import reverse
from payments.locks import lock_campaign, lock_channel, lock_disbursement, lock_payout
from payments.models import Payout
from payments.permissions import can_void_disbursement

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.models import Disbursement


def make_void(
    *,
    decision: Disbursement,
    why: str,
    now: dt.datetime,
    by: User | None = None,
    payout: Payout | None = None,
) -> None:
    """Make a proposed or approved disbursement void: what was released is held again, its payout is cancelled.

    Called inside a transaction that holds the campaign's channel and the disbursement; `payout` is its payout, locked,
    of which nothing has left.
    """
    if decision.status == DisbursementStatus.APPROVED and decision.channel != Channel.MATCH:
        for released in booked("disbursement_released", f"disbursement:{decision.pk}"):
            reverse(transfer=released, reference=f"{released.reference}:void", now=now)
    advance(decision, DisbursementStatus.VOID, table=DISBURSEMENT_TRANSITIONS, now=now, by=by, why=why[:200])
    if payout is not None:
        advance(
            payout,
            PayoutStatus.CANCELLED,
            table=PAYOUT_TRANSITIONS,
            now=now,
            by=by,
            why=why[:200],
            due_at=None,
            leased_until=None,
        )


def void_disbursement(*, disbursement: Disbursement, why: str, by: User, now: dt.datetime) -> None:
    """Give up a disbursement whose money has not left: it is held again and can be proposed anew.

    Raises `Invalid` without a reason, `Refused` while its payout is on its way.
    """
    require(can_void_disbursement(by, disbursement))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    with transaction.atomic():
        campaign = lock_campaign(disbursement.campaign_id)
        lock_channel(campaign.pk, disbursement.channel)
        decision = lock_disbursement(disbursement.pk)
        if decision.status in {DisbursementStatus.VOID, DisbursementStatus.REJECTED}:
            raise IllegalTransition(decision, DisbursementStatus.VOID)
        found = Payout.objects.filter(disbursement=decision).first()
        payout = lock_payout(found.pk) if found else None
        if payout is not None and payout.status not in UNSENT_PAYOUTS:
            raise Refused(
                "payout_under_way", _("The money is on its way, or has arrived: this can't be undone here.")
            )
        make_void(decision=decision, payout=payout, why=why.strip(), by=by, now=now)
    disbursement.refresh_from_db()
