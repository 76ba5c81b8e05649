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
    MATCH = "match", _("The city's match")  # by mandates of the treasury
    SPONSOR = "sponsor", _("The match, by a sponsor")  # out of a sponsor's money that lies at our bank


CROWD_CHANNELS = (Channel.CARD, Channel.BANK, Channel.CASH)
MATCH_CHANNELS = (Channel.MATCH, Channel.SPONSOR)


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
    _P.PARTLY_REFUNDED: frozenset({_P.REFUNDED, _P.DISPUTED, _P.COLLECTED}),
    _P.DISPUTED: frozenset({_P.COLLECTED, _P.PARTLY_REFUNDED, _P.REFUNDED, _P.LOST}),
    _P.FAILED: frozenset(),
    _P.CANCELLED: frozenset(),
    _P.RELEASED: frozenset(),
    _P.REFUNDED: frozenset(
        {_P.DISPUTED, _P.PARTLY_REFUNDED, _P.COLLECTED, _P.RETURNING}
    ),  # disputed all the same; or the refund came back
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
COUNTS_AS_COLLECTED = frozenset({_P.COLLECTED, _P.PARTLY_REFUNDED})
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
    _A.PROCESSING: frozenset({_A.SUCCEEDED, _A.FAILED, _A.ABANDONED}),
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
    VOID = "void", _("Void")


