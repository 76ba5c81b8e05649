"""A benchmark series as people have it in a spreadsheet: read whole, every bad line named."""

from __future__ import annotations

import dataclasses
import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from accounts.places.models import Neighbourhood
from campaigns.impact.enums import TerritoryKind
from crowdfund.kit.errors import Invalid
from crowdfund.kit.tables import BadRow, CellError, Row, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = ("kind", "territory", "year", "value")
LARGEST_BYTES: Final = 1024 * 1024
MOST_ROWS: Final = 10_000
FIRST_YEAR: Final = 1900
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(?:[.,][0-9]{1,4})?")
_YEAR: Final = re.compile(r"[0-9]{4}")
_KINDS: Final = {
    "neighbourhood": TerritoryKind.NEIGHBOURHOOD,
    "quartiere": TerritoryKind.NEIGHBOURHOOD,
    "city": TerritoryKind.CITY,
    "città": TerritoryKind.CITY,
    "citta": TerritoryKind.CITY,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """A value of the table: the line it stands on, a neighbourhood's id or a city's name, year, value."""

    line: int
    neighbourhood_id: int | None
    city: str
    year: int
    value: Decimal

    @property
    def key(self) -> tuple[int | None, str, int]:
        """What it is the value of."""
        return self.neighbourhood_id, self.city, self.year


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """What was read, and every bad line."""

    cells: list[Cell]
    bad: list[BadRow]


def read_series(content: bytes, *, this_year: int) -> Table:
    """Read `kind,territory,year,value`: kind `neighbourhood` or `city`, decimals with a point or a comma.

    Raises `Invalid` for a file too large, not UTF-8, or without these columns.
    """
    if len(content) > LARGEST_BYTES:
        raise Invalid("too_large", _("This file is larger than 1 MB."), field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            "encoding", _("The file is not in UTF-8: save it again as “CSV UTF-8”."), field="file"
        ) from error
    places = {name.lower(): pk for pk, name in Neighbourhood.objects.values_list("pk", "name")}
    table = Table([], [])
    seen: dict[tuple[int | None, str, int], int] = {}
    try:
        for row in read_table(io.StringIO(text), COLUMNS):
            _take(row, table, places, seen, this_year)
    except Invalid as error:
        error.field = "file"
        raise
    if not table.cells and not table.bad:
        table.bad.append(BadRow(2, _("There is no value in this file.")))
    if len(table.cells) > MOST_ROWS:
        raise Invalid("too_many", _("At most %(most)s values in one file."), field="file", most=MOST_ROWS)
    return table


def _take(
    row: Row | BadRow,
    table: Table,
    places: Mapping[str, int],
    seen: dict[tuple[int | None, str, int], int],
    this_year: int,
) -> None:
    if isinstance(row, BadRow):
        table.bad.append(row)
        return
    try:
        cell = _cell(row, places, this_year)
    except CellError as error:
        table.bad.append(BadRow(row.line, str(error)))
        return
    if cell.key in seen:
        told = {"line": seen[cell.key]}
        message = _("This value is there twice: line %(line)d has it already.")
        table.bad.append(BadRow(row.line, message % told))
        return
    seen[cell.key] = row.line
    table.cells.append(cell)


def _cell(row: Row, places: Mapping[str, int], this_year: int) -> Cell:
    said = {name: row.cells[name][:40] for name in COLUMNS}
    kind = _KINDS.get(row.cells["kind"].lower())
    if kind is None:
        raise CellError(_("“%(kind)s” is neither neighbourhood nor city.") % said)
    territory = row.cells["territory"]
    if kind == TerritoryKind.NEIGHBOURHOOD and territory.lower() not in places:
        raise CellError(_("There is no neighbourhood “%(territory)s”.") % said)
    if not territory or len(territory) > 80:  # noqa: PLR2004 - the column's width
        raise CellError(_("Write the city's name."))
    year = int(row.cells["year"]) if _YEAR.fullmatch(row.cells["year"]) else 0
    if not FIRST_YEAR <= year <= this_year:
        raise CellError(_("“%(year)s” is not a year that has come.") % said)
    number = row.cells["value"].removeprefix("'").replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(number):
        raise CellError(_("“%(value)s” is not a number (write 1234,5, four decimals at most).") % said)
    value = Decimal(number.replace(",", "."))
    if kind == TerritoryKind.NEIGHBOURHOOD:
        return Cell(row.line, places[territory.lower()], "", year, value)
    return Cell(row.line, None, territory, year, value)
