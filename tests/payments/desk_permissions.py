"""Rows of the table of permissions: who orders and deletes simulations, who has a private calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts import services as people
from payments.simulations.enums import Source
from payments.simulations.services import NamedRule, delete_simulation, order_simulation
from tests.payments.test_simulate_match import SHARE
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from payments.simulations.models import Simulation

STAFF = {"officer", "approver", "auditor"}


def order(by: User) -> Simulation:
    """Order a replay of an edition."""
    rules = [NamedRule("Quota", SHARE)]
    return order_simulation(source=Source.EDITION, edition="2024-2025", rules=rules, by=by, now=NOW)


ROWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], Any], set[str]]] = {
    "order_simulation": (lambda s: s.org, lambda o, by: order(by), {"officer"}),
    "delete_simulation": (
        lambda s: order(s.officer),
        lambda row, by: delete_simulation(simulation=row, by=by, now=NOW),
        {"officer"},
    ),
    "renew_calendar_link": (
        lambda s: s.org,
        lambda o, by: people.renew_calendar_link(by=by, now=NOW),
        STAFF,
    ),
    "withdraw_calendar_link": (
        lambda s: people.renew_calendar_link(by=s.officer, now=NOW),
        lambda link, by: people.withdraw_calendar_link(by=by, now=NOW),
        STAFF,
    ),
}
