"""One campaign with everything its page shows, in one query."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

from accounts.enums import TeamRole
from accounts.models import Membership
from campaigns.enums import BudgetKind, MilestoneStatus
from campaigns.models import BudgetLine, Campaign, Milestone, Question, Reward, Update

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = dict[str, Any]
MOST_UPDATES = 20
MOST_QUESTIONS = 30


@dataclasses.dataclass(frozen=True)
class CampaignPage:
    """A campaign and its parts: budget lines, rewards, milestones, updates, answered questions and team as dicts."""

    campaign: Campaign
    budget: list[Row]
    rewards: list[Row]
    milestones: list[Row]
    updates: list[Row]
    questions: list[Row]
    team: list[Row]


def _array(rows: QuerySet[Any], *names: str, **named: Any) -> ArraySubquery:
    fields = {name: F(name) for name in names} | named
    return ArraySubquery(rows.values(row=JSONObject(**fields)))


def _parts() -> dict[str, ArraySubquery]:
    mine = {"campaign": OuterRef("pk")}
    team = Membership.objects.filter(organisation=OuterRef("project__organisation")).exclude(user__name="")
    return {
        "page_budget": _array(BudgetLine.objects.filter(**mine), "kind", "label", "amount_cents"),
        "page_rewards": _array(
            Reward.objects.filter(**mine),
            "id", "title", "text", "min_cents", "declared_value_cents", "stock", "claimed",
        ),
        "page_milestones": _array(
            Milestone.objects.filter(**mine),
            "id", "title", "due_on", "share_percent", "status", "reached_on", "evidence",
        ),
        "page_updates": _array(
            Update.objects.filter(**mine)[:MOST_UPDATES], "id", "title", "text", "posted_at"
        ),
        "page_questions": _array(
            Question.objects.filter(**mine, answered_at__isnull=False)[:MOST_QUESTIONS],
            "id", "text", "asked_at", "answer", "answered_at",
        ),
        "page_team": _array(
            team.exclude(role=TeamRole.ACCOUNTANT).order_by("since", "pk"), "role", name=F("user__name")
        ),
    }  # fmt: skip


def _dates(rows: list[Row], **kinds: type[dt.date]) -> list[Row]:
    """Make dates again of what JSON can only carry as text."""
    for row in rows:
        for name, kind in kinds.items():
            row[name] = kind.fromisoformat(row[name]) if row[name] else None
    return rows


def campaign_page(slug: str) -> CampaignPage | None:
    """Return the campaign at this address with all its parts, whatever its status, or None. One query."""
    campaign: Any = Campaign.objects.with_project().annotate(**_parts()).filter(slug=slug).first()
    if campaign is None:
        return None
    for row in campaign.page_budget:
        row["kind_label"] = BudgetKind(row["kind"]).label
    for row in campaign.page_milestones:
        row["status_label"] = MilestoneStatus(row["status"]).label
    for row in campaign.page_rewards:
        row["left"] = None if row["stock"] is None else max(row["stock"] - row["claimed"], 0)
    for row in campaign.page_team:
        row["role"] = TeamRole(row["role"]).label
    return CampaignPage(
        campaign=campaign,
        budget=campaign.page_budget,
        rewards=campaign.page_rewards,
        milestones=_dates(campaign.page_milestones, due_on=dt.date, reached_on=dt.date),
        updates=_dates(campaign.page_updates, posted_at=dt.datetime),
        questions=_dates(campaign.page_questions, asked_at=dt.datetime, answered_at=dt.datetime),
        team=campaign.page_team,
    )
