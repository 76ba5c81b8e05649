from payments.matching.models.acts import CommitmentAct, Extension, ExtensionEvent
from payments.matching.models.changes import FundChange, FundChangeEvent
from payments.matching.models.corrections import MatchCorrection, MatchCorrectionEvent
from payments.matching.models.funds import MatchFund, MatchFundQuerySet
from payments.matching.models.reservations import Reservation, ReservationEvent, ReservationQuerySet

__all__ = [
    "CommitmentAct",
    "Extension",
    "ExtensionEvent",
    "FundChange",
    "FundChangeEvent",
    "MatchCorrection",
    "MatchCorrectionEvent",
    "MatchFund",
    "MatchFundQuerySet",
    "Reservation",
    "ReservationEvent",
    "ReservationQuerySet",
]
