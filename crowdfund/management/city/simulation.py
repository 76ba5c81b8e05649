"""One finished simulation: what two other rules would have done with the pledges of 2020–21."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.matching.simulator.editions import edition_named
from payments.simulations.enums import Source
from payments.simulations.services import NamedRule, order_simulation

if TYPE_CHECKING:
    import datetime as dt

    from crowdfund.management.city.walk import Walk

EDITION = "2020-2021"


def schedule(walk: Walk) -> None:
    """Let the officer compare three rules a week ago; the jobs compute it."""
    walk.on(-7, lambda now: _order(walk, now))


def _order(walk: Walk, now: dt.datetime) -> None:
    published = edition_named(EDITION)
    assert published is not None  # noqa: S101 - it is published
    pot = published.rule["pot_cents"]
    euro_for_euro = {
        "kind": "per_pledge",
        "ratio_percent": 100,
        "cap_per_backer_cents": 20_000,
        "pot_cents": pot,
    }
    many_small = {"kind": "quadratic", "match_cap_cents": 6_000_000, "pot_cents": pot}
    order_simulation(
        source=Source.EDITION,
        edition=EDITION,
        title="Edizione 2020–21: e con un'altra regola?",
        rules=[
            NamedRule("Milano 2020–21, come pubblicata", published.rule),
            NamedRule("Un euro per ogni euro, fino a 200 € a persona", euro_for_euro),
            NamedRule("Quadratica, al massimo 60.000 €", many_small),
        ],
        by=walk.people["officer"],
        now=now,
    )
