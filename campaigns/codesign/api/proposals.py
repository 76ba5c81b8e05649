from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.codesign.api.serializers import (
    Adopted,
    AdoptionSerializer,
    ChainSerializer,
    DecisionSerializer,
    NewProposal,
    NewVersion,
    ProposalFull,
    ProposalSerializer,
    VersionSerializer,
)
from campaigns.codesign.models import Decision, Proposal, ProposalVersion
from campaigns.codesign.selectors.chain import chain_of_project
from campaigns.codesign.selectors.proposals import (
    contributors,
    proposal_with_chain,
    public_proposals,
    versions_of,
)
from campaigns.codesign.services import adopt_proposal, decide, start_proposal, write_version
from campaigns.models import Project
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


def whole(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal with its text and what surrounds it, ready to be shown."""
    versions = versions_of(proposal)
    return ProposalFull(
        {
            "slug": proposal.slug,
            "title": proposal.title,
            "summary": proposal.summary,
            "neighbourhood": proposal.neighbourhood.slug,
            "theme": proposal.theme,
            "status": proposal.status,
            "project": proposal.project.slug if proposal.project else None,
            "text": versions[-1].text,
            "version": versions[-1].number,
            "contributors": contributors(versions),
            "needs": proposal.needs.all(),
            "decisions": proposal.decisions.all(),
            "started_at": proposal.started_at,
            "url": proposal.get_absolute_url(),
        }
    ).data


class ProposalList(ListAPIView[Proposal]):
    """Proposals, newest first; start one with POST."""

    serializer_class = ProposalSerializer
    filter_backends = []
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[Proposal]:
        """Filter by neighbourhood, theme and state."""
        asked = self.request.query_params
        return public_proposals(
            **{name: asked.get(name, "") for name in ("neighbourhood", "theme", "status")}
        )

    @extend_schema(
        parameters=[
            OpenApiParameter("neighbourhood", str, description="Slug of a neighbourhood."),
            OpenApiParameter("theme", str),
            OpenApiParameter("status", str, description="Without it, dropped proposals are left out."),
        ]
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """List proposals."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=NewProposal, responses={201: ProposalFull})
    def post(self, request: Request) -> Response:
        """Start a proposal from published needs."""
        new = NewProposal(data=request.data)
        new.is_valid(raise_exception=True)
        made = start_proposal(**new.validated_data, by=request.user, now=clock.now())
        return Response(whole(proposal_with_chain().get(pk=made.pk)), status=status.HTTP_201_CREATED)


class ProposalDetail(APIView):
    """One proposal."""

    @extend_schema(responses=ProposalFull)
    def get(self, request: Request, slug: str) -> Response:
        """Read a proposal with its text, contributors, needs and decisions."""
        return Response(whole(get_object_or_404(proposal_with_chain(), slug=slug)))


class VersionList(ListAPIView[ProposalVersion]):
    """Every version of a proposal, newest first; write on with POST."""

    serializer_class = VersionSerializer
    filter_backends = []
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[ProposalVersion]:
        """Return this proposal's."""
        return ProposalVersion.objects.filter(proposal__slug=self.kwargs.get("slug")).select_related("author")

    @extend_schema(request=NewVersion, responses={201: VersionSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Append a version; 409 `newer_version` when `based_on` is no longer the latest."""
        new = NewVersion(data=request.data)
        new.is_valid(raise_exception=True)
        proposal = get_object_or_404(Proposal, slug=slug)
        made = write_version(proposal=proposal, **new.validated_data, by=request.user, now=clock.now())
        return Response(VersionSerializer(made).data, status=status.HTTP_201_CREATED)


class DecisionList(ListAPIView[Decision]):
    """What was decided about a proposal; animators and officers record with POST."""

    serializer_class = DecisionSerializer
    filter_backends = []
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[Decision]:
        """Return this proposal's."""
        return Decision.objects.filter(proposal__slug=self.kwargs.get("slug"))

    @extend_schema(request=DecisionSerializer, responses={201: DecisionSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Record a decision and its reason."""
        new = DecisionSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        proposal = get_object_or_404(Proposal, slug=slug)
        made = decide(proposal=proposal, **new.validated_data, by=request.user, now=clock.now())
        return Response(DecisionSerializer(made).data, status=status.HTTP_201_CREATED)


class Adoption(APIView):
    """A proposal becomes a project."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(request=AdoptionSerializer, responses={201: Adopted})
    def post(self, request: Request, slug: str) -> Response:
        """Make the project, carried by the organisation."""
        asked = AdoptionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        proposal = get_object_or_404(Proposal.objects.select_related("neighbourhood"), slug=slug)
        project = adopt_proposal(proposal=proposal, **asked.validated_data, by=request.user, now=clock.now())
        answer = Adopted({"project": project.slug, "url": project.get_absolute_url()})
        return Response(answer.data, status=status.HTTP_201_CREATED)


class ProjectChain(APIView):
    """Where a project comes from."""

    @extend_schema(responses=ChainSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read the chain from needs to campaigns; 404 while nothing of the project is public."""
        project = get_object_or_404(Project.objects.public().defer("search", "story"), slug=slug)
        return Response(ChainSerializer(chain_of_project(project)).data)
