"""What a quadratic round would give if it ended today: computed by a drain, never on a page view."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Max, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models import CharField

from campaigns.calls.enums import CallStatus, RuleKind
from campaigns.calls.models import Call
from crowdfund.kit import clock
from payments.enums import COUNTS_AS_PLEDGED
from payments.matching.formula import TooManyPairsError
from payments.matching.models import MatchFund, RoundEstimate
from payments.matching.selectors.rounds import (
    Gifts,
    RoundKey,
    Shared,
    applications_of,
    pots_of,
    round_of,
    rounds_of,
    share_of_each,
)
from payments.matching.services.rounds import too_many
from payments.models import Pledge
from payments.selectors.backer import not_taken_back

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.calls.models import Application
