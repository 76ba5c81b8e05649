from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.codesign.enums import ResourceStatus
from campaigns.codesign.models import Resource

if TYPE_CHECKING:
    from django.db.models import QuerySet


def public_resources(*, neighbourhood: str = "", kind: str = "") -> QuerySet[Resource]:
    """Return published resources by kind, newest first; `neighbourhood` is a slug, an empty filter keeps all."""
    found = Resource.objects.filter(status=ResourceStatus.PUBLISHED).select_related("neighbourhood")
    if neighbourhood:
        found = found.filter(neighbourhood__slug=neighbourhood)
    return found.filter(kind=kind) if kind else found


def resources_to_read() -> QuerySet[Resource]:
    """Return what waits for an animator, oldest first."""
    waiting = Resource.objects.filter(status=ResourceStatus.WAITING)
    return waiting.select_related("neighbourhood").order_by("offered_at")
