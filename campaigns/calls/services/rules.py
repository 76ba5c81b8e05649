"""Write match rules: checked data, in versions. A version that a published call uses is never changed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.formula import Problem, check_rule
from campaigns.calls.models import MatchRule
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.selectors.reads import is_in_use
from campaigns.calls.selectors.words import problem_in_words
from campaigns.calls.services.checks import field_problems
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from accounts.permissions import Visitor

# What has a column of its own, on the rule or on the call: twice written is once wrong
HELD_ELSEWHERE = frozenset({"kind", "name", "pot_cents", "on_shortfall", "recovery_days"})

FIELDS = {"on_shortfall": "shortfall"}


def create_rule(
    *,
    name: str,
    kind: str,
    data: Mapping[str, Any],
    shortfall: str,
    recovery_days: int,
    by: Visitor,
    now: dt.datetime,
) -> MatchRule:
    """Create the first version of a rule.

    `data` holds what `campaigns.calls.formula.check_rule` knows for this kind: percents and caps in whole cents, and if
    wished the terms a call may take over (cost range, days). No pot: that is the call's.

    Raises `NotAllowed` unless `by` is an officer; `Invalid`, or `Several` with every problem at its field.
    """
    require(can_write_calls(by))
    rule = MatchRule(
        name=name.strip(),
        kind=kind,
        data=_tidy(data),
        shortfall=shortfall,
        recovery_days=recovery_days,
        created_at=now,
    )
    _check(rule)
    taken = Invalid(
        "name_taken", _("There is a rule with this name: make a new version of it."), field="name"
    )
    if MatchRule.objects.filter(name=rule.name).exists():
        raise taken
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as error:  # somebody else's came first
        raise taken from error
    return rule


def edit_rule(
    *,
    rule: MatchRule,
    data: Mapping[str, Any],
    shortfall: str,
    recovery_days: int,
    by: Visitor,
    now: dt.datetime,
) -> MatchRule:
    """Change a version that no published call uses; a database trigger holds the same.

    Raises `NotAllowed`, `Refused` (`rule_in_use`), `Invalid` or `Several`.
    """
    require(can_write_calls(by))
    with transaction.atomic():
        locked = MatchRule.objects.select_for_update().get(pk=rule.pk)  # publishing locks it as well
        if is_in_use(locked):
            raise Refused("rule_in_use", _("A published call uses this version: make a new version instead."))
        locked.data, locked.shortfall, locked.recovery_days = _tidy(data), shortfall, recovery_days
        _check(locked)
        locked.save(update_fields=["data", "shortfall", "recovery_days"])
    rule.refresh_from_db()
    return rule


def new_rule_version(
    *,
    rule: MatchRule,
    data: Mapping[str, Any],
    shortfall: str,
    recovery_days: int,
    by: Visitor,
    now: dt.datetime,
) -> MatchRule:
    """Supersede a rule for later calls: same name and kind, the next number. Raises as `create_rule`."""
    require(can_write_calls(by))
    with transaction.atomic():
        versions = MatchRule.objects.select_for_update().filter(name=rule.name).order_by("pk")
        newest = max(one.version for one in versions)
        made = MatchRule(
            name=rule.name,
            version=newest + 1,
            kind=rule.kind,
            data=_tidy(data),
            shortfall=shortfall,
            recovery_days=recovery_days,
            created_at=now,
        )
        _check(made)
        made.save(force_insert=True)
    return made


def _tidy(data: Mapping[str, Any]) -> Any:
    """Leave out what is None: no bound."""
    return (
        {name: value for name, value in data.items() if value is not None} if hasattr(data, "items") else data
    )


def _check(rule: MatchRule) -> None:
    named: list[Refused] = field_problems(rule, ["name"])
    columns = {"recovery_days": rule.recovery_days, "on_shortfall": rule.shortfall}
    raise_all([*named, *rule_problems(rule.kind, rule.data, **columns)])


def rule_problems(kind: str, data: Any, **columns: Any) -> list[Refused]:
    """Word everything that is wrong with a rule's data and what stands beside it in `columns`."""
    if not isinstance(data, dict):
        return [problem_in_words(Problem("not_an_object", "data"))]
    elsewhere = [Problem("held_elsewhere", name) for name in data if name in HELD_ELSEWHERE]
    bare = {name: value for name, value in data.items() if name not in HELD_ELSEWHERE}
    found = [*elsewhere, *check_rule({**bare, **columns, "kind": kind})]
    return [problem_in_words(problem, FIELDS.get(problem.field)) for problem in found]
