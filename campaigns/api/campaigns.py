"""Campaigns over the API: what everyone reads, and what a team writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.api.asking import person
from campaigns.api.paging import SlicePagination
from campaigns.api.serializers import (
    BudgetShape,
    CampaignCardShape,
    CampaignShape,
    FiguresShape,
    RewardShape,
    UpdateShape,
)
from campaigns.enums import Theme
from campaigns.models import Campaign, picture_url
from campaigns.permissions import can_see_campaign
from campaigns.selectors.cards import SORTS, STATES, Wish, find_campaigns
from campaigns.selectors.page import campaign_page
from campaigns.services.budget import Line, set_budget
from campaigns.services.campaigns import edit_campaign
from campaigns.services.content import post_update
from campaigns.services.rewards import add_reward
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request

    from campaigns.selectors.page import CampaignPage

# Column → name on the wire; read as values, which costs a third of building objects
COLUMNS: Final = {
    "slug": "slug",
    "status": "status",
    "project__title": "title",
    "project__summary": "summary",
    "project__theme": "theme",
    "project__neighbourhood__slug": "neighbourhood",
    "project__slug": "project",
    "project__organisation__name": "organisation",
    "project__picture": "picture_url",
    "cost_cents": "cost_cents",
    "goal_cents": "goal_cents",
    "pledged_cents": "pledged_cents",
    "promised_cents": "promised_cents",
    "collected_cents": "collected_cents",
    "match_cents": "match_cents",
    "backers": "backers",
    "opens_at": "opens_at",
    "deadline": "deadline",
}
FIGURES: Final = ("cost_cents", "goal_cents", "days", "fees_borne_by_campaign")
WISHES: Final = [
    OpenApiParameter("q", str, description="Words to look for, in Italian, or a neighbourhood's name."),
    OpenApiParameter("neighbourhood", str, description="Slug."),
    OpenApiParameter("theme", str, enum=Theme.values),
    OpenApiParameter("call", str, description="Slug."),
    OpenApiParameter("state", str, enum=list(STATES)),
    OpenApiParameter("ending", bool, description="Only those that end within a week."),
    OpenApiParameter("sort", str, enum=list(SORTS)),
    OpenApiParameter("limit", int, description="Rows a page, 100 at most."),
    OpenApiParameter("offset", int),
]


def campaign_for(request: Request, slug: str) -> Campaign:
    """Return the campaign if this person may know of it, or answer 404; the services judge what they may do."""
    campaign = get_object_or_404(Campaign.objects.with_project(), slug=slug)
    if not can_see_campaign(request.user, campaign):
        raise Http404
    return campaign


def wish_of(request: Request) -> Wish:
    """Read the filters. A value that means nothing finds nothing, or is the default order."""
    asked = request.query_params
    words = {name: asked.get(name, "").replace("\x00", "") for name in ("q", "neighbourhood", "call")}
    return Wish(
        **words,
        theme=asked.get("theme", "") if asked.get("theme") in Theme.values else "",
        state=asked.get("state", ""),
        sort=asked.get("sort", ""),
        ending=asked.get("ending", "").lower() in {"1", "true", "on"},
    )


def card_row(row: dict[str, Any]) -> dict[str, Any]:
    """Name a row's columns as the API does."""
    shown = {name: row[column] for column, name in COLUMNS.items()}
    shown["picture_url"] = picture_url(shown["picture_url"], shown["theme"])
    return shown


class CampaignList(APIView):
    """Public campaigns."""

    @extend_schema(parameters=WISHES, responses=CampaignCardShape(many=True))
    def get(self, request: Request) -> Response:
        """List public campaigns, nearest to their goal first unless another order is asked for."""
        pages = SlicePagination()
        found = find_campaigns(wish_of(request), clock.now()).values(*COLUMNS)
        rows = pages.paginate_queryset(found, request)
        return pages.get_paginated_response([card_row(row) for row in rows])

    pagination_class: ClassVar[type[SlicePagination]] = SlicePagination


def whole(page: CampaignPage) -> dict[str, Any]:
    """Return a campaign and all its parts in the API's words."""
    campaign, project = page.campaign, page.campaign.project
    row: dict[str, Any] = {}
    for column in COLUMNS:
        value: Any = campaign
        for step in column.split("__"):
            value = getattr(value, step)
        row[column] = value
    return card_row(row) | {
        "story": project.story,
        "picture_alt": project.picture_alt,
        "days": campaign.days,
        "fees_borne_by_campaign": campaign.fees_borne_by_campaign,
        "budget": page.budget,
        "rewards": page.rewards,
        "milestones": page.milestones,
        "updates": page.updates,
        "questions": page.questions,
    }


class CampaignDetail(APIView):
    """One campaign."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(responses=CampaignShape)
    def get(self, request: Request, slug: str) -> Response:
        """Read a campaign with its budget, rewards, milestones, updates and answered questions."""
        page = campaign_page(slug)
        if page is None or not can_see_campaign(request.user, page.campaign):
            raise Http404
        return Response(CampaignShape(whole(page)).data)

    @extend_schema(request=FiguresShape, responses=FiguresShape)
    def patch(self, request: Request, slug: str) -> Response:
        """Change a draft's figures. By its team's owner or editor."""
        campaign = campaign_for(request, slug)
        asked = FiguresShape(data=request.data)
        asked.is_valid(raise_exception=True)
        figures = {name: getattr(campaign, name) for name in FIGURES} | asked.validated_data
        edit_campaign(campaign=campaign, **figures, by=person(request), now=clock.now())
        return Response(FiguresShape(figures).data)


class CampaignBudget(APIView):
    """What the money buys."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(request=BudgetShape, responses=BudgetShape)
    def put(self, request: Request, slug: str) -> Response:
        """Replace a draft's whole budget: it sums to the cost. By its team's owner or editor."""
        campaign = campaign_for(request, slug)
        asked = BudgetShape(data=request.data)
        asked.is_valid(raise_exception=True)
        lines = [Line(**line) for line in asked.validated_data["lines"]]
        set_budget(campaign=campaign, lines=lines, by=person(request), now=clock.now())
        return Response(BudgetShape({"lines": campaign.budget_lines.all()}).data)


class CampaignRewards(APIView):
    """What backers receive."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(request=RewardShape, responses={201: RewardShape})
    def post(self, request: Request, slug: str) -> Response:
        """Offer a reward. By the team's owner or editor, in a draft, once approved, or while live."""
        campaign = campaign_for(request, slug)
        asked = RewardShape(data=request.data)
        asked.is_valid(raise_exception=True)
        reward = add_reward(campaign=campaign, **asked.validated_data, by=person(request), now=clock.now())
        return Response(RewardShape(reward).data, status=status.HTTP_201_CREATED)


class CampaignUpdates(APIView):
    """News from the team."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(request=UpdateShape, responses={201: UpdateShape})
    def post(self, request: Request, slug: str) -> Response:
        """Publish an update. By the team's owner or editor, once the campaign is public."""
        campaign = campaign_for(request, slug)
        asked = UpdateShape(data=request.data)
        asked.is_valid(raise_exception=True)
        update = post_update(campaign=campaign, **asked.validated_data, by=person(request), now=clock.now())
        return Response(UpdateShape(update).data, status=status.HTTP_201_CREATED)
