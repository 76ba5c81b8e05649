"""Projects and neighbourhoods over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.places.models import Neighbourhood
from campaigns.api.asking import person
from campaigns.api.paging import SlicePagination
from campaigns.api.serializers import NeighbourhoodShape, NewProject, ProjectPatch, ProjectShape
from campaigns.enums import Theme
from campaigns.models import Project
from campaigns.permissions import can_see_team_pages
from campaigns.selectors.projects import neighbourhoods, public_projects
from campaigns.services.projects import create_project, edit_project
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

PROJECT_FIELDS = ("title", "summary", "theme", "neighbourhood", "story", "picture_alt")


def project_for(request: Request, slug: str) -> Project:
    """Return the project if it is public or this person's, or answer 404."""
    project = get_object_or_404(Project.objects.with_place(), slug=slug)
    if can_see_team_pages(request.user, project) or Project.objects.public().filter(pk=project.pk).exists():
        return project
    raise Http404


class ProjectList(APIView):
    """Projects."""

    permission_classes = [IsAuthenticatedOrReadOnly]
    pagination_class = SlicePagination

    @extend_schema(
        parameters=[
            OpenApiParameter("neighbourhood", str, description="Slug."),
            OpenApiParameter("theme", str, enum=Theme.values),
            OpenApiParameter("limit", int, description="Rows a page, 100 at most."),
            OpenApiParameter("offset", int),
        ],
        responses=ProjectShape(many=True),
    )
    def get(self, request: Request) -> Response:
        """List public projects, newest first."""
        found, asked = public_projects(), request.query_params
        for name, column in (("neighbourhood", "neighbourhood__slug"), ("theme", "theme")):
            if asked.get(name):
                found = found.filter(**{column: asked[name].replace("\x00", "")})
        pages = SlicePagination()
        rows = pages.paginate_queryset(found, request)
        return pages.get_paginated_response(ProjectShape(rows, many=True).data)

    @extend_schema(request=NewProject, responses={201: ProjectShape})
    def post(self, request: Request) -> Response:
        """Start a project. By an owner or editor of the organisation."""
        asked = NewProject(data=request.data)
        asked.is_valid(raise_exception=True)
        project = create_project(**asked.validated_data, by=person(request), now=clock.now())
        return Response(ProjectShape(project).data, status=status.HTTP_201_CREATED)


class ProjectDetail(APIView):
    """One project."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(responses=ProjectShape)
    def get(self, request: Request, slug: str) -> Response:
        """Read a project."""
        return Response(ProjectShape(project_for(request, slug)).data)

    @extend_schema(request=ProjectPatch, responses=ProjectShape)
    def patch(self, request: Request, slug: str) -> Response:
        """Write about a project; what is left out stays. By its team's owner or editor."""
        project = project_for(request, slug)
        asked = ProjectPatch(data=request.data)
        asked.is_valid(raise_exception=True)
        wish: dict[str, Any] = {
            name: getattr(project, name) for name in PROJECT_FIELDS
        } | asked.validated_data
        edit_project(project=project, **wish, by=person(request), now=clock.now())
        return Response(ProjectShape(project).data)


class NeighbourhoodList(ListAPIView[Neighbourhood]):
    """The neighbourhoods of the city, with what was launched and pledged there."""

    serializer_class = NeighbourhoodShape
    pagination_class = SlicePagination
    filter_backends = []

    def get_queryset(self) -> QuerySet[Neighbourhood]:
        """Read them all, by name."""
        return neighbourhoods()


class NeighbourhoodBoundaries(APIView):
    """The boundaries of the neighbourhoods as GeoJSON, with few points, for maps."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """Give a FeatureCollection (WGS84) of the neighbourhoods whose boundary is known."""
        drawn = neighbourhoods().exclude(outline=None)
        features = [
            {
                "type": "Feature",
                "properties": {
                    "slug": one.slug,
                    "name": one.name,
                    "residents": one.residents,
                    "source": one.boundary_source,
                },
                "geometry": {"type": "MultiPolygon", "coordinates": one.outline},
            }
            for one in drawn
        ]
        return Response({"type": "FeatureCollection", "features": features})
