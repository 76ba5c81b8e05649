"""What hubs put on the desks of who runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.hubs.enums import BookingStatus
from campaigns.hubs.models import Agreement, Booking
from campaigns.hubs.permissions import operates_for
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.desk import Task

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User


def operator_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield one task for each hub with requests to decide, due when the first of them begins."""
    run = operates_for(user)
    if not run:
        return
    today = now.astimezone(CIVIL).date()
    held = Agreement.objects.in_force(today).filter(organisation__in=run).values("hub")
    rows = (
        Booking.objects.filter(space__hub__in=held, status=BookingStatus.REQUESTED, starts_at__gt=now)
        .order_by("space__hub_id", "starts_at")
        .distinct("space__hub_id")
        .select_related("space__hub")
    )
    for row in rows:
        hub = row.space.hub
        yield Task(
            _("Answer who asks for a space"), hub.name, reverse("hub_desk", args=[hub.slug]), row.starts_at
        )
