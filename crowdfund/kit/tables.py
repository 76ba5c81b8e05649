"""CSV files as people have them: read row by row, in constant memory, every bad row named by its line; and written."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final

from django.utils.translation import gettext as _

from crowdfund.kit.errors import Invalid

LARGEST_CENTS: Final = 10**12
"""Ten billion euro: millions of them still add up inside 64 bits."""

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS: Final = ",;\t"
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by column, spaces around taken off, and the line of the file it begins on (from 1)."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be used: its line and a sentence for people."""

    line: int
    message: str


class CellError(ValueError):
    """A cell that can't be used; the text is a sentence for people."""


def read_table(
    lines: IO[str], columns: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[Row | BadRow]:
    """Read a table with a header line, whatever spreadsheet wrote it: `,` `;` or tab, with a BOM or without.

    Other columns are passed over, empty lines too. A row with more or fewer cells than the header, or one
    that is no CSV at all, comes as a BadRow. Raises Invalid (`columns`) when a column is missing or twice,
    and Invalid (`encoding`) when the file is not UTF-8.
    """
    try:
        yield from _rows(lines, columns, optional)
    except UnicodeDecodeError as error:
        raise Invalid("encoding", _("The file is not in UTF-8: save it again as “CSV UTF-8”.")) from error


def _rows(lines: IO[str], columns: Sequence[str], optional: Sequence[str]) -> Iterator[Row | BadRow]:
    first = lines.readline().removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    delimiter = max(_DELIMITERS, key=first.count)
    header = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])]
    _check_header(header, columns)
    places = {name: header.index(name) for name in (*columns, *optional) if name in header}
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 2  # the header was read before, and the next row begins on the next line
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield BadRow(line, _("This line is not CSV."))
            continue
        if any(map(str.strip, cells)):
            yield _row(line, cells, places, len(header))


def _check_header(header: Sequence[str], columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in header]
    if missing:
        raise Invalid(
            "columns", _("The first line lacks these columns: %(names)s."), names=", ".join(missing)
        )
    twice = sorted({name for name in columns if header.count(name) > 1})
    if twice:
        raise Invalid(
            "columns", _("The first line has these columns twice: %(names)s."), names=", ".join(twice)
        )


def _row(line: int, cells: Sequence[str], places: Mapping[str, int], width: int) -> Row | BadRow:
    if len(cells) != width:
        message = _("This line has %(found)d cells instead of %(expected)d.")
        return BadRow(line, message % {"found": len(cells), "expected": width})
    return Row(line, {name: cells[place].strip() for name, place in places.items()})


def read_cents(text: str, column: str, *, least: int = 0) -> int:
    """Read a cell of whole cents from `least` to ten billion euro; nothing is guessed from points or commas.

    Raises CellError with a sentence that names the column.
    """
    names = {"column": column, "value": text[:40], "least": least}
    if not _WHOLE.fullmatch(text):
        message = _(
            "%(column)s: “%(value)s” is not an amount in whole cents (write 1250, not 12,50 or 1.250)."
        )
        raise CellError(message % names)
    cents = int(text)
    if cents < least:
        raise CellError(_("%(column)s: %(value)s is below %(least)d.") % names)
    if cents > LARGEST_CENTS:
        raise CellError(_("%(column)s: %(value)s is too large.") % names)
    return cents


def write_row(cells: Iterable[object], *, delimiter: str = ",") -> str:
    """Write one line of a table. A text that a spreadsheet would run as a formula gets an apostrophe before it.

    Numbers stay numbers, None is an empty cell.
    """
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: object) -> object:
    if cell is None or isinstance(cell, int):
        return cell
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINS_A_FORMULA) else text
