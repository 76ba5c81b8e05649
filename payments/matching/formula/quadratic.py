"""Quadratic matching, so precise that everybody who computes it again gets the same cents.

The rule: V. Buterin, Z. Hitzig, E. G. Weyl, "A Flexible Design for Funding Public Goods", Management
Science 65(11), 2019 (the match is (sum of roots) squared, less the gifts). The pairwise bound: V. Buterin,
"Pairwise coordination subsidies: a new quadratic funding design", ethresear.ch, 2019.

Roots are whole numbers of 10^-50 (10^-40 in pairs), rounded down by `math.isqrt`: a root of a cent or more
has over 40 significant digits. Sums of whole numbers do not depend on the order they are added in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final

from crowdfund.kit.money import Money
from payments.matching.formula.rules import Quadratic
from payments.matching.formula.steps import Match, Step

MILLIONTHS: Final = 10**6
_ROOT: Final = 10**50
_PAIR: Final = 10**40
PAIR_LIMIT: Final = 20_000_000


class TooManyPairsError(ValueError):
    """More ordered pairs of backers than the pairwise variant takes: `pairs` of at most `limit`."""

    def __init__(self, pairs: int) -> None:
        super().__init__(f"{pairs} ordered pairs of backers, {PAIR_LIMIT} at most")
        self.pairs, self.limit = pairs, PAIR_LIMIT


@dataclass(slots=True)
class RawMatch:
    """Adds up one campaign's gifts, one total of cents a backer; `cents` is its raw match."""

    roots: int = 0
    gifts_cents: int = 0

    def add(self, backer_cents: int) -> None:
        """Add what one backer gave to the campaign in all."""
        self.roots += isqrt(backer_cents * _ROOT * _ROOT)
        self.gifts_cents += backer_cents

    @property
    def cents(self) -> int:
        """(Sum of roots) squared less the gifts: half-up to a millionth of a cent, then down to the cent."""
        return _whole_cents(self.roots * self.roots - self.gifts_cents * _ROOT * _ROOT, _ROOT * _ROOT)


