"""What pages and the API read of people and their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import RoleEvent, User

if TYPE_CHECKING:
    from django.db.models import QuerySet


def people_with_roles() -> QuerySet[User]:
    """Return everybody who has a city role, by name, with their roles and who gave them."""
    return (
        User.objects.filter(grants__isnull=False)
        .select_related("person")
        .prefetch_related("grants__granted_by")
        .distinct()
        .order_by("name", "email")
    )


def role_history() -> QuerySet[RoleEvent]:
    """Return every role given or taken, newest first."""
    return RoleEvent.objects.select_related("user", "by")
