"""Where a collected pledge stands, out of its refunds and disputes: one function, asked after each of their events."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crowdfund.kit.states import advance
from payments.enums import PLEDGE_TRANSITIONS, PledgeStatus
from payments.selectors.refunds import back_of_pledge_cents, charge_of, out_of_charge_cents

if TYPE_CHECKING:
    import datetime as dt

    from payments.models import Pledge

log = logging.getLogger(__name__)
FOLLOWS = frozenset(
    {
        PledgeStatus.COLLECTED,
        PledgeStatus.PARTLY_REFUNDED,
        PledgeStatus.REFUNDED,
        PledgeStatus.DISPUTED,
        PledgeStatus.RETURNING,
    }
)


def standing(pledge: Pledge) -> PledgeStatus:
    """Say where a pledge stands: disputed while the bank holds its money, then by what really went back."""
    back = back_of_pledge_cents(pledge, done=True)
    if pledge.collected_at is None:  # arrived, and never counted as collected
        return PledgeStatus.REFUNDED if back >= pledge.amount_cents else PledgeStatus.RETURNING
    charge = charge_of(pledge)
    if charge and out_of_charge_cents(charge):
        return PledgeStatus.DISPUTED
    if back >= pledge.amount_cents:
        lost = charge is not None and charge.disputes.filter(lost_cents__gt=0).exists()
        return PledgeStatus.LOST if lost else PledgeStatus.REFUNDED
    return PledgeStatus.PARTLY_REFUNDED if back else PledgeStatus.COLLECTED


def follow(*, pledge: Pledge, now: dt.datetime) -> None:
    """Bring a pledge to where it stands. The caller holds its lock."""
    if pledge.status not in FOLLOWS:
        return
    to = standing(pledge)
    if to == pledge.status:
        return
    if to == PledgeStatus.LOST and pledge.status != PledgeStatus.DISPUTED:
        advance(pledge, PledgeStatus.DISPUTED, table=PLEDGE_TRANSITIONS, now=now)
    advance(pledge, to, table=PLEDGE_TRANSITIONS, now=now)
