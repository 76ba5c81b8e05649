"""Who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotAuthenticated

from accounts.permissions import is_person

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


def person(request: Request) -> User:
    """Return who asks, or answer 401 to nobody."""
    if is_person(request.user):
        return request.user
    raise NotAuthenticated
