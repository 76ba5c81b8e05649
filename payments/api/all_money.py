"""The money of all campaigns, over the API: the figures of the officers' page. Amounts in whole cents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from payments.permissions import can_see_all_money
from payments.selectors.all_money import all_money, chosen
from payments.selectors.figures import LABELS, PLATFORM, add_up

if TYPE_CHECKING:
    from rest_framework.request import Request


def _integers(names: Any) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    return {name: serializers.IntegerField() for name in names}


class FiguresSerializer(serializers.Serializer[Any]):
    """The figures of a campaign's money, or their sums."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Name the figures."""
        return _integers(LABELS)


class PlatformSerializer(serializers.Serializer[Any]):
    """What belongs to no campaign."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Name the figures."""
        return _integers(PLATFORM)


class MoneyRowSerializer(FiguresSerializer):
    """A campaign and its figures."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Name the campaign before its figures."""
        names = ("campaign", "project", "organisation", "call", "status")
        return {name: serializers.CharField() for name in names} | super().get_fields()


class AllMoneySerializer(serializers.Serializer[Any]):
    """The sums over all campaigns, what belongs to none, and a row a campaign that was asked for, with their sum."""

    totals = FiguresSerializer()
    platform = PlatformSerializer()
    shown = FiguresSerializer()
    campaigns = MoneyRowSerializer(many=True)


class AskSerializer(serializers.Serializer[Any]):
    """Which campaigns, and in which order."""

    text = serializers.CharField(
        required=False, help_text="A part of the project's or the organisation's name."
    )
    call = serializers.CharField(required=False, help_text="The title of a call.")
    status = serializers.CharField(required=False, help_text="The status of the campaign.")
    sort = serializers.CharField(
        required=False, help_text="A figure without `_cents`, after `-` for the largest first: `-held`."
    )


class AllMoneyView(APIView):
    """The money of all campaigns."""

    @extend_schema(parameters=[AskSerializer], responses=AllMoneySerializer, tags=["disbursements"])
    def get(self, request: Request) -> Response:
        """Show every campaign's figures out of the ledger. For officers, approvers and auditors."""
        require(can_see_all_money(request.user))
        asked = AskSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = all_money()
        rows = chosen(found.rows, **asked.validated_data)
        return Response(
            {
                "totals": dataclasses.asdict(found.totals),
                "platform": found.platform,
                "shown": dataclasses.asdict(add_up([row.money for row in rows])),
                "campaigns": [
                    {
                        "campaign": row.campaign.slug,
                        "project": row.campaign.project.title,
                        "organisation": str(row.campaign.project.organisation),
                        "call": row.call,
                        "status": row.campaign.status,
                    }
                    | dataclasses.asdict(row.money)
                    for row in rows
                ],
            }
        )
