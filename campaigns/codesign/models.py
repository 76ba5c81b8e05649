from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import GeneratedField, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.codesign.enums import (
    NeedKind,
    NeedSource,
    NeedStatus,
    ProposalStatus,
    ResourceKind,
    ResourceStatus,
)
from campaigns.enums import Theme
from campaigns.models import Project, italian
from crowdfund.kit.states import StatusEvent


class Need(models.Model):
    """Something missing in a neighbourhood, in the words of who misses it."""

    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, related_name="needs", verbose_name=_("neighbourhood")
    )
    theme = models.CharField(_("theme"), max_length=12, choices=Theme.choices)
    title = models.CharField(_("what is missing"), max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    text = models.TextField(_("tell us more"), blank=True)
    place = models.CharField(_("where exactly"), max_length=120, blank=True)
    source = models.CharField(max_length=10, choices=NeedSource.choices, default=NeedSource.ONLINE)
    status = models.CharField(max_length=10, choices=NeedStatus.choices, default=NeedStatus.WAITING)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="needs"
    )
    reported_at = models.DateTimeField()
    supporters = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=NeedKind.choices, default=NeedKind.EXPLICIT)
    picture = models.CharField(max_length=200, blank=True)
    client_key = models.UUIDField(null=True, blank=True, unique=True)  # made by the phone that collected it
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates"
    )
    search = GeneratedField(
        expression=italian("title", "text", "place"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        ordering = ["-supporters", "-reported_at"]
        indexes = [GinIndex(fields=["search"], name="need_search")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=NeedStatus.values), name="need_status_known"),
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="need_theme_known"),
            models.CheckConstraint(condition=Q(source__in=NeedSource.values), name="need_source_known"),
            models.CheckConstraint(condition=Q(kind__in=NeedKind.values), name="need_kind_known"),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="need_merged_into_another",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("need", args=[self.slug])

    @property
    def picture_url(self) -> str:
        """The address of the photo, empty while there is none."""
        return default_storage.url(self.picture) if self.picture else ""


class NeedEvent(StatusEvent):
    """A change of a need's status."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="events")


class NeedSupport(models.Model):
    """Somebody shares a need: a person, or a visitor known only by a random number kept in the session."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="supports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="need_supports",
    )
    visitor = models.UUIDField(null=True, blank=True)
    wants_news = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "user"], name="need_support_once_per_person"),
            models.UniqueConstraint(fields=["need", "visitor"], name="need_support_once_per_visitor"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Resource(models.Model):
    """Something a neighbourhood has, and somebody offers: people, skills, a place, a thing."""

    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, related_name="resources", verbose_name=_("neighbourhood")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ResourceKind.choices)
    title = models.CharField(_("what there is"), max_length=120)
    text = models.TextField(_("tell us more"), blank=True)
    status = models.CharField(max_length=10, choices=ResourceStatus.choices, default=ResourceStatus.WAITING)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    offered_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "-offered_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ResourceStatus.values), name="resource_status_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=ResourceKind.values), name="resource_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title


class ResourceEvent(StatusEvent):
    """A change of a resource's status."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="events")


class Proposal(models.Model):
    """An answer to needs, written together, that may become a project."""

    neighbourhood = models.ForeignKey(Neighbourhood, on_delete=models.PROTECT, related_name="proposals")
    theme = models.CharField(_("theme"), max_length=12, choices=Theme.choices)
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=240)
    status = models.CharField(max_length=10, choices=ProposalStatus.choices, default=ProposalStatus.OPEN)
    needs = models.ManyToManyField(Need, related_name="proposals")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    project = models.OneToOneField(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="proposal"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ProposalStatus.values), name="proposal_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="adopted", project__isnull=False)
                | (~Q(status="adopted") & Q(project__isnull=True)),
                name="proposal_adopted_has_project",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("proposal", args=[self.slug])


class ProposalEvent(StatusEvent):
    """A change of a proposal's status."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="events")


class ProposalVersion(models.Model):
    """The whole text of a proposal as one contributor left it. Append-only: no text is ever lost."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField(_("text"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    what = models.CharField(_("what you changed"), max_length=160, blank=True)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="proposal_version_once")]

    def __str__(self) -> str:
        return f"{self.proposal} v{self.number}"


class Decision(models.Model):
    """Something decided about a proposal, with its reason."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="decisions")
    text = models.CharField(_("what was decided"), max_length=200)
    reason = models.TextField(_("why"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["decided_at"]

    def __str__(self) -> str:
        return self.text
