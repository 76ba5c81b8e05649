"""Pledges that nobody made, which meet what was published of a real edition: seeded, and honest about the fit.

Published are a few sums only. What they leave open (which campaign got how much, how large the single gift was, when it
came) is drawn: costs and gifts from log-normal distributions, as gifts are long-tailed everywhere; days crowded at both
ends of a campaign, as pledges are. Then everything is moved, in whole cents, until the published sums are met.
"""

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from crowdfund.kit.money import Money
from payments.matching.formula import Campaign, threshold_cents
from payments.matching.simulator.reading import Place

PLACES: Final = (
    "Adriano", "Baggio", "Barona", "Bovisa", "Corvetto", "Crescenzago", "Dergano", "Giambellino", "Gratosoglio",
    "Lambrate", "Lorenteggio", "Niguarda", "Ortica", "Quarto Oggiaro", "San Siro", "Stadera",
)  # fmt: skip
"""Neighbourhoods of Milan, none of them in Municipio 1, which an edition left out."""

EURO: Final = 100
ROUND_COST: Final = 10_000  # costs are whole hundreds of euro
LEAST_GIFT: Final = 5 * EURO
TWICE_PER_HUNDRED: Final = 6  # backers in a hundred who give a second time: assumed
ASSUMED_CROWD: Final = 32_000_000 // 19  # of a campaign, where nothing was published: that of 2020-2021
ASSUMED_GIFT: Final = 8_000
ROME: Final = ZoneInfo("Europe/Rome")


@dataclass(frozen=True, slots=True)
class Published:
    """What is known of an edition, in whole cents; None is not published. Backers are people and organisations."""

    name: str
    online: int
    funded: int | None
    crowd_cents: int | None
    gifts: int | None
    backers: int | None
    match_cents: int | None
    days: int
    cost_min_cents: int | None
    cost_max_cents: int | None
    rule: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gift:
    """A synthetic pledge."""

    campaign: str
    backer: str
    cents: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """A synthetic edition: its campaigns and pledges, pledges in the order of time."""

    published: Published
    places: Sequence[Place]
    gifts: Sequence[Gift]


@dataclass(frozen=True, slots=True)
class Fit:
    """A published figure beside the generated one. `published` None: it was assumed."""

    figure: str
    published: int | None
    generated: int

    @property
    def deviation_thousandths(self) -> int | None:
        """Thousandths by which the generated figure is above the published one, rounded to zero; None without one."""
        if not self.published:
            return None
        return int((self.generated - self.published) * 1000 / self.published)


def read_published(edition: Mapping[str, Any]) -> Published:
    """Read an edition of `milan_editions.json`. Where only a first session was published, it stands for itself."""
    rule, outcome = edition["rule"], edition["outcome"]
    session = outcome.get("session_1", outcome)
    people = session.get("backers_people")
    backers = session.get("backers_at_least") if people is None else people + session["backers_organisations"]
    sessions = rule.get("sessions") or 1
    return Published(
        name=edition["name"],
        online=session["online"],
        funded=session.get("funded"),
        crowd_cents=session.get("crowd_cents_at_least"),
        gifts=session.get("gifts_at_least"),
        backers=backers,
        match_cents=session.get("match_cents_about"),
        days=rule["campaign_days"],
        cost_min_cents=rule["cost_min_cents"],
        cost_max_cents=rule["cost_max_cents"],
        rule={
            "kind": "threshold_share",
            "crowd_threshold_percent": rule["crowd_threshold_percent"],
            "match_share_percent": rule["match_share_percent"],
            "match_cap_cents": rule["match_cap_cents"],
            "within_cost": False,
            "pot_cents": rule["pot_cents"] // sessions if session is not outcome else rule["pot_cents"],
        },
    )


def synthesize(published: Published, seed: int) -> Edition:
    """Draw an edition. The same seed gives the same pledges, whatever machine draws them."""
    chance = random.Random(f"{published.name}:{seed}")  # noqa: S311 - a drawing to be repeated, not a secret
    costs = _costs(published, chance)
    crowds = _crowds(published, costs, chance)
    counts = _counts(published, crowds)
    names = [f"{published.name}-{number:02}" for number in range(1, published.online + 1)]
    places = [
        Place(Campaign(name, cost), PLACES[chance.randrange(len(PLACES))])
        for name, cost in zip(names, costs, strict=True)
    ]
    amounts = [_amounts(crowd, count, chance) for crowd, count in zip(crowds, counts, strict=True)]
    gifts = _given(published, names, amounts, chance)
    return Edition(published, places, sorted(gifts, key=lambda gift: gift.at))


def _funded(published: Published) -> int:
    return published.online if published.funded is None else published.funded


def _crowd(published: Published) -> int:
    return published.crowd_cents or published.online * ASSUMED_CROWD


