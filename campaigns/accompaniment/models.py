from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.accompaniment.enums import EnterpriseStatus, LegalForm, Topic
from campaigns.models import Project


class TutoringSession(models.Model):
    """An hour, more or less, that a tutor gave to a project. Struck out with a reason, never deleted."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tutoring_sessions")
    tutor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="tutoring_sessions"
    )
    held_on = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    people = models.PositiveSmallIntegerField(_("people of the team"), default=1)
    topic = models.CharField(_("topic"), max_length=10, choices=Topic.choices)
    agreed = models.TextField(_("what was said and agreed"))
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_due_on = models.DateField(_("by when"), null=True, blank=True)
    written_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=600), name="tutoring_session_5_to_600_minutes"
            ),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="tutoring_session_topic_known"),
            models.CheckConstraint(
                condition=Q(next_due_on__isnull=True) | ~Q(next_step="") & Q(next_due_on__gte=F("held_on")),
                name="tutoring_session_due_of_a_step",
            ),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True) | ~Q(struck_reason=""), name="tutoring_session_struck_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.held_on}"


class Enterprise(models.Model):
    """An enterprise that was born of a project. Employment in hundredths of full time."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="enterprises")
    name = models.CharField(_("name"), max_length=160)
    legal_form = models.CharField(_("legal form"), max_length=20, choices=LegalForm.choices)
    born_on = models.DateField(_("born on"))
    tax_code = models.CharField(_("codice fiscale"), max_length=16)
    vat_number = models.CharField(_("VAT number"), max_length=11, unique=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-born_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(legal_form__in=LegalForm.values), name="enterprise_legal_form_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Observation(models.Model):
    """What was seen of an enterprise on a day: whether it lives, and the people it employs. Append-only."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="observations")
    observed_on = models.DateField(_("seen on"))
    status = models.CharField(_("state"), max_length=10, choices=EnterpriseStatus.choices)
    jobs_hundredths = models.PositiveIntegerField(_("people employed (hundredths of full time)"), default=0)
    disadvantaged_hundredths = models.PositiveIntegerField(default=0)
    source = models.CharField(_("where it can be checked"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["observed_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "observed_on"], name="observation_once_a_day"),
            models.CheckConstraint(
                condition=Q(status__in=EnterpriseStatus.values), name="observation_status_known"
            ),
            models.CheckConstraint(
                condition=Q(disadvantaged_hundredths__lte=F("jobs_hundredths")),
                name="observation_disadvantaged_within_jobs",
            ),
            models.CheckConstraint(
                condition=Q(status="active") | Q(jobs_hundredths=0), name="observation_ended_employs_nobody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.observed_on}: {self.status}"
