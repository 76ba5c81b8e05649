"""Pledges on disk, sorted and counted there: a million of them take no more memory than a thousand.

SQLite is used as a sorter in a private temporary file, which is gone when it is closed. It keeps nothing
of the service's; whoever runs the simulator needs no database.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from payments.matching.formula import Gift
from payments.matching.simulator.progress import Progress

_CACHE_KIB = 16 * 1024


class Pledge(NamedTuple):
    """A row of the pledges' file: its campaign's place, its backer's name, its cents, its time in µs."""

    campaign: int
    backer: str
    cents: int
    moment: int


class SpilledGifts:
    """All gifts of a file, as `formula.Gifts`: in order of time (ties by line), or added up by backer."""

    def __init__(self, pledges: Iterable[Pledge], progress: Progress, label: str = "") -> None:
        self._progress, self._label = progress, label
        self._file = sqlite3.connect("", isolation_level=None)  # the empty name: a temporary file on disk
        self._file.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute(
            "CREATE TABLE pledge (campaign INTEGER, backer TEXT, cents INTEGER, moment INTEGER)"
        )
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO pledge VALUES (?, ?, ?, ?)", pledges)
        self._file.execute("COMMIT")
        self.count: int = self._one("SELECT count(*) FROM pledge")
        self.backers = 0

    def number_backers(self) -> None:
        """Number the backers by name, once all pledges are in; done before anything is read."""
        self._file.execute(
            "CREATE TABLE gift AS SELECT campaign, dense_rank() OVER (ORDER BY backer) - 1 AS backer, cents,"
            " moment, rowid AS line FROM pledge"
        )
        self._file.execute("DROP TABLE pledge")
        self._file.execute(
            "CREATE TABLE own AS SELECT campaign, backer, sum(cents) AS cents FROM gift GROUP BY 1, 2"
        )
        self.backers = self._one("SELECT coalesce(max(backer) + 1, 0) FROM gift")

    def in_order(self) -> Iterator[Gift]:
        """Give the gifts in the order in which they were made."""
        rows = self._rows("SELECT campaign, backer, cents FROM gift ORDER BY moment, line")
        return self._progress.over(map(Gift._make, rows), self._label, self.count)

    def by_backer(self) -> Iterator[Gift]:
        """Give one gift for each campaign and backer, their gifts added up."""
        return map(Gift._make, self._rows("SELECT campaign, backer, cents FROM own"))

    def largest_backers(self, count: int) -> int:
        """Sum, in cents, of what the `count` backers who gave most gave."""
        query = "SELECT coalesce(sum(cents), 0) FROM (SELECT sum(cents) AS cents FROM own GROUP BY backer"
        return self._one(f"{query} ORDER BY 1 DESC LIMIT ?)", count)

    def label(self, text: str) -> None:
        """Name what the next reading is for, on the progress bar."""
        self._label = text

    def close(self) -> None:
        """Give the temporary file back."""
        self._file.close()

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        yield from self._file.execute(query)

    def _one(self, query: str, *values: int) -> int:
        (number,) = self._file.execute(query, values).fetchone()
        return int(number)
