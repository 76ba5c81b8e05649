from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from campaigns.calls.models import Application, Call, Session
from campaigns.commission.enums import EVALUATED, EvaluatorRole, SheetStatus
from campaigns.commission.models.grids import Criterion
from crowdfund.kit.states import StatusEvent

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.calls.models import ApplicationQuerySet


class Commission(models.Model):
    """Who reads and scores the applications of a call, or of one of its sessions."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="commissions")
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="commissions"
    )
    sheets_due_at = models.DateTimeField(_("sheets due"))
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "session"], nulls_distinct=False, name="commission_once_a_session"
            )
        ]

    def __str__(self) -> str:
        return str(self.session or self.call)

    def get_absolute_url(self) -> str:
        """Give the page of its officers and its chair."""
        return reverse("commission", args=[self.pk])

    @property
    def closes_at(self) -> dt.datetime:
        """When the last of its applications can come in."""
        return self.session.closes_at if self.session else self.call.closes_at

    def applications(self) -> ApplicationQuerySet:
        """Give the applications it ranks: those in, whatever a list has said of them since, in order of arrival."""
        mine = Application.objects.filter(call=self.call_id, session=self.session_id, status__in=EVALUATED)
        return mine.order_by("submitted_at", "id")


class EvaluatorQuerySet(models.QuerySet["Evaluator"]):
    """Adjectives of evaluators."""

    def sitting(self) -> EvaluatorQuerySet:
        """Keep those who have not left."""
        return self.filter(left_at__isnull=True)


class Evaluator(models.Model):
    """A person in a commission. Before anything else they declare in writing what they can't judge.

    Who leaves writes no more; sheets closed before still count, open ones no longer do.
    """

    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="evaluators")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=EvaluatorRole.choices, default=EvaluatorRole.MEMBER)
    appointed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    appointed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_text = models.TextField(blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    left_why = models.CharField(max_length=200, blank=True)

    objects: ClassVar[EvaluatorQuerySet] = EvaluatorQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["commission_id", "role", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=EvaluatorRole.values), name="evaluator_role_known"),
            models.UniqueConstraint(fields=["commission", "person"], name="evaluator_once"),
            models.UniqueConstraint(
                fields=["commission"],
                condition=Q(role="chair", left_at__isnull=True),
                name="evaluator_one_chair",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | ~Q(left_why=""), name="evaluator_left_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class Sheet(models.Model):
    """An evaluator's sheet on one application, born by declaring that there is no conflict, or which one."""

    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="sheets")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="sheets")
    status = models.CharField(max_length=10, choices=SheetStatus.choices, default=SheetStatus.OPEN)
    conflict = models.TextField(_("what the conflict is"), blank=True)
    declared_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["application_id", "evaluator_id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=SheetStatus.values), name="sheet_status_known"),
            models.UniqueConstraint(fields=["evaluator", "application"], name="sheet_once"),
            models.CheckConstraint(
                condition=~Q(status="conflict") | ~Q(conflict=""), name="sheet_conflict_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_at__isnull=False), name="sheet_closed_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluator_id} · {self.application_id}"


class SheetEvent(StatusEvent):
    """A change of a sheet's status."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="events")


class Score(models.Model):
    """The points a sheet gives on a criterion, in tenths, and why."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    tenths = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["sheet_id", "criterion__number"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="score_once"),
            models.CheckConstraint(
                condition=Q(tenths=F("tenths") / 5 * 5), name="score_whole_or_half_points"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} · {self.criterion_id}: {self.tenths}"


class Exclusion(models.Model):
    """An application that an officer found inadmissible before any score, and why; lifted if that was wrong."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="exclusions")
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(lifted_at__isnull=True), name="exclusion_one_standing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.reason[:40]}"
