"""Campaigns and pledges of a simulation, from wherever it takes them: read, sorted on disk, never imported."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from crowdfund.kit.errors import Invalid
from payments.matching.simulator import BadRows, SpilledGifts, read_campaigns, read_pledges
from payments.matching.simulator.editions import Replay, edition_named, generate, replay, report_data
from payments.matching.simulator.spill import Pledge
from payments.simulations.enums import Source
from payments.simulations.selectors import campaigns_of, places_of, pledges_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from payments.matching.simulator import Place, Progress
    from payments.simulations.models import Simulation

TOLD_ROWS = 200


class BadRowsError(Exception):
    """Rows that can't be used: the first sentences, and how many there are."""

    def __init__(self, sentences: list[str], count: int) -> None:
        super().__init__(count)
        self.sentences, self.count = sentences, count


@dataclasses.dataclass(frozen=True)
class Inputs:
    """Campaigns, their titles by name, all gifts, and of an edition how well it fits."""

    places: Sequence[Place]
    titles: dict[str, str]
    gifts: SpilledGifts
    fit: list[dict[str, Any]] | None = None


def read_inputs(run: Simulation, progress: Progress) -> Inputs:
    """Read what a simulation takes. Raises BadRowsError, Invalid. The caller closes the gifts."""
    if run.source == Source.CALL:
        return _of_call(run, progress)
    if run.source == Source.EDITION:
        return _of_edition(run, progress)
    with tempfile.TemporaryDirectory() as folder:
        return _of_files(run, Path(folder), progress)


def _spilled(rows: Iterable[Pledge], progress: Progress) -> SpilledGifts:
    gifts = SpilledGifts(rows, progress)
    gifts.number_backers()
    return gifts


def _of_call(run: Simulation, progress: Progress) -> Inputs:
    assert run.call is not None  # noqa: S101 - a constraint holds it
    campaigns = campaigns_of(run.call)
    titles = {row.slug: row.project.title for row in campaigns}
    return Inputs(places_of(campaigns), titles, _spilled(pledges_of(campaigns), progress))


def _of_edition(run: Simulation, progress: Progress) -> Inputs:
    edition = edition_named(run.edition)
    if edition is None:
        raise Invalid("edition", _("There is no such edition."))
    made: Replay = generate(edition, run.seed)
    rows = (
        Pledge(gift.campaign, gift.backer, gift.cents, int(gift.at.timestamp()) * 10**6)
        for gift in made.gifts
    )
    return Inputs(made.places, {}, _spilled(rows, progress), report_data(replay(made, progress))["fit"])


def _of_files(run: Simulation, folder: Path, progress: Progress) -> Inputs:
    paths = folder / "campaigns.csv", folder / "pledges.csv"
    for path, content in zip(paths, (run.campaigns_file, run.pledges_file), strict=True):
        path.write_bytes(content or b"")
    told: list[str] = []
    bad = BadRows(lambda sentence: told.append(sentence) if len(told) < TOLD_ROWS else None)
    places = read_campaigns(paths[0], bad)
    gifts = SpilledGifts(read_pledges(paths[1], places, bad, progress), progress)
    if bad.found:
        gifts.close()
        raise BadRowsError(told, bad.found)
    gifts.number_backers()
    return Inputs(places, {}, gifts)
