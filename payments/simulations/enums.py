from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class Source(TextChoices):
    """Whose campaigns and pledges a simulation takes."""

    CALL = "call", _("A past call")
    EDITION = "edition", _("A replayed edition of Milan")
    FILES = "files", _("Two files of your own")


class SimulationStatus(TextChoices):
    """How far a simulation is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    FAILED = "failed", _("Could not be done")


SIMULATION_TRANSITIONS: Transitions = {
    SimulationStatus.WAITING: frozenset({SimulationStatus.RUNNING}),
    SimulationStatus.RUNNING: frozenset({SimulationStatus.DONE, SimulationStatus.FAILED}),
    SimulationStatus.DONE: frozenset(),
    SimulationStatus.FAILED: frozenset(),
}
UNDER_WAY = frozenset({SimulationStatus.WAITING, SimulationStatus.RUNNING})
