"""What the bank's lists and statements say back to refunds and payouts: sent, carried out, or come back.

Each is called inside a transaction that holds the campaign's channel and the row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crowdfund.kit.states import advance
from payments import postings
from payments.enums import (
    DISBURSEMENT_TRANSITIONS,
    PAYOUT_TRANSITIONS,
    REFUND_TRANSITIONS,
    DisbursementStatus,
    PayoutStatus,
    RefundStatus,
)
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.locks import lock_disbursement
from payments.services.announce import tell_team_paid

if TYPE_CHECKING:
    import datetime as dt

    from payments.models import Payout, Refund


def refund_sent(*, refund: Refund, now: dt.datetime) -> None:
    """Note that a transfer back was given to the bank."""
    advance(refund, RefundStatus.UNKNOWN, table=REFUND_TRANSITIONS, now=now)


def refund_failed(*, refund: Refund, why: str, now: dt.datetime) -> None:
    """Note that a transfer back was refused or came back: it is owed again, and the booking is reversed."""
    if refund.status == RefundStatus.DONE:
        _reverse_last("refund_paid", f"refund:{refund.pk}:", now)
    advance(refund, RefundStatus.FAILED, table=REFUND_TRANSITIONS, now=now, why=why, error=why, done_at=None)


def payout_sent(*, payout: Payout, now: dt.datetime) -> None:
    """Note that a payout was given to the bank."""
    advance(payout, PayoutStatus.UNKNOWN, table=PAYOUT_TRANSITIONS, now=now)


def payout_paid(*, payout: Payout, proof: str, now: dt.datetime) -> None:
    """Book a payout that a statement shows; `proof` is the transfer's end-to-end id."""
    advance(
        payout,
        PayoutStatus.DONE,
        table=PAYOUT_TRANSITIONS,
        now=now,
        transfer_id=proof,
        error="",
        done_at=now,
    )
    decision = lock_disbursement(payout.disbursement_id)
    if decision.status == DisbursementStatus.APPROVED:
        advance(decision, DisbursementStatus.PAID, table=DISBURSEMENT_TRANSITIONS, now=now)
        tell_team_paid(disbursement=decision, now=now)
    postings.payout_executed(
        campaign_id=decision.campaign_id,
        cents=payout.amount_cents,
        reference=f"payout:{payout.pk}:{proof}",
        now=now,
        leaves=postings.BANK,
    )


def payout_failed(*, payout: Payout, why: str, now: dt.datetime) -> None:
    """Note that a payout was refused or came back: it is to be paid again, and the booking is reversed."""
    if payout.status == PayoutStatus.DONE:
        _reverse_last("payout_executed", f"payout:{payout.pk}:", now)
    advance(payout, PayoutStatus.FAILED, table=PAYOUT_TRANSITIONS, now=now, why=why, error=why, done_at=None)


def _reverse_last(code: str, reference: str, now: dt.datetime) -> None:
    booked = LedgerTransfer.objects.filter(
        code=code, reference__startswith=reference, reverses__isnull=True, reversal__isnull=True
    ).latest("pk")
    reverse(transfer=booked, reference=f"{booked.reference}:back", now=now)
