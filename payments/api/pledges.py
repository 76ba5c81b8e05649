"""Pledges over the API: the same services and the same permissions as the pages. Amounts in whole cents."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - the schema reads the hints
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, permissions, serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.addresses import client_address
from accounts.api.idempotency import HEADER, once
from accounts.permissions import is_person
from campaigns.enums import PUBLIC_STATUSES
from campaigns.models import Campaign
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused
from payments.enums import Method, PledgeStatus
from payments.gateway.client import GatewayError
from payments.models import Pledge
from payments.permissions import MANAGE, can_manage_pledge, link_token
from payments.selectors.backer import pledge_by_public_id, pledges_of, shown_pledges
from payments.services.cards import change_card, open_card_session
from payments.services.consents import CHARGE_VERSION, charge_text
from payments.services.pledges import cancel_pledge, change_amount, place_pledge
from payments.services.velocity import count_attempt

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User

TOKEN_HEADER = "Pledge-Token"  # noqa: S105 - the header's name
TOKEN = OpenApiParameter(
    TOKEN_HEADER, str, OpenApiParameter.HEADER, description="The signed token of a guest's pledge."
)
KEY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="Makes the write happen once, however often it is sent."
)


class FaultSerializer(serializers.Serializer[Any]):
    """What was wrong: a stable code, a sentence, and the field at fault."""

    code = serializers.CharField()
    detail = serializers.CharField()
    field = serializers.CharField(allow_null=True)


class NewPledgeSerializer(serializers.Serializer[Any]):
    """A pledge to place. `consent_version` says that the backer agreed to the words of `pledge-terms`."""

    campaign = serializers.SlugField(help_text="The campaign's slug.")
    amount_cents = serializers.IntegerField(max_value=2**53)
    reward = serializers.IntegerField(required=False, allow_null=True, max_value=2**53)
    email = serializers.CharField(
        required=False, default="", max_length=254, help_text="Ignored when logged in: your own is used."
    )
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)
    show_name = serializers.BooleanField(required=False, default=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, default="it")
    method = serializers.ChoiceField(
        choices=Method.choices,
        required=False,
        default=Method.CARD,
        help_text="What the hosted page offers first; what was really saved is told by the pledge.",
    )
    consent_version = serializers.CharField(max_length=20)


class PledgeSerializer(serializers.ModelSerializer[Pledge]):
    """A pledge, for its backer."""

    id = serializers.UUIDField(source="public_id")
    campaign = serializers.CharField(source="campaign.slug")
    deadline = serializers.DateTimeField(source="campaign.deadline")
    channel = serializers.CharField(help_text="`card` (through Stripe), `bank` or `cash`.")

    class Meta:
        model = Pledge
        fields = [
            "id",
            "campaign",
            "deadline",
            "amount_cents",
            "reward",
            "name",
            "show_name",
            "status",
            "channel",
            "method",
            "card_brand",
            "card_last4",
            "created_at",
            "activated_at",
            "collected_at",
        ]
        read_only_fields = fields


class PlacedSerializer(PledgeSerializer):
    """A pledge just placed: where its card is saved (null: ask again), and the token that opens it without a login."""

    card_url = serializers.URLField(allow_null=True)
    token = serializers.CharField()

    class Meta(PledgeSerializer.Meta):
        fields = [*PledgeSerializer.Meta.fields, "card_url", "token"]
        read_only_fields = fields


class AmountSerializer(serializers.Serializer[Any]):
    """Another amount; a higher one needs the consent again."""

    amount_cents = serializers.IntegerField(max_value=2**53)
    consent_version = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class CardPageSerializer(serializers.Serializer[Any]):
    """Where a card is saved."""

    card_url = serializers.URLField()


class TermsSerializer(serializers.Serializer[Any]):
    """What a backer must read before agreeing: when and how much is charged, and what is particular to a debit."""

    version = serializers.CharField()
    text = serializers.DictField(child=serializers.CharField(), help_text="By language.")
    min_cents = serializers.IntegerField()
    max_cents = serializers.IntegerField()
    max_debit_cents = serializers.IntegerField(help_text="Of a direct debit.")


class BackerSerializer(serializers.Serializer[Any]):
    """A backer as everybody sees them: a name only if they asked for it."""

    name = serializers.SerializerMethodField()
    since = serializers.SerializerMethodField()

    def get_name(self, pledge: Pledge) -> str | None:
        """Give the name, or null for who stays anonymous."""
        return pledge.name if pledge.show_name else None

    def get_since(self, pledge: Pledge) -> dt.date | None:
        """Give the day alone."""
        return pledge.activated_at.date() if pledge.activated_at else None


def own_pledge(request: Request, public_id: uuid.UUID) -> tuple[Pledge, str]:
    """Find the caller's pledge, by login or by the token; 404 for everybody else, as if there were none."""
    token = request.headers.get(TOKEN_HEADER, "")
    pledge = pledge_by_public_id(public_id)
    if pledge is None or not can_manage_pledge(request.user, pledge, token):
        raise Http404
    return pledge, token


def _card_page(pledge: Pledge, now: dt.datetime) -> str | None:
    """Return where the card is saved; None when Stripe does not answer now, or there is nothing to save."""
    if pledge.status != PledgeStatus.PENDING_CARD:
        return None
    try:
        return open_card_session(pledge=pledge, now=now)
    except (GatewayError, Refused):
        return None


