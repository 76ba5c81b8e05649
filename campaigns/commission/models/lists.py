from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import TwoPeople, User
from campaigns.calls.models import Application
from campaigns.commission.enums import PUBLIC_LISTS, AppealStatus, ListStatus, OfferStatus, Outcome
from campaigns.commission.models.commissions import Commission
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent


class RankedListQuerySet(models.QuerySet["RankedList"]):
    """Adjectives of lists."""

    def public(self) -> RankedListQuerySet:
        """Keep those that were published, replaced or not."""
        return self.filter(status__in=PUBLIC_LISTS)


class RankedList(TwoPeople):
    """A version of a call's ranking (graduatoria): proposed by one person, published by another, never edited.

    `rule` is what the formula was told (criteria, minimum, tie-breakers); with the entries anyone computes it again.
    """

    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="lists")
    version = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=ListStatus.choices, default=ListStatus.PROPOSED)
    reason = models.TextField(_("why there is a new version"), blank=True)
    seed = models.CharField(_("number drawn for the lots"), max_length=120, blank=True)
    rule = models.JSONField()
    returned_why = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[RankedListQuerySet] = RankedListQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-version", "-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=ListStatus.values), name="ranked_list_status_known"
            ),
            models.UniqueConstraint(
                fields=["commission", "version"],
                condition=~Q(status="returned"),
                name="ranked_list_version_once",
            ),
            models.UniqueConstraint(
                fields=["commission"], condition=Q(status="proposed"), name="ranked_list_one_proposed"
            ),
            models.UniqueConstraint(
                fields=["commission"], condition=Q(status="published"), name="ranked_list_one_published"
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""), name="ranked_list_correction_says_why"
            ),
            models.CheckConstraint(
                condition=Q(status="proposed") | Q(decided_by__isnull=False),
                name="ranked_list_decided_has_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commission} v{self.version}"

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("ranked_list", args=[self.pk])


class RankedListEvent(StatusEvent):
    """A change of a list's status."""

    ranked_list = models.ForeignKey(RankedList, on_delete=models.CASCADE, related_name="events")


class ListEntry(models.Model):
    """What a list says of one application. `sums` are the tenths of all sheets by criterion number."""

    ranked_list = models.ForeignKey(RankedList, on_delete=models.PROTECT, related_name="entries")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="entries")
    row = models.PositiveSmallIntegerField()
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    project_title = models.CharField(max_length=200)
    organisation_name = models.CharField(max_length=160)
    cost_cents = CentsField()
    submitted_at = models.DateTimeField()
    sheets = models.PositiveSmallIntegerField(default=0)
    sums = models.JSONField(default=dict)
    score_hundredths = models.PositiveSmallIntegerField(null=True, blank=True)
    decided_by = models.CharField(
        max_length=20, blank=True
    )  # the tie-breaker that put it below the one above
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["ranked_list_id", "row"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="list_entry_outcome_known"),
            models.UniqueConstraint(fields=["ranked_list", "application"], name="list_entry_once"),
            models.UniqueConstraint(fields=["ranked_list", "row"], name="list_entry_row_once"),
            models.UniqueConstraint(fields=["ranked_list", "rank"], name="list_entry_rank_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rank or '–'} {self.project_title}"


class Appeal(models.Model):
    """A team's note against what a list says of its application, and the city's answer; one an application."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="appeal")
    ranked_list = models.ForeignKey(RankedList, on_delete=models.PROTECT, related_name="appeals")
    text = models.TextField(_("what is wrong, and why"))
    status = models.CharField(max_length=10, choices=AppealStatus.choices, default=AppealStatus.FILED)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["filed_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=AppealStatus.values), name="appeal_status_known"),
            models.CheckConstraint(
                condition=Q(status="filed") | ~Q(answer=""), name="appeal_answer_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.status}"


class AppealEvent(StatusEvent):
    """A change of an appeal's status."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="events")


class Offer(models.Model):
    """Released money offered to the next eligible application (scorrimento); its team answers in time, or it lapses."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="offer")
    ranked_list = models.ForeignKey(RankedList, on_delete=models.PROTECT, related_name="offers")
    status = models.CharField(max_length=10, choices=OfferStatus.choices, default=OfferStatus.OPEN)
    offered_at = models.DateTimeField()
    answer_until = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["offered_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OfferStatus.values), name="offer_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.status}"


class OfferEvent(StatusEvent):
    """A change of an offer's status."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="events")
