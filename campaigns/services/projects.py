"""Start a project, write about it, give it a picture."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.models import Project
from campaigns.permissions import can_create_project, can_edit_project
from campaigns.services.cleaning import clean, save_with_slug
from crowdfund.kit import pictures
from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File

    from accounts.models import Organisation, User
    from accounts.places.models import Neighbourhood

TEXTS = ("theme", "title", "summary", "story", "picture_alt")
STORY_LONGEST = 20_000


def _clean(project: Project) -> None:
    clean(project, TEXTS)
    if len(project.story) > STORY_LONGEST:
        raise Invalid(
            "story_too_long",
            _("The story is longer than %(most)s characters."),
            field="story",
            most=STORY_LONGEST,
        )


def create_project(
    *,
    organisation: Organisation,
    neighbourhood: Neighbourhood,
    theme: str,
    title: str,
    summary: str,
    story: str,
    by: User | None,
    now: dt.datetime,
    picture: str = "",
    picture_alt: str = "",
) -> Project:
    """Start a project. `by` None: another deed, itself permitted, makes it (a proposal is adopted).

    `picture` names a drawing of the project's own (`pictures/orto.svg`); uploads go through `set_picture`.
    Raises `NotAllowed` unless `by` is the organisation's owner or editor, `Invalid` for a wrong text.
    """
    if by is not None:
        require(can_create_project(by, organisation))
    project = Project(
        organisation=organisation,
        neighbourhood=neighbourhood,
        theme=theme,
        title=title,
        summary=summary,
        story=story,
        picture=picture,
        picture_alt=picture_alt,
        created_at=now,
    )
    _clean(project)
    save_with_slug(project, project.title, fallback="progetto")
    return project


def edit_project(
    *,
    project: Project,
    neighbourhood: Neighbourhood,
    theme: str,
    title: str,
    summary: str,
    story: str,
    picture_alt: str,
    by: User,
    now: dt.datetime,
) -> None:
    """Write about a project anew; its address stays, so that no link breaks.

    Raises `NotAllowed` unless `by` is the organisation's owner or editor, `Invalid` for a wrong text.
    """
    require(can_edit_project(by, project))
    changed = Project(
        pk=project.pk,
        neighbourhood=neighbourhood,
        theme=theme,
        title=title,
        summary=summary,
        story=story,
        picture_alt=picture_alt,
    )
    _clean(changed)
    project.neighbourhood = neighbourhood
    for name in TEXTS:
        setattr(project, name, getattr(changed, name))
    project.save(update_fields=[*TEXTS, "neighbourhood"])


def set_picture(*, project: Project, file: File[bytes], alt: str, by: User, now: dt.datetime) -> None:
    """Give a project an uploaded picture, drawn anew, with words for those who can't see it.

    Raises `NotAllowed`, or `Invalid` for what is no picture, or too large, or without words.
    """
    require(can_edit_project(by, project))
    if not alt.strip():
        raise Invalid(
            "picture_alt_missing",
            _("Say what the picture shows, for those who can't see it."),
            field="picture_alt",
        )
    checked = Project(picture_alt=alt)
    clean(checked, ["picture_alt"])
    before = project.picture
    name = pictures.keep(pictures.redrawn(file))
    with transaction.atomic():
        project.picture, project.picture_alt = name, checked.picture_alt
        project.save(update_fields=["picture", "picture_alt"])
        transaction.on_commit(functools.partial(pictures.forget, before))