def _whole_cents(value: int, one_cent: int) -> int:
    millionth = one_cent // MILLIONTHS
    return (value + millionth // 2) // millionth // MILLIONTHS


def raw_matches(gifts: Iterable[tuple[int, int]], campaigns: int) -> list[int]:
    """Raw match in cents of each campaign, from (campaign's place, cents) once a backer and campaign."""
    raws = [RawMatch() for _ in range(campaigns)]
    for campaign, cents in gifts:
        raws[campaign].add(cents)
    return [raw.cents for raw in raws]


def pairwise_matches(gifts: Iterable[tuple[int, int, int]], campaigns: int, bound_cents: int) -> list[int]:
    """Raw match in cents of each campaign, each pair of backers bounded by M = `bound_cents`.

    `gifts` holds (campaign's place, backer, cents) once a backer and campaign. The match is the sum over
    ordered pairs of different backers i, j of M / (M + sum over q of root(c_iq c_jq)) x root(c_ip c_jp).

    Raises TooManyPairsError above PAIR_LIMIT ordered pairs, counted in every campaign they share.
    """
    backers_of: list[dict[int, int]] = [{} for _ in range(campaigns)]
    gifts_of: dict[int, dict[int, int]] = {}
    for campaign, backer, cents in gifts:
        backers_of[campaign][backer] = cents
        gifts_of.setdefault(backer, {})[campaign] = cents
    pairs = sum(len(backers) * (len(backers) - 1) for backers in backers_of)
    if pairs > PAIR_LIMIT:
        raise TooManyPairsError(pairs)
    sums = [0] * campaigns
    for backer, own in gifts_of.items():
        _add_pairs(sums, backer, own, backers_of, bound_cents * _PAIR)
    return [_whole_cents(2 * one, _PAIR) for one in sums]  # each pair was added once, and counts both ways


def _add_pairs(
    sums: list[int], backer: int, own: Mapping[int, int], backers_of: Sequence[Mapping[int, int]], bound: int
) -> None:
    """Add one backer's terms with every later backer, in each campaign that both gave to."""
    shared: dict[int, list[tuple[int, int]]] = {}
    for campaign, cents in own.items():
        for other, other_cents in backers_of[campaign].items():
            if other > backer:
                root = isqrt(cents * other_cents * _PAIR * _PAIR)
                shared.setdefault(other, []).append((campaign, root))
    for roots in shared.values():
        together = bound + sum(root for _, root in roots)
        for campaign, root in roots:
            sums[campaign] += bound * root // together


Caps = Mapping[str, int | None]


def caps_of(rule: Quadratic, raws: Mapping[str, int], caps: Caps | None = None) -> dict[str, int | None]:
    """Cap of each campaign, by name: its own where `caps` has one (projects open to all abilities), else the rule's."""
    return {name: (caps or {}).get(name, rule.match_cap_cents) for name in raws}


def fit_pot(rule: Quadratic, raws: Mapping[str, int], caps: Caps | None = None) -> dict[str, Match]:
    """Match of each campaign, by name, from their raw matches in cents: min(cap, k x raw), one k for all.

    k is the largest, 1 at most, whose matches fit the pot; what a cap cuts off so lifts the others, to
    their raw match at most. The cents that rounding down leaves go one each to the largest remainders,
    ties by name. The matches add up to min(pot, sum of min(cap, raw)) to the cent. Steps: `raw`, `scaled`
    (numerator and denominator of k), `remainder` (one of the left-over cents), `cap`.
    """
    pot, bounds = rule.pot_cents, caps_of(rule, raws, caps)
    bounded = {name: bounded_by(bounds[name], raw) for name, raw in raws.items()}
    if pot is None or sum(bounded.values()) <= pot:
        return {name: _told(bounds[name], raws[name], bounded[name], None) for name in raws}
    capped, free, rest = _capped(raws, bounds, pot)
    scale = (free, sum(raws[name] for name in rest))
    parts = Money(free).split([raws[name] for name in rest]) if scale[1] else []
    matches = capped | dict(zip(rest, (part.cents for part in parts), strict=True))
    return {name: _told(bounds[name], raws[name], matches[name], scale) for name in raws}


def bounded_by(cap: int | None, cents: int) -> int:
    """Cents, no more than a cap that may be None."""
    return cents if cap is None else min(cap, cents)


def _capped(raws: Mapping[str, int], bounds: Caps, pot: int) -> tuple[dict[str, int], int, list[str]]:
    """Names that end on their cap with it, what is left of the pot for the others, and the others by name.

    As k grows, the first to reach its cap is the one whose cap is the smallest part of its raw match.
    """
    caps = {name: cap for name, cap in bounds.items() if cap is not None and raws[name]}
    rising = sorted(caps, key=lambda name: (Fraction(caps[name], raws[name]), name))
    free, rest, capped = pot, sum(raws.values()), dict[str, int]()
    for name in rising:
        if free * raws[name] <= caps[name] * rest:
            break
        free -= caps[name]
        rest -= raws[name]
        capped[name] = caps[name]
    return capped, free, sorted(name for name in raws if name not in capped)


def _told(cap: int | None, raw: int, cents: int, scale: tuple[int, int] | None) -> Match:
    steps = [Step("raw", {}, raw)]
    on_cap = cap is not None and cents == cap and raw > cents
    if scale is not None and not on_cap:
        whole = raw * scale[0] // scale[1] if scale[1] else 0
        steps.append(Step("scaled", {"numerator": str(scale[0]), "denominator": str(scale[1])}, whole))
        if cents > whole:
            steps.append(Step("remainder", {}, cents))
    if on_cap:
        steps.append(Step("cap", {"cap_cents": cents}, cents))
    return Match(cents, reached=raw > 0, steps=tuple(steps))
