from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.calls.models import Call
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.simulations.enums import SimulationStatus, Source


class Simulation(Claimable):
    """What up to three rules would have done with the campaigns and pledges of a past call, an edition, or two files.

    `rules` are `{"label", "rule"}`, the data as in docs/simulator.md. Uploaded files are kept until the work ends and
    not longer: the result names no backer. `bad_rows` are the first sentences about bad rows, `bad_count` all of them.
    """

    title = models.CharField(_("name"), max_length=80)
    source = models.CharField(max_length=8, choices=Source.choices)
    call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    edition = models.CharField(max_length=16, blank=True)
    seed = models.PositiveIntegerField(default=1)
    file_names = models.JSONField(default=list)
    campaigns_file = models.BinaryField(null=True)
    pledges_file = models.BinaryField(null=True)
    rules = models.JSONField()
    language = models.CharField(max_length=5, default="it")
    status = models.CharField(
        max_length=8, choices=SimulationStatus.choices, default=SimulationStatus.WAITING
    )
    step = models.CharField(max_length=80, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    bad_rows = models.JSONField(default=list)
    bad_count = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=SimulationStatus.values), name="simulation_status_known"
            ),
            models.CheckConstraint(
                condition=Q(source=Source.CALL, call__isnull=False, edition="")
                | (Q(source=Source.EDITION, call__isnull=True) & ~Q(edition=""))
                | Q(source=Source.FILES, call__isnull=True, edition=""),
                name="simulation_of_its_source",
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(result__isnull=False), name="simulation_done_has_result"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "running"])
                | Q(campaigns_file__isnull=True, pledges_file__isnull=True),
                name="simulation_ended_keeps_no_files",
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="simulation_percent_within_100"),
        ]

    def __str__(self) -> str:
        return self.title


class SimulationEvent(StatusEvent):
    """A change of a simulation's status."""

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="events")
