"""A simulation's result as a table of a row a campaign and rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crowdfund.kit.tables import write_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.simulations.models import Simulation

COLUMNS = (
    *("rule", "campaign", "title", "neighbourhood", "cost_cents", "crowd_cents", "backers", "match_cents"),
    "funded",
)


def result_rows(simulation: Simulation) -> Iterator[str]:
    """Give the lines of the table; amounts in whole cents."""
    yield write_row(COLUMNS)
    result = simulation.result or {"rules": [], "campaigns": []}
    for rule in result["rules"]:
        for place, outcome in zip(result["campaigns"], rule["campaigns"], strict=True):
            yield write_row(
                [
                    rule["label"],
                    place["campaign"],
                    place["title"],
                    place["neighbourhood"],
                    place["cost_cents"],
                    outcome["crowd_cents"],
                    outcome["backers"],
                    outcome["match_cents"],
                    "yes" if outcome["funded"] else "no",
                ]
            )
