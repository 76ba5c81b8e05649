"""What makes the data of a match rule sound, before anybody's money depends on it.

A rule is plain data (a JSON object), versioned on the call. `check_rule` finds everything that is wrong
with it at once, as codes and numbers; forms, the API and commands word them in the reader's language.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a rule: a code to word, the field it is in, the numbers the words need."""

    code: str
    field: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class _Whole:
    """A whole number from `least` to `most` (both may be reached; no `most`, no bound)."""

    least: int = 0
    most: int | None = None
    required: bool = False


_LARGEST_CENTS: Final = 10**15
_CENTS: Final = _Whole(0, _LARGEST_CENTS)
_SHARE: Final = _Whole(1, 100, required=True)

_FIELDS: Final[Mapping[str, Mapping[str, _Whole]]] = {
    "threshold_share": {
        "crowd_threshold_percent": _SHARE,
        "match_share_percent": _SHARE,
        "match_cap_cents": _CENTS,
        "accessible_match_cap_cents": _CENTS,
        "pot_cents": _CENTS,
    },
    "per_pledge": {
        "ratio_percent": _Whole(1, 1000, required=True),
        "cap_per_pledge_cents": _CENTS,
        "cap_per_backer_cents": _CENTS,
        "match_cap_cents": _CENTS,
        "accessible_match_cap_cents": _CENTS,
        "pot_cents": _CENTS,
    },
    "lump_sum": {
        "at_backers": _Whole(1),
        "at_amount_cents": _Whole(1, _LARGEST_CENTS),
        "sum_cents": _Whole(1, _LARGEST_CENTS, required=True),
        "pot_cents": _CENTS,
    },
    "quadratic": {
        "match_cap_cents": _CENTS,
        "accessible_match_cap_cents": _CENTS,
        "pairwise_bound_cents": _Whole(1, _LARGEST_CENTS),
        "pot_cents": _CENTS,
    },
}
"""The numbers each kind of rule is made of. One that is not required may be null or left out: no bound."""

_TERMS: Final[Mapping[str, _Whole]] = {
    "cost_min_cents": _CENTS,
    "cost_max_cents": _CENTS,
    "campaign_days": _Whole(1, 365),
    "project_months_max": _Whole(1, 120),
    "recovery_days": _Whole(1, 30),
    "hold_back_percent": _Whole(0, 100),
    "hold_back_days": _Whole(0, 60),
}
"""Numbers that any rule may carry beside its arithmetic: who may apply, how long, what is held back."""

_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "on_shortfall": frozenset({"proceed", "refund"}),
    "fee_bearer": frozenset({"campaign", "call"}),
}
_FLAGS: Final = ("accepts_debit_risk",)
"""Whether debits are released before the eight weeks in which a bank gives them back without asking."""
_FREE: Final = frozenset({"kind", "name", "excluded_zones", "sessions"})

KINDS: Final = tuple(_FIELDS)


def rule_fields(kind: str) -> dict[str, bool]:
    """Name the numbers a kind of rule is made of, and whether each is required."""
    return {name: whole.required for name, whole in _FIELDS[kind].items()}


def check_rule(data: object) -> list[Problem]:
    """Find all that is wrong with a rule's data; an empty list is a rule that can be used.

    Codes, each with its field: `not_an_object`, `unknown_kind` (params: value), `unknown_field` (a typing
    error in a cap would otherwise lift it), `missing`, `not_whole` (value; a percent or cents that is not
    a whole number), `not_a_flag`, `unknown_choice` (value), `out_of_range` (minimum, maximum), `negative`,
    `no_condition` (a lump sum that asks for nothing), `range_reversed` (minimum), `cap_below_minimum`
    (minimum_cents: the share of the smallest cost admitted, which the cap lets no project have), `below_cap`
    (minimum_cents: the cap for projects open to all abilities is lower than that of the others).
    """
    if not isinstance(data, Mapping):
        return [Problem("not_an_object", "")]
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in _FIELDS:
        return [Problem("unknown_kind", "kind", {"value": kind})]
    numbers = {**_FIELDS[kind], **_TERMS}
    problems = [
        *_unknown_fields(data, kind),
        *(problem for name, whole in numbers.items() for problem in _check_number(data, name, whole)),
        *_check_choices(data, kind),
    ]
    return problems or list(_check_together(data, kind))


def _unknown_fields(data: Mapping[Any, Any], kind: str) -> Iterator[Problem]:
    known = {*_FIELDS[kind], *_TERMS, *_CHOICES, *_FREE, *_flags(kind)}
    for name in data:
        if name not in known:
            yield Problem("unknown_field", str(name))


def _flags(kind: str) -> tuple[str, ...]:
    return (*_FLAGS, "within_cost") if kind == "threshold_share" else _FLAGS


def _check_number(data: Mapping[Any, Any], name: str, whole: _Whole) -> Iterator[Problem]:
    value = data.get(name)
    if value is None:
        if whole.required:
            yield Problem("missing", name)
    elif type(value) is not int:
        yield Problem("not_whole", name, {"value": value})
    elif value < 0 and whole.least == 0:
        yield Problem("negative", name)
    elif value < whole.least or (whole.most is not None and value > whole.most):
        yield Problem("out_of_range", name, {"minimum": whole.least, "maximum": whole.most})


def _check_choices(data: Mapping[Any, Any], kind: str) -> Iterator[Problem]:
    for name in _flags(kind):
        if not isinstance(data.get(name, False), bool):
            yield Problem("not_a_flag", name)
    for name, choices in _CHOICES.items():
        value = data.get(name)
        if value is not None and not (isinstance(value, str) and value in choices):
            yield Problem("unknown_choice", name, {"value": value})


def _check_together(data: Mapping[Any, Any], kind: str) -> Iterator[Problem]:
    """Check fields against each other; each is sound by itself by now."""
    least, most = data.get("cost_min_cents"), data.get("cost_max_cents")
    if least is not None and most is not None and most < least:
        yield Problem("range_reversed", "cost_max_cents", {"minimum": least})
    if data.get("hold_back_days") and not data.get("hold_back_percent"):
        yield Problem("missing", "hold_back_percent")
    if kind == "lump_sum" and data.get("at_backers") is None and data.get("at_amount_cents") is None:
        yield Problem("no_condition", "at_backers")
    yield from _check_caps(data, kind)


def _check_caps(data: Mapping[Any, Any], kind: str) -> Iterator[Problem]:
    cap, higher = data.get("match_cap_cents"), data.get("accessible_match_cap_cents")
    if higher is not None and cap is None:
        yield Problem("missing", "match_cap_cents")
    elif higher is not None and higher < cap:
        yield Problem("below_cap", "accessible_match_cap_cents", {"minimum_cents": cap})
    least = data.get("cost_min_cents")
    if kind == "threshold_share" and cap is not None and least is not None:
        smallest_share = least * data["match_share_percent"] // 100
        if cap < smallest_share:
            yield Problem("cap_below_minimum", "match_cap_cents", {"minimum_cents": smallest_share})
