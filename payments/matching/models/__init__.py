"""What matching keeps as rows: one module a part of the story."""

from payments.matching.models.counts import CallBacker, CountedPledge, MatchBook
from payments.matching.models.draws import MatchDraw
from payments.matching.models.pot import (
    CommitmentAct,
    FundChange,
    FundChangeEvent,
    MatchFund,
    Reservation,
    ReservationEvent,
)
from payments.matching.models.rounds import MatchRound, RoundEstimate, RoundMatch

__all__ = [
    "CallBacker",
    "CommitmentAct",
    "CountedPledge",
    "FundChange",
    "FundChangeEvent",
    "MatchBook",
    "MatchDraw",
    "MatchFund",
    "MatchRound",
    "Reservation",
    "ReservationEvent",
    "RoundEstimate",
    "RoundMatch",
]
