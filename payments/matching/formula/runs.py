"""Many campaigns, one pot: what a rule does with all the gifts of a call, as SIMULATOR's answer asks."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from payments.matching.formula.per_pledge import Draws, wanted_cents
from payments.matching.formula.quadratic import fit_pot, pairwise_matches, raw_matches
from payments.matching.formula.reach import ReachRule, is_reached, match_for
from payments.matching.formula.rules import LumpSum, PerPledge, Quadratic, Rule
from payments.matching.formula.steps import Crowd


class Gift(NamedTuple):
    """One pledge: places of its campaign and its backer, both counted from 0, and its amount in cents."""

    campaign: int
    backer: int
    cents: int


class Gifts(Protocol):
    """All gifts of a call, read as often as a rule needs; nothing asks to hold them in memory."""

    backers: int
    """Backers' places are all below this."""

    def in_order(self) -> Iterable[Gift]:
        """Give the gifts in the order in which they were made."""

    def by_backer(self) -> Iterable[Gift]:
        """Give one gift for each campaign and backer, their gifts added up, in any order."""


class GiftList:
    """Gifts held in memory, already in order: enough for one call's campaigns, or a test."""

    def __init__(self, gifts: Iterable[Gift]) -> None:
        self._gifts = list(gifts)
        self.backers = 1 + max((gift.backer for gift in self._gifts), default=-1)

    def in_order(self) -> list[Gift]:
        """Give the gifts in the order in which they came."""
        return self._gifts

    def by_backer(self) -> list[Gift]:
        """Give one gift for each campaign and backer, their gifts added up."""
        sums: defaultdict[tuple[int, int], int] = defaultdict(int)
        for campaign, backer, cents in self._gifts:
            sums[campaign, backer] += cents
        return [Gift(campaign, backer, cents) for (campaign, backer), cents in sums.items()]


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of the call: its name and its cost in cents."""

    name: str
    cost_cents: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule makes of one campaign. `funded` is "reached" under a threshold share, else cost covered."""

    campaign: str
    crowd_cents: int
    backers: int
    match_cents: int
    funded: bool


def run_rule(rule: Rule, campaigns: Sequence[Campaign], gifts: Gifts) -> list[Outcome]:
    """Apply a rule to a whole call: an outcome for each campaign, in their order, those without gifts too.

    Raises TooManyPairsError for a pairwise-bounded rule over too many backers.
    """
    crowds = _crowds(len(campaigns), gifts)
    if isinstance(rule, PerPledge):
        matches = _draw_all(rule, len(campaigns), gifts)
    elif isinstance(rule, Quadratic):
        matches = _quadratic(rule, campaigns, gifts)
    else:
        matches = _serve(rule, campaigns, crowds, gifts)
    return [
        Outcome(campaign.name, crowd.cents, crowd.backers, cents, _funded(rule, campaign, crowd, cents))
        for campaign, crowd, cents in zip(campaigns, crowds, matches, strict=True)
    ]


def _funded(rule: Rule, campaign: Campaign, crowd: Crowd, match_cents: int) -> bool:
    if isinstance(rule, LumpSum | PerPledge | Quadratic):
        return crowd.cents + match_cents >= campaign.cost_cents
    return is_reached(rule, cost_cents=campaign.cost_cents, crowd=crowd)


def _crowds(campaigns: int, gifts: Gifts) -> list[Crowd]:
    cents, backers = [0] * campaigns, [0] * campaigns
    for gift in gifts.by_backer():
        cents[gift.campaign] += gift.cents
        backers[gift.campaign] += 1
    return [Crowd(*pair) for pair in zip(cents, backers, strict=True)]


def _serve(
    rule: ReachRule, campaigns: Sequence[Campaign], crowds: Sequence[Crowd], gifts: Gifts
) -> list[int]:
    """Serve campaigns in the order in which they reached the mark; the last one gets what is left."""
    left = rule.pot_cents
    matches = [0] * len(campaigns)
    for place in _reached_in_order(rule, campaigns, gifts):
        cents = match_for(rule, cost_cents=campaigns[place].cost_cents, crowd=crowds[place]).cents
        if left is not None:
            cents = min(cents, left)
            left -= cents
        matches[place] = cents
    return matches


def _reached_in_order(rule: ReachRule, campaigns: Sequence[Campaign], gifts: Gifts) -> Iterator[int]:
    cents = [0] * len(campaigns)
    seen: list[set[int]] = [set() for _ in campaigns]
    asked = (rule.at_backers or 0) if isinstance(rule, LumpSum) else 0
    done = [False] * len(campaigns)
    for place, backer, given in gifts.in_order():
        if done[place]:
            continue
        cents[place] += given
        if len(seen[place]) < asked:  # no set outgrows what the rule asks for
            seen[place].add(backer)
        crowd = Crowd(cents[place], len(seen[place]))
        if is_reached(rule, cost_cents=campaigns[place].cost_cents, crowd=crowd):
            done[place] = True
            yield place


def _draw_all(rule: PerPledge, campaigns: int, gifts: Gifts) -> list[int]:
    backers = array("q", bytes(8 * gifts.backers)) if rule.cap_per_backer_cents is not None else None
    draws: Draws[int] = Draws(rule, backers)
    for campaign, backer, cents in gifts.in_order():
        draws.draw(campaign=campaign, backer=backer, wanted=wanted_cents(rule, cents))
    return [draws.by_campaign[place] for place in range(campaigns)]


def _quadratic(rule: Quadratic, campaigns: Sequence[Campaign], gifts: Gifts) -> list[int]:
    if rule.pairwise_bound_cents is None:
        raws = raw_matches(((gift.campaign, gift.cents) for gift in gifts.by_backer()), len(campaigns))
    else:
        raws = pairwise_matches(gifts.by_backer(), len(campaigns), rule.pairwise_bound_cents)
    names = [campaign.name for campaign in campaigns]
    matches = fit_pot(rule, dict(zip(names, raws, strict=True)))
    return [matches[name].cents for name in names]