def _costs(published: Published, chance: random.Random) -> list[int]:
    """Costs, the funded campaigns first: with a published match, such that its rule gives about that much.

    Without one, such that the crowd stands a quarter above the thresholds: what 2020-2021 came to.
    """
    weights = [chance.lognormvariate(0, 0.45) for _ in range(published.online)]
    rule, funded = published.rule, _funded(published)
    if published.match_cents:
        wanted = published.match_cents * 100 // rule["match_share_percent"]
    else:
        wanted = _crowd(published) * 80 // rule["crowd_threshold_percent"]
    mean = wanted / sum(weights[:funded])
    least, most = published.cost_min_cents or ROUND_COST, published.cost_max_cents or 10**9
    costs = [min(most, max(least, round(weight * mean))) for weight in weights]
    return [max(ROUND_COST, cost // ROUND_COST * ROUND_COST) for cost in costs]


def _crowds(published: Published, costs: Sequence[int], chance: random.Random) -> list[int]:
    """What each campaign's crowd gives: the funded reach their thresholds, the others don't, the sum is met.

    Raises ValueError where the thresholds alone are more than the crowd gave.
    """
    percent, funded = published.rule["crowd_threshold_percent"], _funded(published)
    marks = [threshold_cents(cost, percent) for cost in costs]
    missed = [mark * chance.randrange(15, 60) // 100 for mark in marks[funded:]]
    rest = _crowd(published) - sum(missed) - sum(marks[:funded])
    if rest < 0:
        raise ValueError(f"{published.name}: the thresholds are more than the crowd gave")
    weights = [max(1, int(mark * chance.lognormvariate(0, 0.8))) for mark in marks[:funded]]
    extra = [part.cents for part in Money(rest).split(weights)]
    return [mark + more for mark, more in zip(marks, extra, strict=False)] + missed


def _gift_count(published: Published) -> int:
    if published.gifts:
        return published.gifts
    if published.backers:
        return published.backers * (100 + TWICE_PER_HUNDRED) // 100
    return _crowd(published) // ASSUMED_GIFT


def _counts(published: Published, crowds: Sequence[int]) -> list[int]:
    """How many gifts each campaign gets, by what its crowd gives."""
    return [part.cents for part in Money(_gift_count(published)).split(list(crowds))]


def _amounts(crowd: int, count: int, chance: random.Random) -> list[int]:
    """Cut what a crowd gives into long-tailed gifts of whole euro; the largest takes what is left over."""
    if not count:
        return []
    weights = [max(1, int(1000 * chance.lognormvariate(0, 1.0))) for _ in range(count)]
    room = crowd - count * LEAST_GIFT
    if room < 0:
        return [part.cents for part in Money(crowd).split([1] * count)]
    gifts = [LEAST_GIFT + part.cents // EURO * EURO for part in Money(room).split(weights)]
    gifts[gifts.index(max(gifts))] += crowd - sum(gifts)
    return gifts


def _given(
    published: Published, names: Sequence[str], amounts: Sequence[Sequence[int]], chance: random.Random
) -> Iterator[Gift]:
    """Give each gift a backer and a moment: backers come anew, but for those who give again elsewhere."""
    gifts = [(name, cents) for name, cut in zip(names, amounts, strict=True) for cents in cut]
    chance.shuffle(gifts)
    backers = published.backers or len(gifts) * 100 // (100 + TWICE_PER_HUNDRED)
    begin = dt.datetime(int(published.name[:4]), 10, 1, 8, tzinfo=ROME)
    for number, (name, cents) in enumerate(gifts):
        backer = number if number < backers else chance.randrange(backers)
        moment = begin + dt.timedelta(minutes=int(chance.betavariate(0.6, 0.6) * published.days * 24 * 60))
        yield Gift(name, f"b{backer + 1:05}", cents, moment)


def fit_of(edition: Edition, *, funded: int, match_cents: int) -> list[Fit]:
    """Put published figures beside the generated ones; `funded` and `match_cents` are what the rule made of them."""
    known, gifts = edition.published, edition.gifts
    crowd = sum(gift.cents for gift in gifts)
    backers = len({gift.backer for gift in gifts})
    published_givers = known.gifts or known.backers
    givers = len(gifts) if known.gifts or not known.backers else backers
    mean = known.crowd_cents // published_givers if known.crowd_cents and published_givers else None
    return [
        Fit("online", known.online, len(edition.places)),
        Fit("funded", known.funded, funded),
        Fit("crowd_cents", known.crowd_cents, crowd),
        Fit("gifts", known.gifts, len(gifts)),
        Fit("backers", known.backers, backers),
        Fit("mean_cents", mean, crowd // givers),
        Fit("match_cents", known.match_cents, match_cents),
    ]
