"""What money does, as rows: one module a part of the story."""

from payments.models.charges import ChargeAttempt, ChargeAttemptEvent
from payments.models.payees import PayeeChange, PayeeChangeEvent
from payments.models.payouts import (
    CampaignChannel,
    Disbursement,
    DisbursementEvent,
    Payout,
    PayoutAccount,
    PayoutEvent,
    PayoutIban,
)
from payments.models.pledges import CardCleanup, Pledge, PledgeEvent, TotalsDelta
from payments.models.refunds import Refund, RefundEvent
from payments.models.settlement import Settlement

__all__ = [
    "CampaignChannel",
    "CardCleanup",
    "ChargeAttempt",
    "ChargeAttemptEvent",
    "Disbursement",
    "DisbursementEvent",
    "PayeeChange",
    "PayeeChangeEvent",
    "Payout",
    "PayoutAccount",
    "PayoutEvent",
    "PayoutIban",
    "Pledge",
    "PledgeEvent",
    "Refund",
    "RefundEvent",
    "Settlement",
    "TotalsDelta",
]