DISBURSEMENT_TRANSITIONS: Transitions = {
    DisbursementStatus.PROPOSED: frozenset(
        {DisbursementStatus.APPROVED, DisbursementStatus.REJECTED, DisbursementStatus.VOID}
    ),
    DisbursementStatus.APPROVED: frozenset({DisbursementStatus.PAID, DisbursementStatus.VOID}),
    DisbursementStatus.VOID: frozenset(),
    DisbursementStatus.PAID: frozenset({DisbursementStatus.APPROVED}),  # its payout came back
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
    WAITING = "waiting", _("Held up")
    UNKNOWN = "unknown", _("Sent, outcome unknown")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled: nothing was sent")


PAYOUT_TRANSITIONS: Transitions = {
    PayoutStatus.CREATED: frozenset(
        {PayoutStatus.UNKNOWN, PayoutStatus.WAITING, PayoutStatus.DONE, PayoutStatus.FAILED}
        | {PayoutStatus.CANCELLED}
    ),
    PayoutStatus.WAITING: frozenset({PayoutStatus.UNKNOWN, PayoutStatus.CREATED, PayoutStatus.CANCELLED}),
    # held up or cancelled only when it was looked up and had never arrived, or was refused
    PayoutStatus.UNKNOWN: frozenset(
        {PayoutStatus.DONE, PayoutStatus.FAILED, PayoutStatus.WAITING, PayoutStatus.CANCELLED}
    ),
    PayoutStatus.FAILED: frozenset({PayoutStatus.CREATED, PayoutStatus.DONE, PayoutStatus.CANCELLED}),
    PayoutStatus.DONE: frozenset({PayoutStatus.FAILED}),  # a bank may send it back days later
    PayoutStatus.CANCELLED: frozenset(),
}
UNSENT_PAYOUTS = frozenset({PayoutStatus.CREATED, PayoutStatus.WAITING, PayoutStatus.FAILED})


class HeldUpBy(TextChoices):
    """Why a payout waits; it leaves by itself once the reason is gone."""

    BALANCE = "balance", _("Too little is available at the payment service yet")
    CAPABILITY = "capability", _("The organisation's account can't receive money now")
    FROZEN = "frozen", _("Backers dispute charges of this campaign, or are owed money back")
    RESERVE = "reserve", _("The reserve for fees and losses is empty")
    STOPPED = "stopped", _("The project was declared to stop")


class PayeeKind(TextChoices):
    """Which way of being paid changes."""

    IBAN = "iban", _("IBAN, for money that came by transfer or in cash")
    ACCOUNT = "account", _("Account at the payment service, for money paid by card")


PAID_BY_CARD_ACCOUNT = (Channel.CARD,)
PAID_BY_IBAN = (Channel.BANK, Channel.CASH, Channel.SPONSOR)


class PayeeChangeStatus(TextChoices):
    """The life of a change of payee."""

    REQUESTED = "requested", _("Asked for")
    PROPOSED = "proposed", _("Checked back, to be approved")
    APPROVED = "approved", _("Approved, not yet in effect")
    EFFECTIVE = "effective", _("In effect")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


_C = PayeeChangeStatus
PAYEE_CHANGE_TRANSITIONS: Transitions = {
    _C.REQUESTED: frozenset({_C.PROPOSED, _C.REJECTED, _C.WITHDRAWN}),
    _C.PROPOSED: frozenset({_C.APPROVED, _C.REJECTED, _C.WITHDRAWN}),
    _C.APPROVED: frozenset({_C.EFFECTIVE, _C.WITHDRAWN}),
    _C.EFFECTIVE: frozenset(),
    _C.REJECTED: frozenset(),
    _C.WITHDRAWN: frozenset(),
}
PAYEE_CHANGE_OPEN = frozenset({_C.REQUESTED, _C.PROPOSED, _C.APPROVED})


class RefundReason(TextChoices):
    """Why money went back."""

    LATE = "late", _("The charge succeeded after the collection had ended")
    DUPLICATE = "duplicate", _("The pledge was charged twice")
    SHORTFALL = "shortfall", _("Too little was collected")
    MISSED = "missed", _("The goal was not reached")
    CANCELLED = "cancelled", _("The campaign was cancelled")
    EXCESS = "excess", _("More arrived than was pledged")
    WITHDRAWN = "withdrawn", _("The backer took the pledge back")
    DECIDED = "decided", _("Decided by the municipality")


OF_THE_PLEDGE = frozenset(RefundReason) - {
    RefundReason.LATE,
    RefundReason.DUPLICATE,
    RefundReason.EXCESS,
}
"""Reasons that give back what the pledge counted for; the others give back what should never have come."""


class RefundStatus(TextChoices):
    """What is known of a refund."""

    WAITING = "waiting", _("Waiting for money that was paid out to come back")
    CREATED = "created", _("Waiting to be sent")
    UNKNOWN = "unknown", _("Sent, outcome unknown")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("No longer needed: the backer went to their bank")


REFUND_TRANSITIONS: Transitions = {
    RefundStatus.WAITING: frozenset({RefundStatus.CREATED, RefundStatus.CANCELLED}),
    RefundStatus.CREATED: frozenset({RefundStatus.UNKNOWN, RefundStatus.CANCELLED}),
    RefundStatus.UNKNOWN: frozenset({RefundStatus.DONE, RefundStatus.FAILED}),
    RefundStatus.FAILED: frozenset(  # tried again, paid another way, or no longer needed
        {RefundStatus.UNKNOWN, RefundStatus.DONE, RefundStatus.CANCELLED}
    ),
    RefundStatus.DONE: frozenset({RefundStatus.FAILED}),  # a bank may send it back days later
    RefundStatus.CANCELLED: frozenset(),
}
STANDING_REFUNDS = frozenset(RefundStatus) - {RefundStatus.CANCELLED}
UNSENT_REFUNDS = frozenset({RefundStatus.WAITING, RefundStatus.CREATED, RefundStatus.FAILED})


class ProposalStatus(TextChoices):
    """The life of what one person proposes and another decides."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    VOID = "void", _("Void: what it was about has changed")


PROPOSAL_TRANSITIONS: Transitions = {
    ProposalStatus.PROPOSED: frozenset(
        {ProposalStatus.APPROVED, ProposalStatus.REJECTED, ProposalStatus.VOID}
    ),
    ProposalStatus.APPROVED: frozenset(),
    ProposalStatus.REJECTED: frozenset(),
    ProposalStatus.VOID: frozenset(),
}


class ReturnWay(TextChoices):
    """Where match that was not spent came back to."""

    TREASURY = "treasury", _("The treasury: its receipt shows it")
    BANK = "bank", _("Our bank account, for a sponsor's money")


class RequestStatus(TextChoices):
    """What became of a backer's request for a refund."""

    OPEN = "open", _("Waiting for an answer")
    GRANTED = "granted", _("Request granted")
    REFUSED = "refused", _("Refused")


REQUEST_TRANSITIONS: Transitions = {
    RequestStatus.OPEN: frozenset({RequestStatus.GRANTED, RequestStatus.REFUSED}),
    RequestStatus.GRANTED: frozenset(),
    RequestStatus.REFUSED: frozenset(),
}


class DisputeStatus(TextChoices):
    """What a bank says of a charge that its holder disputes."""

    INQUIRY = "inquiry", _("The bank asks; no money has moved")
    NEEDS_RESPONSE = "needs_response", _("Waiting for our evidence")
    UNDER_REVIEW = "under_review", _("The bank is deciding")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    CLOSED = "closed", _("Closed without a dispute")


class EvidenceKind(TextChoices):
    """What a file shows to the bank: Stripe's fields of evidence that are files, as far as a campaign has them."""

    RECEIPT = "receipt", _("The receipt")
    COMMUNICATION = "customer_communication", _("Letters to and from the backer")
    DELIVERY = "service_documentation", _("What was done or handed over")
    OTHER = "uncategorized_file", _("Something else")


_D = DisputeStatus
DISPUTE_TRANSITIONS: Transitions = {
    _D.INQUIRY: frozenset({_D.NEEDS_RESPONSE, _D.UNDER_REVIEW, _D.WON, _D.LOST, _D.CLOSED}),
    _D.NEEDS_RESPONSE: frozenset({_D.UNDER_REVIEW, _D.WON, _D.LOST}),
    _D.UNDER_REVIEW: frozenset({_D.WON, _D.LOST}),
    _D.WON: frozenset(),
    _D.LOST: frozenset(),
    _D.CLOSED: frozenset(),
}
OPEN_DISPUTES = frozenset({_D.INQUIRY, _D.NEEDS_RESPONSE, _D.UNDER_REVIEW})


class AnswerKind(TextChoices):
    """What we answer to a dispute: once."""

    EVIDENCE = "evidence", _("Evidence")
    ACCEPT = "accept", _("The dispute is accepted")


class SendStatus(TextChoices):
    """What is known of a message to Stripe: an answer to a dispute."""

    CREATED = "created", _("Waiting to be sent")
    UNKNOWN = "unknown", _("Sent, outcome unknown")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


SEND_TRANSITIONS: Transitions = {
    SendStatus.CREATED: frozenset({SendStatus.UNKNOWN}),
    SendStatus.UNKNOWN: frozenset({SendStatus.DONE, SendStatus.FAILED}),
    SendStatus.DONE: frozenset(),
    SendStatus.FAILED: frozenset({SendStatus.CREATED}),  # written anew
}


class ReversalStatus(TextChoices):
    """What is known of money being taken back from a connected account."""

    CREATED = "created", _("Waiting to be sent")
    UNKNOWN = "unknown", _("Sent, outcome unknown")
    DONE = "done", _("Taken back")
    FAILED = "failed", _("Refused")
    IMPOSSIBLE = "impossible", _("Impossible: the organisation owes it")
    CANCELLED = "cancelled", _("No longer needed")


_R = ReversalStatus
REVERSAL_TRANSITIONS: Transitions = {
    _R.CREATED: frozenset({_R.UNKNOWN, _R.CANCELLED}),
    _R.UNKNOWN: frozenset({_R.DONE, _R.FAILED}),
    _R.FAILED: frozenset({_R.CREATED, _R.IMPOSSIBLE, _R.CANCELLED}),  # an officer tries again, or gives up
    _R.DONE: frozenset(),
    _R.IMPOSSIBLE: frozenset(),
    _R.CANCELLED: frozenset(),
}
REVERSALS_UNDER_WAY = frozenset({_R.CREATED, _R.UNKNOWN, _R.FAILED})


class ReceivableStatus(TextChoices):
    """Whether an organisation still owes us."""

    OPEN = "open", _("Owed")
    PAID = "paid", _("Paid back")
    WRITTEN_OFF = "written_off", _("Written off")


RECEIVABLE_TRANSITIONS: Transitions = {
    ReceivableStatus.OPEN: frozenset({ReceivableStatus.PAID, ReceivableStatus.WRITTEN_OFF}),
    ReceivableStatus.PAID: frozenset(),
    ReceivableStatus.WRITTEN_OFF: frozenset(),
}


class ClosingKind(TextChoices):
    """How what an organisation owes comes to its end, whole or in part."""

    PAID = "paid", _("Paid back")
    WRITE_OFF = "write_off", _("Written off")


class Place(TextChoices):
    """Where money of ours lies."""

    STRIPE = "stripe", _("Stripe")
    BANK = "bank", _("Bank")
