"""Pictures and documents of programmes and calls over the API: read by everybody, written by officers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from campaigns.calls.models import Call, GalleryPicture, Programme, PublicDocument
from campaigns.calls.permissions import can_see_call
from campaigns.calls.services import gallery
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


class GalleryPictureSerializer(serializers.ModelSerializer[GalleryPicture]):
    """A picture with its words."""

    url = serializers.CharField(read_only=True)

    class Meta:
        model = GalleryPicture
        fields = ["id", "url", "alt", "credit", "position"]


class GalleryPictureInput(serializers.Serializer[Any]):
    """A picture to add at the end."""

    file = serializers.FileField()
    alt = serializers.CharField()
    credit = serializers.CharField()
    consent = serializers.BooleanField(
        help_text="Who is in it and who took it agreed to its being published."
    )


class PublicDocumentSerializer(serializers.ModelSerializer[PublicDocument]):
    """A published document."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = PublicDocument
        fields = ["id", "url", "title", "dated_on", "name", "kind", "size", "sha256"]

    def get_url(self, document: PublicDocument) -> str:
        """Return where it is downloaded."""
        return reverse("public_document", args=[document.pk])


class PublicDocumentInput(serializers.Serializer[Any]):
    """A document to publish."""

    file = serializers.FileField()
    title = serializers.CharField()
    dated_on = serializers.DateField()


def _owner(request: Request, kind: str, slug: str) -> Any:
    """Return the programme, or the call if this person may see it; 404 otherwise."""
    if kind == "programme":
        return get_object_or_404(Programme, slug=slug)
    call = get_object_or_404(Call, slug=slug)
    if not can_see_call(request.user, call):
        raise Http404
    return call


@extend_schema(methods=["GET"], responses=GalleryPictureSerializer(many=True), tags=["gallery"])
@extend_schema(
    methods=["POST"],
    request={"multipart/form-data": GalleryPictureInput},
    responses={201: GalleryPictureSerializer},
    tags=["gallery"],
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser])
def pictures_view(request: Request, kind: str, slug: str) -> Response:
    """The gallery of a programme or a call, in order; officers add to it."""
    owner = _owner(request, kind, slug)
    if request.method == "GET":
        return Response(GalleryPictureSerializer(owner.pictures.all(), many=True).data)
    given = GalleryPictureInput(data=request.data)
    given.is_valid(raise_exception=True)
    made = gallery.add_picture(
        owner=owner, by=cast("User", request.user), now=clock.now(), **given.validated_data
    )
    return Response(GalleryPictureSerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(methods=["GET"], responses=PublicDocumentSerializer(many=True), tags=["gallery"])
@extend_schema(
    methods=["POST"],
    request={"multipart/form-data": PublicDocumentInput},
    responses={201: PublicDocumentSerializer},
    tags=["gallery"],
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser])
def documents_view(request: Request, kind: str, slug: str) -> Response:
    """The documents of a programme or a call; officers publish more."""
    owner = _owner(request, kind, slug)
    if request.method == "GET":
        return Response(PublicDocumentSerializer(owner.documents.all(), many=True).data)
    given = PublicDocumentInput(data=request.data)
    given.is_valid(raise_exception=True)
    made = gallery.add_document(
        owner=owner, by=cast("User", request.user), now=clock.now(), **given.validated_data
    )
    return Response(PublicDocumentSerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(responses={204: None}, tags=["gallery"])
@api_view(["DELETE"])
def picture_view(request: Request, pk: int) -> Response:
    """Take a picture away. For officers."""
    picture = get_object_or_404(GalleryPicture, pk=pk)
    gallery.remove_picture(picture=picture, by=cast("User", request.user), now=clock.now())
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(responses={204: None}, tags=["gallery"])
@api_view(["DELETE"])
def document_view(request: Request, pk: int) -> Response:
    """Take a document away. For officers."""
    document = get_object_or_404(PublicDocument, pk=pk)
    gallery.remove_document(document=document, by=cast("User", request.user), now=clock.now())
    return Response(status=status.HTTP_204_NO_CONTENT)
