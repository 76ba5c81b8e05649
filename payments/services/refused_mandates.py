"""A mandate that the treasury did not carry out, or whose money came back: the tranche is bound again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.permissions import require
from crowdfund.kit.states import advance
from payments.enums import DISBURSEMENT_TRANSITIONS, PAYOUT_TRANSITIONS, DisbursementStatus, PayoutStatus
from payments.locks import lock_campaign, lock_channel, lock_disbursement, lock_payout
from payments.matching.services import take_back_tranche
from payments.permissions import can_record_mandate
from payments.services.payout import check_mandate, reference_of
from payments.services.payout_letters import tell_mandate_refused
from payments.services.proposals import clean_reason
from payments.services.void import make_void

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.models import Disbursement, Payout


def refuse_mandate(*, payout: Payout, why: str, by: User, now: dt.datetime) -> None:
    """Record that the treasurer refused a tranche's mandate, or that its money came back after the receipt.

    The tranche stays, or is again, legally bound, and may be proposed anew; number and dates of the mandate stay on
    file. For officers who are no members of the beneficiary. Raises `Invalid` without a reason, `Refused` while no
    mandate is recorded.
    """
    require(can_record_mandate(by, payout))
    reason = clean_reason(why, field="why")
    with transaction.atomic():
        campaign = lock_campaign(payout.disbursement.campaign_id)
        lock_channel(campaign.pk, payout.disbursement.channel)
        decision = lock_disbursement(payout.disbursement_id)
        locked = lock_payout(payout.pk)
        check_mandate(locked, PayoutStatus.UNKNOWN, PayoutStatus.DONE)
        if locked.status == PayoutStatus.DONE:
            _bind_again(locked, decision, reason, now)
        advance(
            locked,
            PayoutStatus.FAILED,
            table=PAYOUT_TRANSITIONS,
            now=now,
            by=by,
            why=reason,
            error=reason,
            done_at=None,
        )
        make_void(decision=decision, payout=locked, why=reason, by=by, now=now)
        tell_mandate_refused(payout=locked, now=now)
    payout.refresh_from_db()


def _bind_again(payout: Payout, decision: Disbursement, reason: str, now: dt.datetime) -> None:
    """Undo what the receipt had booked on the ladder."""
    take_back_tranche(
        campaign_id=decision.campaign_id,
        reference=reference_of(payout),
        now=now,
    )
    advance(decision, DisbursementStatus.APPROVED, table=DISBURSEMENT_TRANSITIONS, now=now, why=reason)
