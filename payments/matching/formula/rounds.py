"""A quadratic round over one pot or several: who takes part in which, and what each gives to whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from payments.matching.formula.quadratic import (
    Caps,
    bounded_by,
    caps_of,
    fit_pot,
    pairwise_matches,
    raw_matches,
)
from payments.matching.formula.rules import Quadratic
from payments.matching.formula.steps import Match, Step


@dataclass(frozen=True, slots=True)
class Pot:
    """Money shared out among the campaigns it is open to, by name."""

    cents: int
    campaigns: Collection[str]


@dataclass(frozen=True, slots=True)
class Share:
    """A campaign's match with its steps, and the part of it that each pot gives, in the pots' order."""

    match: Match
    parts: tuple[int, ...]


def raws_of(rule: Quadratic, gifts: Mapping[tuple[int, int], int], campaigns: int) -> list[int]:
    """Raw match in cents of each campaign; `gifts` holds cents by (campaign's place, backer), added up before.

    Raises TooManyPairsError for a pairwise-bounded rule over too many backers.
    """
    if rule.pairwise_bound_cents is None:
        return raw_matches(((place, cents) for (place, _backer), cents in gifts.items()), campaigns)
    triples = ((place, backer, cents) for (place, backer), cents in gifts.items())
    return pairwise_matches(triples, campaigns, rule.pairwise_bound_cents)


def share_out(
    rule: Quadratic, raws: Mapping[str, int], pots: Sequence[Pot], caps: Caps | None = None
) -> dict[str, Share]:
    """Share pots out over raw matches in cents: the first as `fit_pot` does, each later one over what is still missing.

    What is missing to a campaign is min(cap, raw) less what it has. So no match is above its cap or its raw match, no
    pot gives more than it holds, and over one pot the matches add up to min(pot, sum of min(cap, raw)).
    """
    bounds = caps_of(rule, raws, caps)
    missing = {name: bounded_by(bounds[name], raw) for name, raw in raws.items()}
    steps: dict[str, list[Step]] = {name: [] for name in raws}
    parts: dict[str, list[int]] = {name: [] for name in raws}
    for pot in pots:
        here = [name for name in raws if name in pot.campaigns]
        fresh = not any(steps[name] for name in here)
        asked = {name: raws[name] if fresh else missing[name] for name in here}
        limits = bounds if fresh else dict.fromkeys(here)
        given = fit_pot(replace(rule, pot_cents=pot.cents), asked, limits)
        for name in raws:
            match = given.get(name)
            before = sum(parts[name])
            parts[name].append(match.cents if match else 0)
            if match:
                missing[name] -= match.cents
                steps[name] += match.steps if fresh else _again(match, pot, before)
    return {name: _share(raws[name], steps[name], parts[name]) for name in raws}


def _again(match: Match, pot: Pot, before: int) -> list[Step]:
    """Tell what a later pot adds to what a campaign has already: steps `next_pot`, then as the first, on the whole."""
    told = [Step("next_pot", {"pot_cents": pot.cents, "missing_cents": match.steps[0].cents or 0}, before)]
    told += [replace(step, cents=before + (step.cents or 0)) for step in match.steps[1:]]
    if told[-1].cents != before + match.cents:
        told.append(Step("next_part", {}, before + match.cents))
    return told


def _share(raw: int, steps: list[Step], parts: list[int]) -> Share:
    cents = sum(parts)
    return Share(Match(cents, reached=raw > 0, steps=tuple(steps or [Step("raw", {}, raw)])), tuple(parts))
