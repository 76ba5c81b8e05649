"""A campaign's steps over the API: handed in, sent back, approved, launched, cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.api.asking import person
from campaigns.api.campaigns import campaign_for
from campaigns.api.serializers import LaunchShape, ReasonShape, StatusShape
from campaigns.services.campaigns import (
    approve_campaign,
    cancel_campaign,
    launch_campaign,
    send_back_campaign,
    submit_for_review,
)
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request

    from campaigns.models import Campaign


def stand(campaign: Campaign) -> Response:
    """Say where the campaign stands now."""
    return Response(StatusShape(campaign).data)


class CampaignSubmit(APIView):
    """Hand in."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses=StatusShape)
    def post(self, request: Request, slug: str) -> Response:
        """Hand a draft to the officers; refused with everything that is missing. By the team's owner or editor."""
        campaign = campaign_for(request, slug)
        submit_for_review(campaign=campaign, by=person(request), now=clock.now())
        return stand(campaign)


class CampaignSendBack(APIView):
    """Send back."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=ReasonShape, responses=StatusShape)
    def post(self, request: Request, slug: str) -> Response:
        """Give a campaign in review back to its team. By an officer who is not of the team."""
        campaign = campaign_for(request, slug)
        asked = ReasonShape(data=request.data)
        asked.is_valid(raise_exception=True)
        send_back_campaign(campaign=campaign, **asked.validated_data, by=person(request), now=clock.now())
        return stand(campaign)


class CampaignApprove(APIView):
    """Approve."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses=StatusShape)
    def post(self, request: Request, slug: str) -> Response:
        """Find a campaign in review good. By an officer who is not of the team."""
        campaign = campaign_for(request, slug)
        approve_campaign(campaign=campaign, by=person(request), now=clock.now())
        return stand(campaign)


class CampaignLaunch(APIView):
    """Launch."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=LaunchShape, responses=StatusShape)
    def post(self, request: Request, slug: str) -> Response:
        """Open an approved campaign to everyone. By the team's owner."""
        campaign = campaign_for(request, slug)
        asked = LaunchShape(data=request.data)
        asked.is_valid(raise_exception=True)
        launch_campaign(campaign=campaign, **asked.validated_data, by=person(request), now=clock.now())
        return stand(campaign)


class CampaignCancel(APIView):
    """Cancel."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=ReasonShape, responses=StatusShape)
    def post(self, request: Request, slug: str) -> Response:
        """End a campaign before its deadline: nobody is charged. By the team's owner or an officer."""
        campaign = campaign_for(request, slug)
        asked = ReasonShape(data=request.data)
        asked.is_valid(raise_exception=True)
        cancel_campaign(campaign=campaign, **asked.validated_data, by=person(request), now=clock.now())
        return stand(campaign)
