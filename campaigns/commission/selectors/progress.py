"""How far a commission is, without a single point: who has signed, declared, closed; what still lacks."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from campaigns.commission.enums import SheetStatus
from campaigns.commission.models import Evaluator, Exclusion, Sheet
from campaigns.commission.permissions import done_sheets

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.calls.models import Application, ApplicationQuerySet
    from campaigns.commission.models import Commission

STANDING = Exclusion.objects.filter(application=OuterRef("pk"), lifted_at__isnull=True)


def applications_of(commission: Commission) -> ApplicationQuerySet:
    """Return the applications that a commission ranks, each with the reason why an officer excluded it, if any."""
    reasons = STANDING.values("reason")[:1]
    return commission.applications().annotate(excluded_why=Subquery(reasons))


def to_read(commission: Commission) -> ApplicationQuerySet:
    """Return the applications that evaluators read: all but the excluded."""
    return applications_of(commission).filter(~Exists(STANDING))


def any_scores_open(commission: Commission) -> bool:
    """Say whether the points on some application have been open to be read."""
    waiting = Evaluator.objects.sitting().filter(commission=commission.pk)
    waiting = waiting.filter(~Exists(done_sheets(OuterRef(OuterRef("pk")))))
    closed = Sheet.objects.filter(
        application=OuterRef("pk"), evaluator__commission=commission, status=SheetStatus.CLOSED
    )
    return applications_of(commission).filter(Exists(closed), ~Exists(waiting)).exists()


@dataclasses.dataclass(frozen=True)
class Reading:
    """What an evaluator has still to do with one application; `title` is all they see before declaring."""

    application: Application
    sheet: Sheet | None

    @property
    def state(self) -> str:
        """`declare`, or the status of the sheet."""
        return self.sheet.status if self.sheet else "declare"


def readings(evaluator: Evaluator) -> list[Reading]:
    """Return what an evaluator reads, in the order in which applications came in."""
    mine = {sheet.application_id: sheet for sheet in evaluator.sheets.all()}
    every = to_read(evaluator.commission).select_related("project__organisation")
    return [Reading(application, mine.get(application.pk)) for application in every]


def seats(commission: Commission) -> QuerySet[Evaluator]:
    """Return everybody of a commission, each with how many sheets they have closed, opened, or have a conflict on."""
    read = to_read(commission).values("pk")

    def count(status: SheetStatus) -> Count:
        return Count("sheets", filter=Q(sheets__status=status, sheets__application__in=read))

    return commission.evaluators.select_related("user").annotate(
        closed=count(SheetStatus.CLOSED),
        opened=count(SheetStatus.OPEN),
        conflicts=count(SheetStatus.CONFLICT),
    )


def unread(commission: Commission) -> list[Application]:
    """Return the applications on which somebody has still to declare or to close, or that nobody could score."""
    waiting = Evaluator.objects.sitting().filter(commission=commission.pk)
    waiting = waiting.filter(~Exists(done_sheets(OuterRef(OuterRef("pk")))))
    closed = Sheet.objects.filter(
        application=OuterRef("pk"), evaluator__commission=commission, status=SheetStatus.CLOSED
    )
    return list(to_read(commission).filter(Q(Exists(waiting)) | ~Q(Exists(closed))).select_related("project"))
