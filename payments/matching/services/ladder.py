"""A programme's published figures, booked once when its ledger opens."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.models import Programme
from crowdfund.kit.errors import Invalid, Refused
from payments import postings
from payments.ledger.selectors import debit_balance
from payments.matching.permissions import can_open_ladder

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User


@dataclasses.dataclass(frozen=True)
class Ladder:
    """Published, cumulative figures of the spending ladder, in whole cents."""

    programmed_cents: int
    admitted_cents: int
    bound_cents: int
    disbursed_cents: int


def open_programme_ladder(*, programme: Programme, figures: Ladder, by: User, now: dt.datetime) -> None:
    """Book a programme's published figures as opening transfers, once.

    Raises `Invalid` unless programmed ≥ admitted ≥ bound ≥ disbursed ≥ 0, `Refused` when it was opened before.
    """
    require(can_open_ladder(by))
    steps = dataclasses.astuple(figures)
    if any(later > earlier for earlier, later in itertools.pairwise(steps)) or steps[-1] < 0:
        raise Invalid("ladder_order", _("Each step of the ladder is at most the step before it."))
    pk, reference = programme.pk, f"programme:{programme.pk}"
    with transaction.atomic():
        Programme.objects.select_for_update().get(pk=pk)
        if debit_balance(f"control:p{pk}"):
            raise Refused("ladder_opened", _("This programme's figures were entered before."))
        for book, cents in (
            (postings.programme_programmed, figures.programmed_cents),
            (postings.programme_admitted, figures.admitted_cents),
            (postings.opening_bound, figures.bound_cents),
            (postings.opening_disbursed, figures.disbursed_cents),
        ):
            if cents:
                book(programme_id=pk, cents=cents, reference=reference, now=now)
