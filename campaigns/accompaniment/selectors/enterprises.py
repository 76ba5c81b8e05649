"""The enterprises that were born: how they do, whom they employ, how many live on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from campaigns.accompaniment.enums import ENDED, EnterpriseStatus
from campaigns.accompaniment.formula import Life, Step, survival, whole_months
from campaigns.accompaniment.models import Enterprise, Observation

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.models import Project


@dataclasses.dataclass(frozen=True)
class Seen:
    """An enterprise with what was seen of it at birth and last."""

    enterprise: Enterprise
    birth: Observation
    latest: Observation

    @property
    def life(self) -> Life:
        """For how long it was seen alive, and whether it closed then; one merged into another is seen no longer."""
        months = whole_months(self.enterprise.born_on, self.latest.observed_on)
        return Life(months, self.latest.status == EnterpriseStatus.CLOSED)


def enterprises(project: Project | None = None) -> list[Seen]:
    """Return every enterprise, or those of a project, the youngest first; two queries."""
    found: QuerySet[Enterprise] = Enterprise.objects.select_related("project__neighbourhood").defer(
        "project__search", "project__story", "project__neighbourhood__boundary"
    )
    if project is not None:
        found = found.filter(project=project)
    seen = Prefetch("observations", Observation.objects.order_by("observed_on", "id"))
    return [
        Seen(one, rows[0], rows[-1])
        for one in found.prefetch_related(seen)
        for rows in [list(one.observations.all())]
    ]


@dataclasses.dataclass(frozen=True)
class Births:
    """All enterprises together: how many, how many live, whom they employed at birth and now, and the survival."""

    rows: list[Seen]
    active: int
    jobs_at_birth_hundredths: int
    jobs_now_hundredths: int
    disadvantaged_now_hundredths: int
    steps: list[Step]


def births(rows: list[Seen]) -> Births:
    """Add up enterprises; jobs are hundredths of full time."""
    return Births(
        rows=rows,
        active=sum(row.latest.status not in ENDED for row in rows),
        jobs_at_birth_hundredths=sum(row.birth.jobs_hundredths for row in rows),
        jobs_now_hundredths=sum(row.latest.jobs_hundredths for row in rows),
        disadvantaged_now_hundredths=sum(row.latest.disadvantaged_hundredths for row in rows),
        steps=survival([row.life for row in rows]),
    )


def enterprise_data(row: Seen) -> dict[str, Any]:
    """Return an enterprise as plain data, for exports and the API."""
    one, birth, latest = row.enterprise, row.birth, row.latest
    return {
        "id": one.pk,
        "name": one.name,
        "legal_form": one.legal_form,
        "vat_number": one.vat_number,
        "born_on": one.born_on.isoformat(),
        "project": one.project.slug,
        "neighbourhood": one.project.neighbourhood.slug,
        "status": latest.status,
        "seen_on": latest.observed_on.isoformat(),
        "jobs_at_birth_hundredths": birth.jobs_hundredths,
        "jobs_now_hundredths": latest.jobs_hundredths,
        "disadvantaged_now_hundredths": latest.disadvantaged_hundredths,
        "source": latest.source,
    }
