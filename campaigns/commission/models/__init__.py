from campaigns.commission.models.commissions import (
    Commission,
    Evaluator,
    EvaluatorQuerySet,
    Exclusion,
    Score,
    Sheet,
    SheetEvent,
)
from campaigns.commission.models.grids import Criterion, Grid
from campaigns.commission.models.lists import (
    Appeal,
    AppealEvent,
    ListEntry,
    Offer,
    OfferEvent,
    RankedList,
    RankedListEvent,
    RankedListQuerySet,
)

__all__ = [
    "Appeal",
    "AppealEvent",
    "Commission",
    "Criterion",
    "Evaluator",
    "EvaluatorQuerySet",
    "Exclusion",
    "Grid",
    "ListEntry",
    "Offer",
    "OfferEvent",
    "RankedList",
    "RankedListEvent",
    "RankedListQuerySet",
    "Score",
    "Sheet",
    "SheetEvent",
]
