"""The two sides, summed: what moved at Stripe and what is booked on `cash:stripe`, for each thing of ours."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from payments import postings
from payments.enums import AttemptStatus
from payments.ledger.models import LedgerTransfer
from payments.models import ChargeAttempt
from payments.reconciliation.enums import DifferenceKind, Family, Proposal
from payments.reconciliation.formula import EURO, PAYMENTS, family_of, key_of, root_of
from payments.reconciliation.models import StripeMovement
from payments.reconciliation.selectors.owners import charges_of_ours

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

GRACE = dt.timedelta(hours=1)
"""How long one side may know of something before the other: a webhook on its way, a worker between call and commit."""
LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
NO_ROW = "stripe_movement:"
Key = tuple[Family, str]


@dataclasses.dataclass(slots=True)
class Sides:
    """What moved and what is booked of one thing, in whole cents, and when the newest of both was."""

    moved: int = 0
    booked: int = 0
    newest: dt.datetime = LONG_AGO
    source: str = ""
    has_moved: bool = False
    has_booked: bool = False

    def move(self, cents: int, at: dt.datetime, source: str) -> None:
        """Add a movement."""
        self.moved += cents
        self.newest, self.source, self.has_moved = max(self.newest, at), source or self.source, True

    def book(self, cents: int, at: dt.datetime) -> None:
        """Add a posting."""
        self.booked += cents
        self.newest, self.has_booked = max(self.newest, at), True


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A difference as it was found, in whole cents."""

    subject: str
    family: Family
    root: str
    source: str
    kind: DifferenceKind
    proposal: Proposal
    moved_cents: int
    booked_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, and what is only on its way: one side knows of it already."""

    differences: list[Found]
    in_flight: int
    in_flight_cents: int


def name_of(movement: StripeMovement) -> str:
    """Name a movement as the ledger does where no row of ours stands behind it."""
    return f"{NO_ROW}{movement.pk}"


def both_sides(
    movements: Iterable[StripeMovement], transfers: Iterable[tuple[str, str, str, int, dt.datetime]]
) -> dict[Key, Sides]:
    """Sum both sides by family and root. A transfer is (code, reference, debit, cents, when)."""
    sides: dict[Key, Sides] = {}
    for movement in movements:
        for leg in movement.legs():
            key = key_of(leg, movement.root, name_of(movement))
            sides.setdefault(key, Sides()).move(leg.cents, movement.created_at, movement.source_id)
    for code, reference, debit, cents, posted_at in transfers:
        family = family_of(code)
        signed = cents if debit == postings.STRIPE else -cents
        sides.setdefault((family, root_of(family, reference)), Sides()).book(signed, posted_at)
    return sides


def as_booked(transfers: QuerySet[LedgerTransfer]) -> Iterator[tuple[str, str, str, int, dt.datetime]]:
    """Yield postings as `both_sides` reads them; a reversal under the reference of what it reverses."""
    named = transfers.annotate(of=Coalesce(F("reverses__reference"), F("reference")))
    rows = named.values_list("code", "of", "debit_id", "amount_cents", "posted_at")
    return rows.iterator(chunk_size=5_000)


def booked_at_stripe() -> QuerySet[LedgerTransfer]:
    """Return every posting on `cash:stripe`."""
    return LedgerTransfer.objects.filter(Q(debit=postings.STRIPE) | Q(credit=postings.STRIPE)).order_by()


def compare(*, now: dt.datetime) -> Comparison:
    """Compare everything that moved with everything that is booked, in the order of the differences' families."""
    movements = StripeMovement.objects.order_by().iterator(chunk_size=5_000)
    sides = both_sides(movements, as_booked(booked_at_stripe()))
    differing = {key: both for key, both in sides.items() if both.moved != both.booked}
    on_their_way = _debits_on_their_way()
    flying = {
        key
        for key, both in differing.items()
        if now - both.newest < GRACE or (key[0] in DEBITED and key[1] in on_their_way)
    }
    found = _judge({key: both for key, both in differing.items() if key not in flying})
    cents = sum(differing[key].moved - differing[key].booked for key in flying)
    return Comparison(found, len(flying), cents)


