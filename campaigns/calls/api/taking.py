from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer


def valid(kind: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """Return what was sent, as the serializer understands it; what it doesn't comes back as a problem."""
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
