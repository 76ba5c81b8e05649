"""How a match is told: its cents and every step that led there, as codes and numbers, never sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Crowd(NamedTuple):
    """What a campaign's backers gave together: cents, and how many different backers they are."""

    cents: int
    backers: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a code to word, its numbers, and the match in cents after it (None: it settles no sum)."""

    code: str
    params: Mapping[str, int | str | bool] = field(default_factory=dict)
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A match in cents, whether what the rule asks was reached, and the steps; the last sum is `cents`."""

    cents: int
    reached: bool
    steps: tuple[Step, ...]


def lowered(steps: list[Step], cents: int, code: str, limit: int | None, **params: int | str | bool) -> int:
    """Hold `cents` against a limit (None: there is none), add the step and give what remains, 0 or more."""
    if limit is None:
        return cents
    remains = max(0, min(cents, limit))
    steps.append(Step(code, params, remains))
    return remains
