"""Synthetic campaigns and pledges of an edition: heavy-tailed gifts, clipped, adjusted to the published totals.

Every number comes out of whole-number draws of a seeded generator, so that the same seed gives the same files on any
machine. They are nobody's pledges: only their totals are real.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from crowdfund.kit.clock import CIVIL, midnight
from payments.matching.formula import Campaign, threshold_cents
from payments.matching.simulator.editions.split import split_within
from payments.matching.simulator.reading import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payments.matching.simulator.editions.targets import Edition

NEIGHBOURHOODS: Final = (
    *("Adriano", "Affori", "Baggio", "Barona", "Bovisa", "Corvetto", "Dergano", "Giambellino", "Gratosoglio"),
    *("Greco", "Lambrate", "Lorenteggio", "Niguarda", "Ortica", "Quarto Oggiaro", "Rogoredo", "San Siro"),
    *("Via Padova",),
)
_USUAL: Final = (
    (5, 3),
    (10, 18),
    (15, 6),
    (20, 18),
    (25, 12),
    (30, 8),
    (50, 18),
    (75, 2),
    (100, 11),
    (200, 4),
)
"""Usual gifts in whole euros, and how often each is given."""
_SMALLEST: Final = 5
_LARGEST: Final = 5_000
_FINE: Final = 10**6
_SECONDS_A_DAY: Final = 86_400


class Given(NamedTuple):
    """A synthetic pledge: its campaign's place, its backer's name, whole cents, and when."""

    campaign: int
    backer: str
    cents: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """An edition's synthetic campaigns and pledges; the first `funded` campaigns are those meant to be funded."""

    edition: Edition
    seed: int
    places: Sequence[Place]
    gifts: Sequence[Given]


def generate(edition: Edition, seed: int) -> Replay:
    """Make an edition's campaigns and pledges. The same seed gives the same."""
    random = Random(f"{edition.name}:{seed}")  # noqa: S311 - to be repeated, not to be secret
    costs = _costs(edition, random)
    crowds = _crowds(edition, costs, random)
    places = [
        Place(Campaign(f"{edition.name} {number:02}", cost), random.choice(NEIGHBOURHOODS))
        for number, cost in enumerate(costs, start=1)
    ]
    gifts = _gifts(edition, crowds, random)
    return Replay(edition, seed, places, sorted(gifts, key=lambda gift: gift.at))


def _tail(random: Random, longest: int) -> int:
    """A heavy-tailed weight from _FINE to `longest` times that (a Pareto of index 1, cut off)."""
    return _FINE * _FINE // random.randrange(_FINE // longest, _FINE)


def _costs(edition: Edition, random: Random) -> list[int]:
    """Costs whose matches add up to the city's published figure, each within the edition's range and cap."""
    share, funded = edition.rule["match_share_percent"], edition.funded.aim
    low = -(-edition.cost_min_cents * share // 100)
    high = min(edition.cost_max_cents * share // 100, edition.rule["match_cap_cents"])
    weights = [_tail(random, 6) for _ in range(funded)]
    matches = split_within(edition.match_cents.aim, weights, low, high)
    costs = [-(-match * 100 // share) for match in matches]
    missed = edition.online.aim - funded
    return costs + [random.choice(costs) for _ in range(missed)]


def _crowds(edition: Edition, costs: Sequence[int], random: Random) -> list[int]:
    """What each crowd gives: the funded ones their threshold and a share of the surplus, the others a part of it."""
    percent, funded = edition.rule["crowd_threshold_percent"], edition.funded.aim
    thresholds = [threshold_cents(cost, percent) for cost in costs]
    surplus = edition.crowd_cents.aim - sum(thresholds[:funded])
    extra = split_within(surplus, [_tail(random, 6) for _ in range(funded)], 0, surplus)
    reached = [threshold + more for threshold, more in zip(thresholds, extra, strict=False)]
    return reached + [mark * random.randrange(15, 60) // 100 for mark in thresholds[funded:]]


def _gifts(edition: Edition, crowds: Sequence[int], random: Random) -> list[Given]:
    funded = edition.funded.aim
    counts = split_within(
        edition.gifts.aim, [crowd * random.randrange(70, 130) for crowd in crowds[:funded]], 12, 10**6
    )
    counts += [max(1, crowd // edition.average_cents.aim) for crowd in crowds[funded:]]
    amounts = [
        (place, cents)
        for place, (crowd, count) in enumerate(zip(crowds, counts, strict=True))
        for cents in _amounts(crowd, count, random)
    ]
    backers = _backers(edition, amounts, random)
    return [
        Given(place, backer, cents, _moment(edition, random))
        for (place, cents), backer in zip(amounts, backers, strict=True)
    ]


def _amounts(crowd_cents: int, count: int, random: Random) -> list[int]:
    """Gifts of whole euros that add up to the crowd's money; the odd cents go to the first one."""
    euros, odd = divmod(crowd_cents, 100)
    smallest = min(_SMALLEST, euros // count)
    parts = split_within(euros, [_usual(random) for _ in range(count)], smallest, max(_LARGEST, euros // 3))
    return [part * 100 + (odd if place == 0 else 0) for place, part in enumerate(parts)]


def _usual(random: Random) -> int:
    """Euros that people give: mostly the usual ones, one gift in ten out of a long tail from 100 to 5,000."""
    if random.randrange(10) == 0:
        return 100 * _tail(random, 50) // _FINE
    at = random.randrange(sum(often for _, often in _USUAL))
    for euros, often in _USUAL:
        at -= often
        if at < 0:
            return euros
    raise AssertionError("the frequencies add up")


def _backers(edition: Edition, amounts: Sequence[tuple[int, int]], random: Random) -> list[str]:
    """A backer for each gift: so many different ones among funded campaigns; organisations give the large gifts."""
    funded = [at for at, (place, _) in enumerate(amounts) if place < edition.funded.aim]
    names = [""] * len(amounts)
    random.shuffle(funded)
    by_size = sorted(funded, key=lambda at: -amounts[at][1])
    large = set(random.sample(by_size[: 2 * edition.organisations], edition.organisations))
    first, again = funded[: edition.backers.aim], funded[edition.backers.aim :]
    for number, at in enumerate(first):
        names[at] = f"P{number:05}"
    for number, at in enumerate(sorted(large)):
        names[at] = f"O{number:05}"
    for at in again:
        names[at] = names[random.choice(first)]
    return [name or f"X{at:05}" for at, name in enumerate(names)]


def _moment(edition: Edition, random: Random) -> dt.datetime:
    """When a gift is made: many in the first days, many in the last ones, as campaigns go."""
    whole = edition.days * _SECONDS_A_DAY
    draws = [random.randrange(whole) for _ in range(3)]
    second = {0: min(draws), 1: max(draws)}.get(random.randrange(3), draws[0])
    start = midnight(edition.opens_on).astimezone(dt.UTC)
    return (start + dt.timedelta(seconds=second)).astimezone(CIVIL)
