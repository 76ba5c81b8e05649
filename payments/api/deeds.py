"""What the API's doors of money have in common: lists for staff, and deeds on one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.shortcuts import get_object_or_404
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from crowdfund.kit import clock
from payments.permissions import can_see_all_money

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer

    from accounts.models import User


def facts(request: Request) -> dict[str, Any]:
    """Say who does it, and when."""
    return {"by": cast("User", request.user), "now": clock.now()}


class StaffList(generics.ListAPIView[Any]):
    """A list for officers, approvers and auditors."""

    rows: ClassVar[Callable[[], QuerySet[Any]]]

    def get_queryset(self) -> QuerySet[Any]:
        """Return every row to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_all_money(self.request.user))
        return type(self).rows()


class Proposals(StaffList):
    """A list of proposals, to which an officer adds."""

    given: ClassVar[type[BaseSerializer[Any]]]
    propose: ClassVar[Callable[..., Any]]

    def _propose(self, request: Request) -> Response:
        require(can_see_all_money(request.user))
        data = self.given(data=request.data)
        data.is_valid(raise_exception=True)
        made = type(self).propose(**facts(request), **data.validated_data)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class Deed(APIView):
    """A deed on one row; the answer is the row as it stands afterwards."""

    rows: ClassVar[Callable[[], QuerySet[Any]]]
    shown: ClassVar[type[BaseSerializer[Any]]]
    given: ClassVar[type[BaseSerializer[Any]] | None] = None
    argument: ClassVar[str]
    may_see: ClassVar[Callable[[Any, Any], bool]]
    deed: ClassVar[Callable[..., Any]]

    def _do(self, request: Request, pk: int) -> Response:
        row = get_object_or_404(type(self).rows(), pk=pk)
        require(type(self).may_see(request.user, row))
        words: dict[str, Any] = {}
        if self.given is not None:
            data = self.given(data=request.data)
            data.is_valid(raise_exception=True)
            words = data.validated_data
        type(self).deed(**{self.argument: row}, **facts(request), **words)
        return Response(self.shown(get_object_or_404(type(self).rows(), pk=pk)).data)


def _staff(user: Any, _row: Any) -> bool:
    return can_see_all_money(user)


def deed_view(
    *,
    name: str,
    rows: Callable[[], QuerySet[Any]],
    shown: type[BaseSerializer[Any]],
    argument: str,
    deed: Callable[..., Any],
    says: str,
    tag: str,
    given: type[BaseSerializer[Any]] | None = None,
    may_see: Callable[[Any, Any], bool] = _staff,
) -> type[Deed]:
    """Make the view of a deed: its POST does it and shows the row. `says` is what the documentation says."""
    from drf_spectacular.utils import extend_schema

    def post(self: Deed, request: Request, pk: int) -> Response:
        return self._do(request, pk)

    post.__doc__ = says
    members = {
        "__doc__": says,
        "rows": staticmethod(rows),
        "shown": shown,
        "given": given,
        "argument": argument,
        "may_see": staticmethod(may_see),
        "deed": staticmethod(deed),
        "post": extend_schema(operation_id=name, request=given, responses=shown, tags=[tag])(post),
    }
    return type(name.title().replace("_", "") + "View", (Deed,), members)
