"""Compute a call's matches again from its public export alone: no database, no server, the same cents."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from crowdfund.kit.errors import Invalid
from payments.matching import formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT = 1
LOST = frozenset({"missed", "cancelled"})
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A campaign's match as it was published (None: not yet) and as it comes out again, in whole cents."""

    campaign: str
    published_cents: int | None
    cents: int

    @property
    def agrees(self) -> bool:
        """Whether both are the same, or nothing is published yet."""
        return self.published_cents is None or self.published_cents == self.cents


@dataclass(frozen=True)
class Export:
    """What an export holds, as text."""

    about: dict[str, Any]
    campaigns: list[Cells]
    pledges: list[Cells]
    draws: list[Cells]

    def caps(self) -> dict[str, int | None]:
        """Cap of each campaign, or None."""
        return {row["campaign"]: _whole(row["match_cap_cents"]) for row in self.campaigns}


def recompute(path: Path) -> list[Recomputed]:
    """Compute every match of an export again, in the order of its campaigns.

    Raises `Invalid` (`export`) for a file that is none, and `TooManyPairsError` as the round itself would.
    """
    try:
        export = _read(path)
        matches = _matches(export)
        return [
            Recomputed(row["campaign"], _whole(row["match_cents"]), matches.get(row["campaign"], 0))
            for row in export.campaigns
        ]
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        if isinstance(error, formula.TooManyPairsError):
            raise
        raise Invalid("export", _("%(file)s is no export of a call."), file=path.name) from error


def _read(path: Path) -> Export:
    with zipfile.ZipFile(path) as archive:
        about = json.loads(archive.read("call.json"))
        if about["format"] != FORMAT:
            raise ValueError(about["format"])
        tables = {
            name: list(_table(archive, f"{name}.csv")) if f"{name}.csv" in archive.namelist() else []
            for name in ("campaigns", "pledges", "draws")
        }
    return Export(about, **tables)


def _table(archive: zipfile.ZipFile, name: str) -> Iterator[Cells]:
    with archive.open(name) as file:
        yield from csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline=""))


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _matches(export: Export) -> dict[str, int]:
    rule = formula.read_rule(export.about["rule"])
    if isinstance(rule, formula.PerPledge):
        return _drawn(rule, export)
    if isinstance(rule, formula.Quadratic):
        return _shared(rule, export)
    return {row["campaign"]: _reached(rule, row, export) for row in export.campaigns}


def _reached(rule: formula.ThresholdShare | formula.LumpSum, row: Mapping[str, str], export: Export) -> int:
    """A match on collected money, at most what was reserved; none for a campaign that failed or still runs."""
    if row["state"] != "funded":
        return 0
    if isinstance(rule, formula.ThresholdShare):
        rule = replace(rule, match_cap_cents=_whole(row["match_cap_cents"]))
    match = formula.match_on_collected(
        rule,
        cost_cents=int(row["cost_cents"]),
        pledged=_crowd(export, row["campaign"], "pledged_cents"),
        collected=_crowd(export, row["campaign"], "collected_cents"),
        on_shortfall=export.about["on_shortfall"],
    )
    return formula.bounded_by(_whole(row["maximum_cents"]), match.cents)


def _crowd(export: Export, campaign: str, column: str) -> formula.Crowd:
    given = [row for row in export.pledges if row["campaign"] == campaign and (_whole(row[column]) or 0) > 0]
    return formula.Crowd(sum(int(row[column]) for row in given), len({row["backer"] for row in given}))


def _drawn(rule: formula.PerPledge, export: Export) -> dict[str, int]:
    """Replay every draw in the order of the book. What comes out must be what was drawn, change by change."""
    changes = [
        formula.PledgeChange(
            row["pledge"], row["campaign"], row["backer"], int(row["amount_cents"]), int(row["pot_cents"])
        )
        for row in export.draws
    ]
    matches: defaultdict[str, int] = defaultdict(int)
    caps: dict[Any, int | None] = {**export.caps()}
    for row, cents in zip(export.draws, formula.replay_each(rule, changes, caps), strict=True):
        matches[row["campaign"]] += cents
    return matches


def _shared(rule: formula.Quadratic, export: Export) -> dict[str, int]:
    matches: dict[str, int] = {}
    for held in export.about["rounds"]:
        session = "" if held["session"] is None else str(held["session"])
        names = sorted(row["campaign"] for row in export.campaigns if row["session"] == session)
        pots = [formula.Pot(pot["cents"], frozenset(pot["campaigns"])) for pot in held["pots"]]
        shares = formula.share_out(rule, _raws(rule, export, names), pots, export.caps())
        matches |= {name: share.match.cents for name, share in shares.items()}
    return matches


def _raws(rule: formula.Quadratic, export: Export, names: list[str]) -> dict[str, int]:
    funded = {row["campaign"] for row in export.campaigns if row["state"] == "funded"}
    places = {name: place for place, name in enumerate(names)}
    sums: defaultdict[tuple[int, int], int] = defaultdict(int)
    for row in export.pledges:
        if row["campaign"] in funded & places.keys() and (cents := _whole(row["collected_cents"]) or 0):
            sums[places[row["campaign"]], int(row["backer"])] += cents
    return dict(zip(names, formula.raws_of(rule, sums, len(names)), strict=True))
