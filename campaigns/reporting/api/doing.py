"""What the doors of this app have in common: read what was sent, do the deed, answer with the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.api.asking import person
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.serializers import Serializer


def given(kind: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return what was sent, in the shape `kind`; 400 otherwise."""
    data = kind(data=request.data)
    data.is_valid(raise_exception=True)
    return dict(data.validated_data)


def facts(request: Request) -> dict[str, Any]:
    """Say who does it, and when; 401 for nobody."""
    return {"by": person(request), "now": clock.now()}
