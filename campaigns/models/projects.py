from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Exists, GeneratedField, OuterRef, Q
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.enums import (
    THEME_PICTURES,
    Theme,
)
from campaigns.models.campaigns import Campaign


def italian(*fields: str) -> Any:
    """Weigh the first field as a title and the rest as text, with the Italian dictionary."""
    vector: Any = SearchVector(fields[0], weight="A", config="italian")
    for name in fields[1:]:
        vector += SearchVector(name, weight="B", config="italian")
    return vector


def picture_url(picture: str, theme: str) -> str:
    """Give the address of a project's picture: drawn by us (`pictures/…`), uploaded, or else its theme's drawing."""
    if not picture:
        return static(THEME_PICTURES[Theme(theme)])
    return static(picture) if picture.startswith("pictures/") else default_storage.url(picture)


class ProjectQuerySet(models.QuerySet["Project"]):
    """Adjectives of projects."""

    def public(self) -> ProjectQuerySet:
        """Keep those anyone may see: born in the open from a proposal, or with a campaign that was launched."""
        launched = Campaign.objects.public().filter(project=OuterRef("pk"))
        return self.filter(Q(proposal__isnull=False) | Exists(launched))

    def with_place(self) -> ProjectQuerySet:
        """Fetch what a card shows in the same query."""
        return self.select_related("neighbourhood", "organisation")


class Project(models.Model):
    """A social-innovation project: carried by an organisation, in a neighbourhood, with its own way to stand alone."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="projects", verbose_name=_("organisation")
    )
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, related_name="projects", verbose_name=_("neighbourhood")
    )
    theme = models.CharField(_("theme"), max_length=12, choices=Theme.choices)
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=240)
    story = models.TextField(_("the story"))
    picture = models.CharField(max_length=200, blank=True)
    picture_alt = models.CharField(_("what the picture shows"), max_length=200, blank=True)
    created_at = models.DateTimeField()
    search = GeneratedField(
        expression=italian("title", "summary", "story"), output_field=SearchVectorField(), db_persist=True
    )

    objects: ClassVar[ProjectQuerySet] = ProjectQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["title"]
        indexes = [GinIndex(fields=["search"], name="project_search")]
        constraints = [
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="project_theme_known")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("project", args=[self.slug])

    @property
    def picture_url(self) -> str:
        """The address of the picture, of its theme's drawing while there is none."""
        return picture_url(self.picture, self.theme)
