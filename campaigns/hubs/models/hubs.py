from __future__ import annotations

import datetime as dt  # noqa: TC003 - the annotations of model methods are read at run time
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from campaigns.hubs.enums import PartnershipForm
from campaigns.hubs.models.buildings import Building
from campaigns.models import Project
from crowdfund.kit.fields import CentsField, Int8Range


class Hub(models.Model):
    """A community hub: a building that residents use, run by an organisation under an agreement."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="hubs")
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=240)
    story = models.TextField(_("what it offers"), max_length=5000, blank=True)
    contact = models.EmailField(_("email for the public"), blank=True)
    projects = models.ManyToManyField(Project, related_name="hubs", blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("hub", args=[self.slug])


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Adjectives of agreements."""

    def in_force(self, day: dt.date) -> AgreementQuerySet:
        """Keep those that hold on a civil day; first and last day count."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Agreement(models.Model):
    """Under what terms an organisation runs a hub. Two of one hub never hold on the same day."""

    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="agreements")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="hub_agreements")
    form = models.CharField(_("form"), max_length=12, choices=PartnershipForm.choices)
    partners = models.CharField(
        _("other partners"), max_length=500, blank=True, help_text=_("Who else signs: one after the other.")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    fee_cents = CentsField(_("yearly fee"), default=0)
    obligations = models.TextField(_("obligations"), max_length=5000)
    alert_days = models.PositiveSmallIntegerField(_("days of warning before the end"), default=180)
    alerted_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects: ClassVar[AgreementQuerySet] = AgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="agreement_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(fee_cents__gte=0), name="agreement_fee_not_negative"),
            models.CheckConstraint(condition=Q(form__in=PartnershipForm.values), name="agreement_form_known"),
            ExclusionConstraint(
                name="agreement_without_overlap",
                expressions=[
                    (Int8Range("hub", "hub", Value("[]")), RangeOperators.OVERLAPS),
                    (
                        Func("starts_on", "ends_on", Value("[]"), function="DATERANGE"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hub} · {self.starts_on}"


class AgreementDocument(models.Model):
    """A document of an agreement, for everybody. The file lies in the private storage."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(_("title"), max_length=160)
    stored = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=5)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title
