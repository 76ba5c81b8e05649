"""What an edition's replay aims at: each figure published, or assumed and said to be.

Published figures are those of `campaigns/calls/data/milan_editions.json` (press and municipal pages); that a gift of
2020–21 was about € 75, and that the money of 2015–17 was doubled by the city, was published beside them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from campaigns.calls.services.editions import published_editions

if TYPE_CHECKING:
    from collections.abc import Mapping


class Known(StrEnum):
    """How a figure is known."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    ABOUT = "about"
    FOLLOWS = "follows"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure (a count, or whole cents), how it is known, and what is aimed at where “over” was published."""

    value: int
    known: Known
    beyond: int | None = None

    @property
    def aim(self) -> int:
        """What the generator makes."""
        return self.value if self.beyond is None else self.beyond


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition's rule and what its replay aims at. Crowd, gifts and backers are those of funded campaigns.

    Costs and caps in whole cents; `opens_on` is assumed, as are the neighbourhoods.
    """

    name: str
    rule: Mapping[str, Any]
    online: Target
    funded: Target
    crowd_cents: Target
    match_cents: Target
    gifts: Target
    backers: Target
    average_cents: Target
    organisations: int
    cost_min_cents: int
    cost_max_cents: int
    days: int
    opens_on: dt.date


_COST_MIN: Final = 800_000
_COST_MAX: Final = 16_000_000
_EXACT, _AT_LEAST, _ABOUT = Known.EXACT, Known.AT_LEAST, Known.ABOUT
_FOLLOWS, _ASSUMED = Known.FOLLOWS, Known.ASSUMED


def editions() -> list[Edition]:
    """Return the four editions, the oldest first."""
    return [_AIMS[published["name"]](published) for published in published_editions()]


def edition_named(name: str) -> Edition | None:
    """Return one edition by its name (`2020-2021`)."""
    return next((edition for edition in editions() if edition.name == name), None)


def _base(published: Mapping[str, Any], opens_on: dt.date, pot_cents: int | None = None) -> dict[str, Any]:
    terms = published["rule"]
    return {
        "name": published["name"],
        "rule": {
            "kind": "threshold_share",
            "crowd_threshold_percent": terms["crowd_threshold_percent"],
            "match_share_percent": terms["match_share_percent"],
            "match_cap_cents": terms["match_cap_cents"],
            "within_cost": False,
            "pot_cents": pot_cents or terms["pot_cents"],
        },
        "cost_min_cents": terms["cost_min_cents"] or _COST_MIN,
        "cost_max_cents": terms["cost_max_cents"] or _COST_MAX,
        "days": terms["campaign_days"],
        "opens_on": opens_on,
    }


def _first(published: Mapping[str, Any]) -> Edition:
    """2015–17: doubled, so every funded campaign stands exactly on its half; one gift a backer is assumed."""
    out = published["outcome"]
    backers = out["backers_people"] + out["backers_organisations"]
    crowd = out["crowd_cents_at_least"]
    return Edition(
        **_base(published, dt.date(2016, 3, 1)),
        online=Target(out["online"], _EXACT),
        funded=Target(out["funded"], _EXACT),
        crowd_cents=Target(crowd, _AT_LEAST),
        match_cents=Target(crowd, _FOLLOWS),
        gifts=Target(backers, _ASSUMED),
        backers=Target(backers, _EXACT),
        average_cents=Target(crowd // backers, _FOLLOWS),
        organisations=out["backers_organisations"],
    )


def _second(published: Mapping[str, Any]) -> Edition:
    """2020–21: so many gifts that they are of about € 75; that one backer in ten gives twice is assumed."""
    out = published["outcome"]
    crowd, average = out["crowd_cents_at_least"], 7_500
    gifts = crowd // average + 1
    return Edition(
        **_base(published, dt.date(2020, 11, 2)),
        online=Target(out["online"], _EXACT),
        funded=Target(out["funded"], _EXACT),
        crowd_cents=Target(crowd, _AT_LEAST),
        match_cents=Target(out["match_cents_about"], _ABOUT),
        gifts=Target(out["gifts_at_least"], _AT_LEAST, beyond=gifts),
        backers=Target(gifts * 9 // 10, _ASSUMED),
        average_cents=Target(average, _ABOUT),
        organisations=0,
    )


def _third(published: Mapping[str, Any]) -> Edition:
    """2022–23: nothing but the 16 online is published. Assumed: all funded, nine tenths of the pot, as 2020–21."""
    rule, online = published["rule"], published["outcome"]["online"]
    match = rule["pot_cents"] * 9 // 10
    threshold = match * rule["crowd_threshold_percent"] // rule["match_share_percent"]
    crowd = threshold * 126 // 100  # 2020–21: 320,000 of a crowd where 253,333 was the threshold
    return Edition(
        **_base(published, dt.date(2022, 11, 7)),
        online=Target(online, _EXACT),
        funded=Target(online, _ASSUMED),
        crowd_cents=Target(crowd, _ASSUMED),
        match_cents=Target(match, _ASSUMED),
        gifts=Target(crowd // 7_500, _ASSUMED),
        backers=Target(crowd // 7_500 * 9 // 10, _ASSUMED),
        average_cents=Target(7_500, _ASSUMED),
        organisations=0,
    )


def _fourth(published: Mapping[str, Any]) -> Edition:
    """2024–25, first session. Assumed: half of the pot, a gift a backer, a tenth given above the threshold."""
    out, rule = published["outcome"]["session_1"], published["rule"]
    crowd, backers = out["crowd_cents_at_least"], out["backers_at_least"]
    return Edition(
        **_base(published, dt.date(2024, 10, 1), rule["pot_cents"] // rule["sessions"]),
        online=Target(out["online"], _EXACT),
        funded=Target(out["funded"], _EXACT),
        crowd_cents=Target(crowd, _AT_LEAST),
        match_cents=Target(crowd * 10 // 11, _ASSUMED),
        gifts=Target(backers, _ASSUMED),
        backers=Target(backers, _AT_LEAST),
        average_cents=Target(crowd // backers, _FOLLOWS),
        organisations=0,
    )


_AIMS: Final = {"2015-2017": _first, "2020-2021": _second, "2022-2023": _third, "2024-2025": _fourth}
