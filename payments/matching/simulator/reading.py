"""The simulator's files: every bad row is told by its line, and one is enough to compute nothing."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, TypeVar

from django.utils.translation import gettext as _

from campaigns.calls.enums import RuleProblem
from campaigns.calls.formula import check_rule
from crowdfund.kit.errors import Invalid
from crowdfund.kit.tables import CellError, Row, read_cents, read_table
from payments.matching.formula import Campaign
from payments.matching.simulator.progress import Progress
from payments.matching.simulator.spill import Pledge

Item = TypeVar("Item")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_NAME = 200


@dataclass(slots=True)
class BadRows:
    """Counts the bad rows of all files and tells each at once: a million of them are held nowhere."""

    tell: Callable[[str], object]
    found: int = 0

    def add(self, file: str, line: int, message: str) -> None:
        """Tell one bad row."""
        self.found += 1
        self.tell(
            _("%(file)s, line %(line)d: %(message)s") % {"file": file, "line": line, "message": message}
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A campaign of the file, and the neighbourhood it is in (none: an empty text)."""

    campaign: Campaign
    neighbourhood: str


class Places(list[Place]):
    """The campaigns of a file, in its order; `named` holds those of bad rows too, so that no pledge is blamed."""

    named: dict[str, int]


def read_campaigns(path: Path, bad: BadRows) -> Places:
    """Read `campaign,cost_cents,neighbourhood`; rows that are bad or repeat a campaign are told and left out."""
    places, named = Places(), {}

    def place_of(cells: Mapping[str, str]) -> Place:
        name = _name(cells, "campaign")
        if name in named:
            raise CellError(_("campaign: “%(name)s” is there twice.") % {"name": name[:40]})
        named[name] = len(places)
        cost = read_cents(cells["cost_cents"], "cost_cents", least=1)
        return Place(Campaign(name, cost), cells["neighbourhood"])

    with path.open(encoding="utf-8", newline="") as lines:
        places.extend(_good(lines, ("campaign", "cost_cents", "neighbourhood"), place_of, path.name, bad))
    places.named = named
    return places


def read_pledges(path: Path, places: Places, bad: BadRows, progress: Progress) -> Iterator[Pledge]:
    """Read `campaign,backer,amount_cents,created_at`, one pledge at a time; bad rows are told and left out."""
    numbers = places.named

    def pledge_of(cells: Mapping[str, str]) -> Pledge:
        name = _name(cells, "campaign")
        if name not in numbers:
            raise CellError(_("campaign: “%(name)s” is not in the campaigns' file.") % {"name": name[:40]})
        backer = _name(cells, "backer")
        cents = read_cents(cells["amount_cents"], "amount_cents", least=1)
        return Pledge(numbers[name], backer, cents, _moment(cells["created_at"]))

    label, size = _("Reading pledges"), path.stat().st_size
    columns = ("campaign", "backer", "amount_cents", "created_at")
    with path.open("rb") as file:
        lines = TextIOWrapper(file, encoding="utf-8", newline="")
        for number, pledge in enumerate(_good(lines, columns, pledge_of, path.name, bad)):
            if number % 4096 == 0:
                progress.show(label, file.tell(), size)
            yield pledge
        progress.show(label, size, size)


def read_rule_file(path: Path) -> dict[str, Any]:
    """Read a rule's data from a JSON file. Raises Invalid (`rule`) with all that is wrong with it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise Invalid("rule", _("%(file)s is not JSON."), file=path.name) from error
    problems = [
        f"{problem.field}: {sentence}" if problem.field else sentence
        for problem in check_rule(data)
        for sentence in [RuleProblem.sentence(problem.code, problem.params)]
    ]
    if problems:
        raise Invalid("rule", "%(file)s: %(problems)s", file=path.name, problems=" ".join(problems))
    return dict(data)


def _good(
    lines: IO[str],
    columns: Sequence[str],
    read: Callable[[Mapping[str, str]], Item],
    file: str,
    bad: BadRows,
) -> Iterator[Item]:
    for row in read_table(lines, columns):
        if not isinstance(row, Row):
            bad.add(file, row.line, row.message)
            continue
        try:
            item = read(row.cells)
        except CellError as error:
            bad.add(file, row.line, str(error))
        else:
            yield item


def _name(cells: Mapping[str, str], column: str) -> str:
    name = cells[column]
    if not name:
        raise CellError(_("%(column)s: this cell is empty.") % {"column": column})
    if len(name) > _LONGEST_NAME:
        raise CellError(_("%(column)s: this text is too long.") % {"column": column})
    return name


def _moment(text: str) -> int:
    """Microseconds since 1970 of an ISO 8601 time with its offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = _("created_at: “%(value)s” is not a time with its offset (2026-03-01T10:00:00+01:00).")
        raise CellError(message % {"value": text[:40]})
    return (moment - _EPOCH) // timedelta(microseconds=1)
