"""A team, an officer and a stranger around one campaign, for this room's tests."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.enums import Role, TeamRole
from accounts.models import Membership, User
from campaigns import models
from campaigns.enums import CampaignStatus
from tests.world import NOW, campaign, organisation, person, project, rows, staff

STORY = "C'è un prato abbandonato dietro la scuola. " * 5
UNLAUNCHED = {CampaignStatus.DRAFT, CampaignStatus.REVIEW, CampaignStatus.APPROVED}


@dataclasses.dataclass
class Cast:
    """Who may meet a campaign."""

    owner: User
    editor: User
    accountant: User
    stranger: User
    officer: User
    approver: User
    campaign: models.Campaign

    @property
    def project(self) -> models.Project:
        return self.campaign.project

    def who(self, name: str) -> User:
        """The person, with permissions as read anew from the database."""
        return User.objects.get(pk=getattr(self, name).pk)


def cast(status: str = CampaignStatus.DRAFT, **fields: Any) -> Cast:
    """A complete campaign in some status, and everybody around it."""
    owner, editor, accountant = person("Owner"), person("Editor"), person("Accountant")
    team = organisation(owner)
    for user, role in ((editor, TeamRole.EDITOR), (accountant, TeamRole.ACCOUNTANT)):
        Membership.objects.create(user=user, organisation=team, role=role, since=NOW)
    made = project(organisation=team, story=STORY, picture="pictures/orto.svg", picture_alt="Un orto")
    dates = {"opens_at": None, "deadline": None} if status in UNLAUNCHED else {}
    row = campaign(project=made, status=status, **{**dates, **fields})
    return Cast(owner, editor, accountant, person("Stranger"), staff(Role.OFFICER), staff(Role.APPROVER), row)


def snapshot() -> list[tuple[str, str]]:
    """Every row of this room's core, to see that nothing changed."""
    return rows(*(model._meta.db_table for model in apps.get_app_config("campaigns").get_models()))


def picture(
    size: tuple[int, int] = (640, 480), kind: str = "JPEG", name: str = "foto.jpg", **save: Any
) -> SimpleUploadedFile:
    """A picture as a browser would send it."""
    out = io.BytesIO()
    Image.new("RGB", size, (90, 140, 60)).save(out, kind, **save)
    return SimpleUploadedFile(name, out.getvalue())


TOMORROW = NOW.date() + dt.timedelta(days=1)
