"""Carry out what was ordered (the drain `simulations.run`): claimed under a lease, told a percent at a time, kept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance
from payments.matching.formula import TooManyPairsError
from payments.matching.simulator import Answer, Progress, apply_rule, money_by_neighbourhood, top_share
from payments.simulations.enums import SIMULATION_TRANSITIONS, UNDER_WAY, SimulationStatus
from payments.simulations.models import Simulation
from payments.simulations.services.inputs import BadRowsError, Inputs, read_inputs

if TYPE_CHECKING:
    from payments.matching.simulator import Place

LEASE: Final = dt.timedelta(minutes=10)
"""The pairwise variant at its limit tells nothing for half a minute on a slow machine."""
MOST_ATTEMPTS: Final = 3
TELL_EVERY: Final = 0.5


class Abandoned(Exception):  # noqa: N818 - no fault: the row was deleted, or somebody else has it
    """The simulation is not ours to go on with."""


@dataclasses.dataclass(slots=True)
class RowProgress(Progress):
    """Writes on the row how far the work is, and stops it when the row is gone or somebody else's."""

    run: Simulation | None = None
    _told_at: float = 0.0

    def show(self, label: str, done: int, whole: int) -> None:
        """Write down `done` of `whole`, twice a second at most."""
        if self.run is None or time.monotonic() - self._told_at < TELL_EVERY:
            return
        self._told_at = time.monotonic()
        percent = min(100, 100 * done // whole) if whole else 100
        mine = Simulation.objects.filter(pk=self.run.pk, fence=self.run.fence)
        if not mine.update(step=label[:80], percent=percent) or not jobs.keep(self.run):
            raise Abandoned


def run_due() -> int:
    """Work on the simulations that wait; return how many were worked on."""
    now = clock.now()
    waiting = Q(status__in=UNDER_WAY)
    rows = jobs.claim(Simulation, waiting, now=now, limit=1, lease=LEASE)
    return jobs.each(rows, partial(carry_out, now=now))


def carry_out(run: Simulation, *, now: dt.datetime) -> None:
    """Compute one simulation and keep its result, or say in words why there is none."""
    if run.status == SimulationStatus.WAITING:
        advance(run, SimulationStatus.RUNNING, table=SIMULATION_TRANSITIONS, now=now)
    Simulation.objects.filter(pk=run.pk).update(attempts=run.attempts + 1)
    with translation.override(run.language):
        if run.attempts >= MOST_ATTEMPTS:
            _end(run, now, error=_("It was tried three times and could not be computed."))
            return
        try:
            result = compute(run)
        except Abandoned:
            return
        except BadRowsError as bad:
            said = _("Bad rows: %(count)d. Nothing was computed.") % {"count": bad.count}
            _end(run, now, error=said, bad_rows=bad.sentences, bad_count=bad.count)
        except TooManyPairsError as error:
            _end(run, now, error=pairs_in_words(error))
        except Refused as refused:
            _end(run, now, error=str(refused)[:300])
        else:
            _end(run, now, result=result)


def pairs_in_words(error: TooManyPairsError) -> str:
    """Say that the pairwise variant can't take so many."""
    message = _("The pairwise bound takes %(limit)d ordered pairs of backers at most; these are %(pairs)d.")
    return message % {"limit": error.limit, "pairs": error.pairs}


def compute(run: Simulation) -> dict[str, Any]:
    """Apply every rule and gather what the page shows; amounts in whole cents. Writes nothing but the progress."""
    inputs = read_inputs(run, RowProgress(lambda _text: None, run=run))
    with closing(inputs.gifts):
        answers = [(one["label"], apply_rule(one["rule"], inputs.places, inputs.gifts)) for one in run.rules]
        return _result(inputs, answers)


def _result(inputs: Inputs, answers: list[tuple[str, Answer]]) -> dict[str, Any]:
    crowd = sum(one.crowd_cents for one in answers[0][1].outcomes)
    result = {
        "crowd_cents": crowd,
        "gifts": inputs.gifts.count,
        "backers": inputs.gifts.backers,
        "top_1_percent_share": str(top_share(inputs.gifts, crowd)),
        "campaigns": [
            {
                "campaign": place.campaign.name,
                "title": inputs.titles.get(place.campaign.name, place.campaign.name),
                "cost_cents": place.campaign.cost_cents,
                "neighbourhood": place.neighbourhood,
            }
            for place in inputs.places
        ],
        "rules": [_of_rule(label, answer, inputs.places) for label, answer in answers],
    }
    return result | ({"fit": inputs.fit} if inputs.fit else {})


def _of_rule(label: str, answer: Answer, places: Any) -> dict[str, Any]:
    return {
        "label": label,
        "rule": dict(answer.rule),
        "match_total_cents": answer.match_total_cents,
        "funded": sum(one.funded for one in answer.outcomes),
        "neighbourhoods": _neighbourhoods(answer, places),
        "campaigns": [dataclasses.asdict(one) for one in answer.outcomes],
    }


def _neighbourhoods(answer: Answer, places: list[Place]) -> list[dict[str, Any]]:
    return [
        {"neighbourhood": name, "crowd_cents": crowd, "match_cents": match}
        for name, (crowd, match) in sorted(money_by_neighbourhood(answer, places).items())
    ]


def _end(run: Simulation, now: dt.datetime, **fields: Any) -> None:
    """Keep what came out, and the uploaded files no longer."""
    to = SimulationStatus.DONE if "result" in fields else SimulationStatus.FAILED
    with transaction.atomic():
        if not jobs.still_mine(run):
            return
        advance(
            run,
            to,
            table=SIMULATION_TRANSITIONS,
            now=now,
            campaigns_file=None,
            pledges_file=None,
            step="",
            percent=100,
            finished_at=now,
            due_at=None,
            leased_until=None,
            **fields,
        )
