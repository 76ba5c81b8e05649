from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class Channel(TextChoices):
    """The way money came in, and leaves again."""

    CARD = "card", _("Card")  # through Stripe: a card or a direct debit
    BANK = "bank", _("Bank transfer")
    CASH = "cash", _("Cash")
    MATCH = "match", _("The city's match")


CROWD_CHANNELS = (Channel.CARD, Channel.BANK, Channel.CASH)


class Method(TextChoices):
    """What a pledge through Stripe is charged to."""

    CARD = "card", _("Card")
    SEPA_DEBIT = "sepa_debit", _("Direct debit (SEPA)")


class PledgeStatus(TextChoices):
    """The life of a pledge: by card from `pending_card`, by transfer from `awaiting_transfer`, cash from `received`."""

    PENDING_CARD = "pending_card", _("Card not yet saved")
    AWAITING_TRANSFER = "awaiting_transfer", _("Waiting for the transfer")
    ACTIVE = "active", _("Promised")
    RECEIVED = "received", _("Received")
    CHARGING = "charging", _("Being charged")
    PROCESSING = "processing", _("On its way")
    REQUIRES_ACTION = "requires_action", _("Needs you")
    COLLECTED = "collected", _("Collected")
    FAILED = "failed", _("Not collected")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("The transfer did not come")
    RELEASED = "released", _("Released, nothing charged")
    RETURNING = "returning", _("Being given back")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")
    DISPUTED = "disputed", _("Disputed")
    LOST = "lost", _("Lost to a dispute")


_P = PledgeStatus
PLEDGE_TRANSITIONS: Transitions = {
    _P.PENDING_CARD: frozenset({_P.ACTIVE, _P.CANCELLED}),
    _P.AWAITING_TRANSFER: frozenset({_P.RECEIVED, _P.EXPIRED, _P.CANCELLED}),
    _P.EXPIRED: frozenset(
        {_P.RECEIVED}
    ),  # late, while the campaign is still collecting, if the backer agrees
    _P.RECEIVED: frozenset(
        {_P.COLLECTED, _P.RETURNING, _P.CANCELLED}
    ),  # cancelled: a desk's mistake, put right the same day
    _P.RETURNING: frozenset({_P.REFUNDED}),
    _P.ACTIVE: frozenset({_P.CHARGING, _P.CANCELLED, _P.RELEASED}),
    _P.CHARGING: frozenset({_P.COLLECTED, _P.PROCESSING, _P.REQUIRES_ACTION, _P.FAILED}),
    _P.PROCESSING: frozenset({_P.COLLECTED, _P.REQUIRES_ACTION, _P.FAILED}),
    _P.REQUIRES_ACTION: frozenset({_P.CHARGING, _P.FAILED}),
    _P.COLLECTED: frozenset({_P.PARTLY_REFUNDED, _P.REFUNDED, _P.DISPUTED}),
    _P.PARTLY_REFUNDED: frozenset({_P.REFUNDED, _P.DISPUTED}),
    _P.DISPUTED: frozenset({_P.COLLECTED, _P.PARTLY_REFUNDED, _P.LOST}),
    _P.FAILED: frozenset(),
    _P.CANCELLED: frozenset(),
    _P.RELEASED: frozenset(),
    _P.REFUNDED: frozenset(),
    _P.LOST: frozenset(),
}

COUNTS_AS_PLEDGED = frozenset(
    {_P.ACTIVE, _P.CHARGING, _P.PROCESSING, _P.REQUIRES_ACTION, _P.COLLECTED, _P.FAILED, _P.PARTLY_REFUNDED}
    | {_P.REFUNDED, _P.DISPUTED, _P.LOST, _P.RELEASED, _P.RECEIVED, _P.RETURNING}
)
BY_CARD_ONLY = frozenset(
    {_P.PENDING_CARD, _P.ACTIVE, _P.CHARGING, _P.PROCESSING, _P.REQUIRES_ACTION, _P.FAILED, _P.RELEASED}
    | {_P.DISPUTED, _P.LOST}
)
NEVER_BY_CARD = frozenset({_P.AWAITING_TRANSFER, _P.RECEIVED, _P.EXPIRED, _P.RETURNING})
COUNTS_AT_THE_DEADLINE = frozenset({_P.ACTIVE, _P.RECEIVED})
STILL_COLLECTING = frozenset({_P.CHARGING, _P.PROCESSING, _P.REQUIRES_ACTION})


