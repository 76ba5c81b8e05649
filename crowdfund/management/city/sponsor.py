"""A foundation beside the city in one call: its own pot, asked first, for what it cares about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from campaigns.enums import Theme
from payments.matching.services import FundTerms, approve_fund_change, propose_sponsor_fund, propose_top_up

if TYPE_CHECKING:
    import datetime as dt

    from crowdfund.management.city.walk import Walk

OPENED_CENTS, ADDED_CENTS = 2_500_000, 1_000_000


def open_pot(walk: Walk, now: dt.datetime) -> None:
    """Open the foundation's pot: 25,000 euros for green spaces and food, before the city's."""
    change = propose_sponsor_fund(
        call=walk.calls["second"],
        organisation=walk.organisations["naviglio"],
        amount_cents=OPENED_CENTS,
        terms=FundTerms(name="Fondo verde e cibo", priority=5, themes=(Theme.GREEN.value, Theme.FOOD.value)),
        reason="Convenzione con la fondazione, prot. 118",
        by=walk.people["officer"],
        now=now,
    )
    approve_fund_change(change=change, by=walk.people["approver"], now=now)


def propose_more(walk: Walk, now: dt.datetime) -> None:
    """Propose what the foundation adds now: it waits for its approver."""
    call = walk.calls["second"]
    propose_top_up(
        call=call,
        fund=call.funds.get(organisation=walk.organisations["naviglio"]),
        amount_cents=ADDED_CENTS,
        reason="Delibera del consiglio di novembre",
        by=walk.people["officer"],
        now=now,
    )


def schedule(walk: Walk) -> None:
    """Put it into the agenda, after the second call is published."""
    walk.on(-128, partial(open_pot, walk))
    walk.on(-0.35, partial(propose_more, walk))
