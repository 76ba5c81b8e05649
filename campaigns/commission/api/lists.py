"""Lists, appeals and offers over the API: the same services as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from campaigns.calls.models import Application, Call
from campaigns.calls.permissions import can_see_application, can_see_call
from campaigns.commission.api.answers import appeal_data, checked, offer_data
from campaigns.commission.api.serializers import (
    AnswerInput,
    ProposeInput,
    TextInput,
    WhyInput,
)
from campaigns.commission.models import Appeal, Commission, Offer, RankedList
from campaigns.commission.permissions import can_answer_appeal, can_see_commission, can_see_list
from campaigns.commission.selectors.pages import list_data
from campaigns.commission.selectors.reads import public_lists
from campaigns.commission.services.appeals import answer_appeal, file_appeal
from campaigns.commission.services.lists import propose_list, publish_list, return_list
from campaigns.commission.services.offers import accept_offer, decline_offer, offer_next
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User

DATA = {200: OpenApiTypes.OBJECT}
MADE = {201: OpenApiTypes.OBJECT}
TAGS = ["commission"]


@extend_schema(responses=DATA, tags=TAGS)
@api_view(["GET"])
def call_lists_view(request: Request, slug: str) -> Response:
    """The versions of a call's lists that were published, the newest first."""
    call = get_object_or_404(Call, slug=slug)
    if not can_see_call(request.user, call):
        raise Http404
    found = public_lists(call).select_related("commission__call", "commission__session")
    return Response({"lists": [list_data(one) for one in found.prefetch_related("entries")]})


@extend_schema(request=ProposeInput, responses=MADE, tags=TAGS)
@api_view(["POST"])
def propose_view(request: Request, pk: int) -> Response:
    """Propose a list of all closed sheets (officers); another person publishes it."""
    commission = get_object_or_404(Commission, pk=pk)
    if not can_see_commission(request.user, commission):
        raise Http404
    given = checked(ProposeInput, request).validated_data
    made = propose_list(commission=commission, **given, by=cast("User", request.user), now=clock.now())
    return Response(list_data(made), status=status.HTTP_201_CREATED)


def _list(request: Request, pk: int) -> RankedList:
    found: RankedList = get_object_or_404(
        RankedList.objects.select_related("commission__call", "commission__session", "proposed_person"), pk=pk
    )
    if not can_see_list(request.user, found):
        raise Http404
    return found


@extend_schema(responses=DATA, tags=TAGS)
@api_view(["GET"])
def list_view(request: Request, pk: int) -> Response:
    """A list with its rule and entries: enough to compute it again."""
    return Response(list_data(_list(request, pk)))


@extend_schema(request=None, responses=DATA, tags=TAGS)
@api_view(["POST"])
def publish_view(request: Request, pk: int) -> Response:
    """Publish a list that somebody else proposed (approvers)."""
    done = publish_list(ranked_list=_list(request, pk), by=cast("User", request.user), now=clock.now())
    return Response(list_data(done))


@extend_schema(request=WhyInput, responses=DATA, tags=TAGS)
@api_view(["POST"])
def return_view(request: Request, pk: int) -> Response:
    """Send a proposed list back (approvers)."""
    given = checked(WhyInput, request).validated_data
    done = return_list(
        ranked_list=_list(request, pk), **given, by=cast("User", request.user), now=clock.now()
    )
    return Response(list_data(done))


@extend_schema(request=None, responses=MADE, tags=TAGS)
@api_view(["POST"])
def list_offer_view(request: Request, pk: int) -> Response:
    """Offer released money to the next in line (officers)."""
    made = offer_next(ranked_list=_list(request, pk), by=request.user, now=clock.now())
    return Response(offer_data(made), status=status.HTTP_201_CREATED)


@extend_schema(request=TextInput, responses=MADE, tags=TAGS)
@api_view(["POST"])
def appeal_view(request: Request, pk: int) -> Response:
    """Appeal against what the list says of an application (its owners and editors)."""
    application = get_object_or_404(Application.objects.select_related("project"), pk=pk)
    if not can_see_application(request.user, application):
        raise Http404
    given = checked(TextInput, request).validated_data
    made = file_appeal(application=application, **given, by=request.user, now=clock.now())
    return Response(appeal_data(made), status=status.HTTP_201_CREATED)


@extend_schema(request=AnswerInput, responses=DATA, tags=TAGS)
@api_view(["POST"])
def answer_view(request: Request, pk: int) -> Response:
    """Answer an appeal (officers from outside the organisation)."""
    appeal = get_object_or_404(
        Appeal.objects.select_related("application__project__organisation", "application__created_by"), pk=pk
    )
    if not can_answer_appeal(request.user, appeal):
        raise Http404
    given = checked(AnswerInput, request).validated_data
    return Response(appeal_data(answer_appeal(appeal=appeal, **given, by=request.user, now=clock.now())))


def _offer(request: Request, pk: int) -> Offer:
    found = get_object_or_404(Offer.objects.select_related("application__project"), pk=pk)
    if not can_see_application(request.user, found.application):
        raise Http404
    return found


@extend_schema(request=None, responses=DATA, tags=TAGS)
@api_view(["POST"])
def accept_view(request: Request, pk: int) -> Response:
    """Accept an offer: the application is admitted (owners and editors)."""
    return Response(offer_data(accept_offer(offer=_offer(request, pk), by=request.user, now=clock.now())))


@extend_schema(request=None, responses=DATA, tags=TAGS)
@api_view(["POST"])
def decline_view(request: Request, pk: int) -> Response:
    """Decline an offer: it goes to the next in line (owners and editors)."""
    return Response(offer_data(decline_offer(offer=_offer(request, pk), by=request.user, now=clock.now())))
