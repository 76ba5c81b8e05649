"""What this room knows to be due, for the desks of officers and teams."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, TeamRole
from accounts.permissions import has_role
from campaigns.enums import CampaignStatus, MilestoneStatus
from campaigns.models import Campaign, Milestone, Question
from crowdfund.kit.clock import last_second
from crowdfund.kit.desk import Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User

REVIEW_WITHIN: Final = dt.timedelta(days=10)
ANSWER_WITHIN: Final = dt.timedelta(days=3)
UPDATE_EVERY: Final = dt.timedelta(days=14)
WRITERS: Final = frozenset({TeamRole.OWNER, TeamRole.EDITOR})


def officer_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Campaigns that wait to be read, each within ten days of its hand-in."""
    if not has_role(user, Role.OFFICER):
        return
    waiting = (
        Campaign.objects.filter(status=CampaignStatus.REVIEW)
        .exclude(project__organisation__in=user.team_roles)
        .annotate(handed_in=Coalesce(Max("events__at"), F("created_at")))
        .values_list("slug", "project__title", "handed_in")
    )
    for slug, title, handed_in in waiting:
        yield Task(
            _("Review the campaign"),
            title,
            reverse("campaign_review", args=[slug]),
            handed_in + REVIEW_WITHIN,
        )


def team_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Drafts to finish, approved campaigns to launch, questions to answer, updates to write, milestones to report."""
    mine = [pk for pk, role in user.team_roles.items() if role in WRITERS]
    if not mine:
        return
    yield from _campaign_tasks(user, mine)
    yield from _question_tasks(mine)
    yield from _update_tasks(mine, now)
    yield from _milestone_tasks(mine)


def _campaign_tasks(user: User, mine: list[int]) -> Iterator[Task]:
    rows = Campaign.objects.filter(
        project__organisation__in=mine, status__in=[CampaignStatus.DRAFT, CampaignStatus.APPROVED]
    ).values_list("slug", "status", "project__title", "project__organisation")
    for slug, status, title, organisation in rows:
        if status == CampaignStatus.DRAFT:
            yield Task(_("Finish the campaign and hand it in"), title, reverse("campaign_edit", args=[slug]))
        elif user.team_roles[organisation] == TeamRole.OWNER:
            yield Task(_("Launch the campaign"), title, reverse("campaign_launch", args=[slug]))


def _question_tasks(mine: list[int]) -> Iterator[Task]:
    rows = Question.objects.filter(
        campaign__project__organisation__in=mine, answered_at__isnull=True
    ).values_list("campaign__slug", "text", "asked_at")
    for slug, text, asked_at in rows:
        url = reverse("campaign_questions", args=[slug])
        yield Task(_("Answer a question"), text[:80], url, asked_at + ANSWER_WITHIN)


def _update_tasks(mine: list[int], now: dt.datetime) -> Iterator[Task]:
    rows = (
        Campaign.objects.live()
        .filter(project__organisation__in=mine, deadline__gt=now)
        .annotate(last_news=Coalesce(Max("updates__posted_at"), F("opens_at")))
        .filter(last_news__lte=now - UPDATE_EVERY)
        .values_list("slug", "project__title", "last_news")
    )
    for slug, title, last_news in rows:
        yield Task(
            _("Write an update"), title, reverse("campaign_updates", args=[slug]), last_news + UPDATE_EVERY
        )


def _milestone_tasks(mine: list[int]) -> Iterator[Task]:
    rows = Milestone.objects.filter(
        campaign__project__organisation__in=mine,
        campaign__status=CampaignStatus.FUNDED,
        status=MilestoneStatus.PLANNED,
    ).values_list("campaign__slug", "title", "due_on")
    for slug, title, due_on in rows:
        due_at = last_second(due_on)
        yield Task(_("Report the milestone"), title, reverse("campaign_milestones", args=[slug]), due_at)