class IsPerson(permissions.BasePermission):
    """Lists are for people logged in; a guest's token opens one pledge."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Let anybody place a pledge, and people list theirs."""
        return request.method == "POST" or is_person(request.user)


@extend_schema_view(get=extend_schema(operation_id="pledges_list", summary="Your pledges, newest first"))
class PledgesView(generics.ListAPIView[Pledge]):
    """A person's pledges; anybody may place one."""

    serializer_class = PledgeSerializer
    permission_classes = [IsPerson]
    filterset_fields = ["status", "campaign__slug"]
    queryset = Pledge.objects.none()

    def get_queryset(self) -> QuerySet[Pledge]:
        """Return the caller's own."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return pledges_of(cast("User", self.request.user))

    @extend_schema(
        operation_id="pledges_place",
        summary="Place a pledge",
        request=NewPledgeSerializer,
        parameters=[KEY],
        responses={
            201: PlacedSerializer,
            400: FaultSerializer,
            409: FaultSerializer,
            422: FaultSerializer,
            429: FaultSerializer,
        },
    )
    def post(self, request: Request) -> Response:
        """Write the pledge down, then open its card page."""
        given = NewPledgeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        deed = given.validated_data
        now = clock.now()

        def place() -> tuple[int, dict[str, Any]]:
            count_attempt(address=client_address(request), email=deed["email"], campaign=deed["campaign"])
            pledge = place_pledge(by=request.user, now=now, **deed)
            return status.HTTP_201_CREATED, {"id": str(pledge.public_id)}

        answer = once(request, place, now=now)
        pledge = Pledge.objects.select_related("campaign__project").get(public_id=answer.body["id"])
        body = {
            **PledgeSerializer(pledge).data,
            "card_url": _card_page(pledge, now),
            "token": link_token(pledge, MANAGE),
        }
        return Response(body, status=answer.status)


class PledgeView(APIView):
    """One pledge, for its backer."""

    @extend_schema(operation_id="pledge_read", parameters=[TOKEN], responses=PledgeSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Show it."""
        return Response(PledgeSerializer(own_pledge(request, public_id)[0]).data)

    @extend_schema(
        operation_id="pledge_change_amount",
        request=AmountSerializer,
        parameters=[TOKEN],
        responses={200: PledgeSerializer, 400: FaultSerializer, 409: FaultSerializer},
    )
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change its amount, until the deadline."""
        pledge, token = own_pledge(request, public_id)
        given = AmountSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        changed = change_amount(
            pledge=pledge, by=request.user, token=token, now=clock.now(), **given.validated_data
        )
        return Response(PledgeSerializer(changed).data)

    @extend_schema(
        operation_id="pledge_cancel",
        parameters=[TOKEN],
        responses={200: PledgeSerializer, 409: FaultSerializer},
    )
    def delete(self, request: Request, public_id: uuid.UUID) -> Response:
        """Cancel it, until the deadline."""
        pledge, token = own_pledge(request, public_id)
        return Response(
            PledgeSerializer(cancel_pledge(pledge=pledge, by=request.user, token=token, now=clock.now())).data
        )


class NoAnswer(Refused):
    """Stripe does not answer."""

    status = 503


@extend_schema(
    operation_id="pledge_card",
    request=None,
    parameters=[TOKEN],
    responses={200: CardPageSerializer, 409: FaultSerializer, 503: FaultSerializer},
)
@api_view(["POST"])
def pledge_card_view(request: Request, public_id: uuid.UUID) -> Response:
    """Open the page where the pledge's card, or another one, is saved."""
    pledge, token = own_pledge(request, public_id)
    count_attempt(address=client_address(request), email=pledge.email, campaign=pledge.campaign.slug)
    try:
        url = change_card(pledge=pledge, by=request.user, token=token, now=clock.now())
    except GatewayError as error:
        raise NoAnswer("no_answer", _("The card page does not answer now. Try again in a minute.")) from error
    return Response({"card_url": url})


class CampaignPledgesView(generics.ListAPIView[Pledge]):
    """Who backs a campaign, newest first: anonymous unless they asked to be shown."""

    serializer_class = BackerSerializer
    queryset = Pledge.objects.none()

    def get_queryset(self) -> QuerySet[Pledge]:
        """Return the pledges that count, of a public campaign."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        campaign = get_object_or_404(Campaign, slug=self.kwargs["slug"], status__in=PUBLIC_STATUSES)
        return shown_pledges().filter(campaign=campaign)


@extend_schema(operation_id="campaign_pledge_terms", responses=TermsSerializer)
@api_view(["GET"])
def pledge_terms_view(request: Request, slug: str) -> Response:
    """Say what a backer agrees to, in each language, and the limits of an amount."""
    campaign = get_object_or_404(Campaign.objects.public().select_related("project"), slug=slug)
    languages = dict(settings.LANGUAGES)
    return Response(
        {
            "version": CHARGE_VERSION,
            "text": {
                code: charge_text(campaign=campaign, amount_cents=None, language=code) for code in languages
            },
            "min_cents": settings.PLEDGE_MIN_CENTS,
            "max_cents": settings.CARD_LIMIT_CENTS,
            "max_debit_cents": settings.DEBIT_LIMIT_CENTS,
        }
    )
