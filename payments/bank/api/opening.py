"""The opening balance of our account, over the API: proposed by officers, decided by approvers. Whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from payments.api.back_serializers import DECISION
from payments.api.deeds import Proposals, deed_view
from payments.api.money import WhySerializer
from payments.bank.models import OpeningBalance
from payments.bank.selectors.balance import openings
from payments.bank.services.opening import approve_opening, propose_opening, reject_opening

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.urls import URLPattern
    from rest_framework.request import Request
    from rest_framework.response import Response


class OpeningBalanceSerializer(serializers.ModelSerializer[OpeningBalance]):
    """What lay on the account before its first statement; below zero when it was overdrawn."""

    status = serializers.CharField(read_only=True, help_text="`proposed`, `approved`, `rejected` or `void`.")

    class Meta:
        model = OpeningBalance
        fields = [*DECISION, "statement", "amount_cents"]
        read_only_fields = [*DECISION, "statement", "amount_cents"]


class NewOpeningSerializer(serializers.Serializer[Any]):
    """Why it is the platform's own."""

    reason = serializers.CharField(max_length=200)


@extend_schema(tags=["bank"])
class OpeningsView(Proposals):
    """What was said of the opening balance, newest first. For officers, approvers and auditors."""

    serializer_class = OpeningBalanceSerializer
    given = NewOpeningSerializer
    rows = staticmethod(openings)
    propose = staticmethod(propose_opening)
    filterset_fields = ["status"]

    @extend_schema(request=NewOpeningSerializer, responses={201: OpeningBalanceSerializer})
    def post(self, request: Request) -> Response:
        """Say that what lay on the account at first is the platform's own; another person confirms. For officers."""
        return self._propose(request)


def _deed(verb: str, service: Callable[..., Any], given: Any, says: str) -> URLPattern:
    view = deed_view(
        name=f"bank_opening_{verb}",
        rows=openings,
        shown=OpeningBalanceSerializer,
        argument="opening",
        deed=service,
        given=given,
        says=says,
        tag="bank",
    )
    return path(f"bank/opening-balances/<int:pk>/{verb}/", view.as_view(), name=f"api_bank_opening_{verb}")


routes: list[URLPattern] = [
    path("bank/opening-balances/", OpeningsView.as_view(), name="api_bank_openings"),
    _deed("approve", approve_opening, None, "Confirm the opening balance: it is booked. For approvers."),
    _deed("reject", reject_opening, WhySerializer, "Turn down what was said of it. For approvers."),
]