DEBITED = frozenset({Family.CHARGE, Family.CHARGE_FEE})


def _debits_on_their_way() -> set[str]:
    """Stripe counts a direct debit from its beginning, the books once its bank has answered."""
    waiting = ChargeAttempt.objects.filter(status=AttemptStatus.PROCESSING)
    return set(waiting.values_list("idempotency_key", flat=True))


def _judge(differing: dict[Key, Sides]) -> list[Found]:
    nobodys = {int(root.removeprefix(NO_ROW)) for _family, root in differing if root.startswith(NO_ROW)}
    ours = charges_of_ours(StripeMovement.objects.filter(pk__in=nobodys))
    judged = [
        _found(family, root, both, about_ours=_number(root) in ours)
        for (family, root), both in differing.items()
    ]
    return sorted(judged, key=lambda one: (one.family, one.subject))


def _number(root: str) -> int:
    return int(root.removeprefix(NO_ROW)) if root.startswith(NO_ROW) else 0


def _found(family: Family, root: str, both: Sides, *, about_ours: bool) -> Found:
    kind = _kind(family, root, both, about_ours=about_ours)
    return Found(
        subject=f"{family.value}:{root}",
        family=family,
        root=root,
        source=both.source,
        kind=kind,
        proposal=PROPOSALS.get((kind, family), PROPOSALS.get((kind, None), Proposal.NONE)),
        moved_cents=both.moved,
        booked_cents=both.booked,
    )


def _kind(family: Family, root: str, both: Sides, *, about_ours: bool) -> DifferenceKind:
    if family == Family.OTHER and both.has_moved:
        return DifferenceKind.UNKNOWN_TYPE
    if not both.has_moved:
        return DifferenceKind.NOT_MOVED
    if both.has_booked:
        return DifferenceKind.OTHER_AMOUNT
    asked_for = family in {Family.STRIPE_FEE, Family.TO_BANK} or not root.startswith(NO_ROW)
    learnt_of = family == Family.DISPUTE and about_ours  # nobody asks for a dispute
    return DifferenceKind.NOT_BOOKED if asked_for or learnt_of else DifferenceKind.NOT_OURS


_K = DifferenceKind
PROPOSALS: dict[tuple[DifferenceKind, Family | None], Proposal] = {
    (_K.NOT_BOOKED, Family.CHARGE): Proposal.LOOK_AGAIN,
    (_K.NOT_BOOKED, Family.CHARGE_FEE): Proposal.LOOK_AGAIN,
    (_K.NOT_BOOKED, Family.REFUND): Proposal.LOOK_AGAIN,
    (_K.NOT_BOOKED, Family.DISPUTE): Proposal.LOOK_AGAIN,
    (_K.NOT_BOOKED, Family.DISPUTE_FEE): Proposal.LOOK_AGAIN,
    (_K.NOT_BOOKED, Family.TO_BANK): Proposal.BOOK_TO_BANK,
    (_K.NOT_BOOKED, Family.STRIPE_FEE): Proposal.BOOK_FEE,
    (_K.NOT_BOOKED, Family.ADVANCE): Proposal.APPROVE_ADVANCE,
    (_K.OTHER_AMOUNT, Family.REFUND): Proposal.LOOK_AGAIN,
    (_K.OTHER_AMOUNT, Family.DISPUTE): Proposal.LOOK_AGAIN,
    (_K.OTHER_AMOUNT, Family.DISPUTE_FEE): Proposal.LOOK_AGAIN,
    (_K.OTHER_AMOUNT, Family.TO_BANK): Proposal.BOOK_TO_BANK,
    (_K.NOT_OURS, Family.CHARGE): Proposal.GIVE_BACK,
    (_K.NOT_OURS, Family.ADVANCE): Proposal.PROPOSE_ADVANCE,
}


def moved_cents() -> int:
    """Return the sum of all movements of our money at Stripe, in whole cents."""
    ours = StripeMovement.objects.filter(currency=EURO, balance_type=PAYMENTS)
    return int(ours.aggregate(cents=Sum("net_cents", default=0))["cents"])
