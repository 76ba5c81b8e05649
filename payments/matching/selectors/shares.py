"""Which pot bears how much of a campaign's match, and how far it is."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from payments.matching.enums import ReservationStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payments.matching.models import MatchFund, Reservation


@dataclasses.dataclass(frozen=True)
class Share:
    """What one pot bears of a campaign's match, in whole cents: now, and at most."""

    fund_id: int
    name: str
    kind: str
    status: str
    cents: int
    maximum_cents: int


_STEPS = (
    ReservationStatus.RESERVED,
    ReservationStatus.PROPOSED,
    ReservationStatus.RECORDED,
    ReservationStatus.COMMITTED,
)


def status_of(rows: Sequence[Reservation]) -> str:
    """Say how far a campaign's match is: as far as the pot that is behind the others; released when all are."""
    standing = {row.status for row in rows}
    return next((step for step in _STEPS if step in standing), ReservationStatus.RELEASED)


def shares_of(rows: Sequence[Reservation], cents: int) -> list[Share]:
    """Spread a match of `cents` over a campaign's reservations, in the order of the pots; fixed parts as proposed."""
    shares = []
    for row in rows:
        part = min(cents, row.reserved_cents) if row.proposed_cents is None else row.proposed_cents
        cents -= part
        if part or row.status != ReservationStatus.RELEASED:
            shares.append(
                Share(row.fund_id, payer_of(row.fund), row.fund.kind, row.status, part, row.exposure_cents)
            )
    return shares


def payer_of(fund: MatchFund) -> str:
    """Name who gives a pot's money: the sponsor, or the city."""
    return fund.organisation.name if fund.organisation else _("The city")
