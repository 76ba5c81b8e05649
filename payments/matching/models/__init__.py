"""What matching keeps as rows: one module a part of the story."""

from payments.matching.models.acts import CommitmentAct, Extension, ExtensionEvent
from payments.matching.models.changes import FundChange, FundChangeEvent
from payments.matching.models.corrections import MatchCorrection, MatchCorrectionEvent
from payments.matching.models.counts import CallBacker, CountedPledge, MatchBook
from payments.matching.models.draws import MatchDraw
from payments.matching.models.funds import MatchFund, MatchFundQuerySet
from payments.matching.models.reservations import Reservation, ReservationEvent, ReservationQuerySet
from payments.matching.models.rounds import MatchRound, RoundEstimate, RoundMatch

__all__ = [
    "CallBacker",
    "CommitmentAct",
    "CountedPledge",
    "Extension",
    "ExtensionEvent",
    "FundChange",
    "FundChangeEvent",
    "MatchBook",
    "MatchCorrection",
    "MatchCorrectionEvent",
    "MatchDraw",
    "MatchFund",
    "MatchFundQuerySet",
    "MatchRound",
    "Reservation",
    "ReservationEvent",
    "ReservationQuerySet",
    "RoundEstimate",
    "RoundMatch",
]
