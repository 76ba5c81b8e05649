from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.calls.enums import PUBLIC_CALLS, Annex, CallStatus
from campaigns.calls.models.programmes import Programme
from campaigns.calls.models.rules import MatchRule
from campaigns.enums import Theme
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent

if TYPE_CHECKING:
    import datetime as dt

    from django.utils.functional import _StrOrPromise


def _chosen(label: _StrOrPromise, choices: type[models.TextChoices]) -> ArrayField[Any, Any]:
    """Several of `choices`; none chosen stands for no restriction."""
    return ArrayField(
        models.CharField(max_length=20, choices=choices.choices), verbose_name=label, default=list, blank=True
    )


LONGEST_PROJECT_MONTHS = 60


class CallQuerySet(models.QuerySet["Call"]):
    """Adjectives of calls."""

    def public(self) -> CallQuerySet:
        """Keep those anyone may see."""
        return self.filter(status__in=PUBLIC_CALLS)

    def open(self, now: dt.datetime) -> CallQuerySet:
        """Keep those that take applications at this moment."""
        return self.filter(status=CallStatus.PUBLISHED, opens_at__lte=now, closes_at__gt=now)


class Call(models.Model):
    """A call for projects (bando): who may apply, until when, by which rule the city matches, from which pot."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="calls")
    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(max_length=80, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=240)
    text = models.TextField(_("text"))
    status = models.CharField(max_length=10, choices=CallStatus.choices, default=CallStatus.DRAFT)
    rule = models.ForeignKey(MatchRule, on_delete=models.PROTECT, related_name="calls")
    pot_cents = CentsField(_("pot"))
    cost_min_cents = CentsField(_("smallest cost"), null=True, blank=True)
    cost_max_cents = CentsField(_("largest cost"), null=True, blank=True)
    campaign_days = models.PositiveSmallIntegerField(_("days of a campaign"), default=60)
    project_months_max = models.PositiveSmallIntegerField(
        _("months to carry out the project, at most"), null=True, blank=True
    )
    organisation_kinds = _chosen(_("organisations admitted"), OrganisationKind)
    themes = _chosen(_("themes admitted"), Theme)
    asks = _chosen(_("what the application contains"), Annex)
    declaration = models.TextField(_("what applicants declare"), blank=True)
    included_neighbourhoods = models.ManyToManyField(Neighbourhood, blank=True, related_name="+")
    excluded_neighbourhoods = models.ManyToManyField(Neighbourhood, blank=True, related_name="+")
    account_holder = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who legally holds the money"),
    )
    opens_at = models.DateTimeField(_("applications open"))
    closes_at = models.DateTimeField(_("applications close"))
    questions_until = models.DateTimeField(_("questions until"), null=True, blank=True)
    announced_on = models.DateField(_("results announced on"), null=True, blank=True)
    created_at = models.DateTimeField()

    objects: ClassVar[CallQuerySet] = CallQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-opens_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CallStatus.values), name="call_status_known"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="call_closes_after_opening"
            ),
            models.CheckConstraint(condition=Q(pot_cents__gt=0), name="call_pot_positive"),
            models.CheckConstraint(
                condition=Q(campaign_days__gte=1, campaign_days__lte=180), name="call_campaign_days_sane"
            ),
            models.CheckConstraint(
                condition=Q(cost_min_cents__isnull=True)
                | Q(cost_max_cents__isnull=True)
                | Q(cost_max_cents__gte=F("cost_min_cents")),
                name="call_cost_range_ordered",
            ),
            models.CheckConstraint(
                condition=Q(project_months_max__isnull=True)
                | Q(project_months_max__gte=1, project_months_max__lte=LONGEST_PROJECT_MONTHS),
                name="call_project_months_1_to_60",
            ),
            models.CheckConstraint(
                condition=Q(organisation_kinds__contained_by=OrganisationKind.values)
                & Q(themes__contained_by=Theme.values)
                & Q(asks__contained_by=Annex.values),
                name="call_eligibility_known",
            ),
            models.CheckConstraint(
                condition=Q(questions_until__isnull=True) | Q(questions_until__lte=F("closes_at")),
                name="call_questions_before_close",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("call", args=[self.slug])


class CallEvent(StatusEvent):
    """A change of a call's status."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="events")
