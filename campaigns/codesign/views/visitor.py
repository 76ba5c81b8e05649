"""A guest is known by a random number in their session, and only after they did something."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

KEY = "visitor"


def visitor_of(request: HttpRequest) -> uuid.UUID | None:
    """Return the guest's number if they have one; reading sets no cookie."""
    known = request.session.get(KEY)
    return uuid.UUID(known) if known else None


def visitor_made(request: HttpRequest) -> uuid.UUID:
    """Return the guest's number, giving them one if need be."""
    visitor = visitor_of(request) or uuid.uuid4()
    request.session[KEY] = visitor.hex
    return visitor
