"""What money does, as rows: one module a part of the story."""

from payments.models.charges import ChargeAttempt, ChargeAttemptEvent
from payments.models.disputes import (
    Dispute,
    DisputeAcceptance,
    DisputeAcceptanceEvent,
    DisputeAnswer,
    DisputeAnswerEvent,
    DisputeEvent,
    DisputeFile,
)
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
from payments.models.receivables import (
    OwnAdvance,
    OwnAdvanceEvent,
    Receivable,
    ReceivableClosing,
    ReceivableClosingEvent,
    ReceivableEvent,
    TransferReversal,
    TransferReversalEvent,
)
from payments.models.refunds import (
    OtherWay,
    OtherWayEvent,
    Refund,
    RefundDecision,
    RefundDecisionEvent,
    RefundEvent,
    RefundRequest,
    RefundRequestEvent,
)
from payments.models.settlement import Settlement
from payments.models.unspent import MatchReturn, MatchReturnEvent, UnspentDecision, UnspentDecisionEvent

__all__ = [
    "CampaignChannel",
    "CardCleanup",
    "ChargeAttempt",
    "ChargeAttemptEvent",
    "Disbursement",
    "DisbursementEvent",
    "Dispute",
    "DisputeAcceptance",
    "DisputeAcceptanceEvent",
    "DisputeAnswer",
    "DisputeAnswerEvent",
    "DisputeEvent",
    "DisputeFile",
    "MatchReturn",
    "MatchReturnEvent",
    "OtherWay",
    "OtherWayEvent",
    "OwnAdvance",
    "OwnAdvanceEvent",
    "PayeeChange",
    "PayeeChangeEvent",
    "Payout",
    "PayoutAccount",
    "PayoutEvent",
    "PayoutIban",
    "Pledge",
    "PledgeEvent",
    "Receivable",
    "ReceivableClosing",
    "ReceivableClosingEvent",
    "ReceivableEvent",
    "Refund",
    "RefundDecision",
    "RefundDecisionEvent",
    "RefundEvent",
    "RefundRequest",
    "RefundRequestEvent",
    "Settlement",
    "TotalsDelta",
    "TransferReversal",
    "TransferReversalEvent",
    "UnspentDecision",
    "UnspentDecisionEvent",
]
