"""A simulation is ordered with all it needs, or not at all; and deleted with all it kept."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.enums import RuleProblem
from campaigns.calls.formula import check_rule
from crowdfund.kit import jobs
from crowdfund.kit.errors import Invalid, Refused, raise_all
from crowdfund.kit.states import record_birth
from payments.matching.simulator.editions import edition_named
from payments.simulations.enums import UNDER_WAY, Source
from payments.simulations.models import Simulation
from payments.simulations.permissions import can_simulate
from payments.simulations.selectors import past_calls

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from accounts.models import User
    from campaigns.calls.models import Call

MEGABYTE: Final = 1024 * 1024
LARGEST_CAMPAIGNS: Final = MEGABYTE
LARGEST_PLEDGES: Final = 20 * MEGABYTE
MOST_RULES: Final = 3
MOST_WAITING: Final = 10
LARGEST_SEED: Final = 2**31 - 1


@dataclasses.dataclass(frozen=True)
class NamedRule:
    """A rule's data and what people call it."""

    label: str
    rule: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Upload:
    """An uploaded file: what it was called, and its bytes."""

    name: str
    content: bytes


def order_simulation(
    *,
    source: Source,
    rules: Sequence[NamedRule],
    by: User,
    now: dt.datetime,
    title: str = "",
    call: Call | None = None,
    edition: str = "",
    seed: int = 1,
    campaigns: Upload | None = None,
    pledges: Upload | None = None,
) -> Simulation:
    """Order a simulation of one to three rules over a past call, a replayed edition or two files. Officers only.

    Raises `NotAllowed`; `Invalid` (or `Several`) at `rules`, `call`, `edition`, `seed`, `campaigns`, `pledges`;
    `Refused` (`too_many`) while ten of them wait.
    """
    require(can_simulate(by))
    chosen = _Chosen(Source(source), call, edition, seed, campaigns, pledges)
    raise_all([*_rule_problems(rules), *chosen.problems()])
    with transaction.atomic():
        if Simulation.objects.filter(status__in=UNDER_WAY).count() >= MOST_WAITING:
            raise Refused("too_many", _("Other simulations are waiting: try again when they are done."))
        made = Simulation.objects.create(
            title=(title.strip() or chosen.name)[:80],
            rules=[{"label": one.label[:120], "rule": dict(one.rule)} for one in rules],
            language=get_language() or "it",
            asked_by=by,
            created_at=now,
            due_at=now,
            **chosen.fields(),
        )
        record_birth(made, now=now, by=by)
        jobs.wake("simulations.run")
    return made


def delete_simulation(*, simulation: Simulation, by: User, now: dt.datetime) -> None:
    """Delete a simulation and what it kept; one that is under way ends at its next step. Officers only."""
    require(can_simulate(by))
    simulation.delete()


def _rule_problems(rules: Sequence[NamedRule]) -> list[Refused]:
    if not 1 <= len(rules) <= MOST_RULES:
        message = _("Choose one to %(most)s rules.")
        return [Invalid("number_of_rules", message, field="rules", most=MOST_RULES)]
    return [
        Invalid("rule", "%(label)s: %(problem)s", field="rules", label=one.label, problem=sentence)
        for one in rules
        for problem in check_rule(one.rule)
        for sentence in [f"{problem.field}: {RuleProblem.sentence(problem.code, problem.params)}"]
    ]


@dataclasses.dataclass(frozen=True)
class _Chosen:
    """Where campaigns and pledges come from, and what is wrong with that."""

    source: Source
    call: Call | None
    edition: str
    seed: int
    campaigns: Upload | None
    pledges: Upload | None

    @property
    def name(self) -> str:
        if self.source == Source.CALL:
            return self.call.title if self.call else ""
        return self.edition or (self.pledges.name if self.pledges else "")

    def fields(self) -> dict[str, Any]:
        if self.source == Source.CALL:
            return {"source": self.source, "call": self.call}
        if self.source == Source.EDITION:
            return {"source": self.source, "edition": self.edition, "seed": self.seed}
        assert self.campaigns is not None  # noqa: S101 - `problems` would have said so
        assert self.pledges is not None  # noqa: S101
        return {
            "source": self.source,
            "file_names": [self.campaigns.name[:120], self.pledges.name[:120]],
            "campaigns_file": self.campaigns.content,
            "pledges_file": self.pledges.content,
        }

    def problems(self) -> list[Refused]:
        if self.source == Source.CALL:
            return self._call_problems()
        if self.source == Source.EDITION:
            return self._edition_problems()
        return [
            *_file_problems("campaigns", self.campaigns, LARGEST_CAMPAIGNS),
            *_file_problems("pledges", self.pledges, LARGEST_PLEDGES),
        ]

    def _call_problems(self) -> list[Refused]:
        if self.call and past_calls().filter(pk=self.call.pk).exists():
            return []
        return [Invalid("call", _("Choose a call whose campaigns have all ended."), field="call")]

    def _edition_problems(self) -> list[Refused]:
        found: list[Refused] = []
        if edition_named(self.edition) is None:
            found.append(Invalid("edition", _("There is no such edition."), field="edition"))
        if not 0 <= self.seed <= LARGEST_SEED:
            found.append(Invalid("seed", _("The seed is a whole number from 0 to 2147483647."), field="seed"))
        return found


def _file_problems(field: str, upload: Upload | None, largest: int) -> list[Refused]:
    if upload is None or not upload.content:
        return [Invalid("missing", _("Choose a file that is not empty."), field=field)]
    if len(upload.content) > largest:
        message = _("The file is larger than %(most)s MB.")
        return [Invalid("too_large", message, field=field, most=largest // MEGABYTE)]
    return []