class AttemptKind(TextChoices):
    """How a charge is tried."""

    OFF_SESSION = "off_session", _("With the saved card")
    RECOVERY = "recovery", _("By the backer, on the payment page")


class AttemptStatus(TextChoices):
    """What is known of a charge attempt."""

    CREATED = "created", _("Written down, not yet sent")
    UNKNOWN = "unknown", _("Sent, outcome unknown")
    OPEN = "open", _("The backer is on the payment page")
    PROCESSING = "processing", _("On its way")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    ABANDONED = "abandoned", _("Closed without a charge")


_A = AttemptStatus
ATTEMPT_TRANSITIONS: Transitions = {
    _A.CREATED: frozenset({_A.UNKNOWN, _A.OPEN, _A.PROCESSING, _A.SUCCEEDED, _A.FAILED, _A.ABANDONED}),
    _A.UNKNOWN: frozenset({_A.PROCESSING, _A.SUCCEEDED, _A.FAILED, _A.ABANDONED}),
    _A.OPEN: frozenset({_A.PROCESSING, _A.SUCCEEDED, _A.FAILED, _A.ABANDONED}),
    _A.PROCESSING: frozenset({_A.SUCCEEDED, _A.FAILED}),
    _A.SUCCEEDED: frozenset(),
    _A.FAILED: frozenset({_A.SUCCEEDED}),  # Stripe tells the truth late, too
    _A.ABANDONED: frozenset({_A.SUCCEEDED}),
}
LIVE_ATTEMPTS = frozenset({_A.CREATED, _A.UNKNOWN, _A.OPEN, _A.PROCESSING})


class DisbursementStatus(TextChoices):
    """The life of a decision to release money."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    PAID = "paid", _("Paid out")
    REJECTED = "rejected", _("Rejected")
    VOID = "void", _("Void: what was approved has changed")


DISBURSEMENT_TRANSITIONS: Transitions = {
    DisbursementStatus.PROPOSED: frozenset({DisbursementStatus.APPROVED, DisbursementStatus.REJECTED}),
    DisbursementStatus.APPROVED: frozenset({DisbursementStatus.PAID, DisbursementStatus.VOID}),
    DisbursementStatus.VOID: frozenset(),
    DisbursementStatus.PAID: frozenset(),
    DisbursementStatus.REJECTED: frozenset(),
}


class PayoutKind(TextChoices):
    """How a disbursement is executed."""

    CONNECT_TRANSFER = "connect_transfer", _("Stripe transfer to the organisation")
    CREDIT_TRANSFER = "credit_transfer", _("Bank transfer to the organisation")
    TREASURY_MANDATE = "treasury_mandate", _("Mandate of the municipal treasury")


class PayoutStatus(TextChoices):
    """What is known of a payout."""

    CREATED = "created", _("Waiting to be sent")
    UNKNOWN = "unknown", _("Sent, outcome unknown")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


PAYOUT_TRANSITIONS: Transitions = {
    PayoutStatus.CREATED: frozenset({PayoutStatus.UNKNOWN, PayoutStatus.DONE, PayoutStatus.FAILED}),
    PayoutStatus.UNKNOWN: frozenset({PayoutStatus.DONE, PayoutStatus.FAILED}),
    PayoutStatus.FAILED: frozenset({PayoutStatus.UNKNOWN, PayoutStatus.DONE}),
    PayoutStatus.DONE: frozenset({PayoutStatus.FAILED}),  # a bank may send it back days later
}


class RefundReason(TextChoices):
    """Why money went back."""

    LATE = "late", _("The charge succeeded after the collection had ended")
    DUPLICATE = "duplicate", _("The pledge was charged twice")
    SHORTFALL = "shortfall", _("Too little was collected")
    MISSED = "missed", _("The goal was not reached")
    CANCELLED = "cancelled", _("The campaign was cancelled")
    EXCESS = "excess", _("More arrived than was pledged")
    DECIDED = "decided", _("Decided by the municipality")


class RefundStatus(TextChoices):
    """What is known of a refund."""

    CREATED = "created", _("Waiting to be sent")
    UNKNOWN = "unknown", _("Sent, outcome unknown")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


REFUND_TRANSITIONS: Transitions = {
    RefundStatus.CREATED: frozenset({RefundStatus.UNKNOWN}),
    RefundStatus.UNKNOWN: frozenset({RefundStatus.DONE, RefundStatus.FAILED}),
    RefundStatus.FAILED: frozenset({RefundStatus.UNKNOWN}),
    RefundStatus.DONE: frozenset({RefundStatus.FAILED}),  # a bank may send it back days later
}
