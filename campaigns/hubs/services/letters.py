"""What hubs write: to operators that somebody asks, to who asked what came of it, and before an agreement ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.enums import Role, TeamRole
from accounts.models import User
from accounts.notices.services import notify
from crowdfund.kit.clock import CIVIL

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from campaigns.hubs.models import Agreement, Booking


def when(booking: Booking) -> str:
    """Write when a booking is, in the language of the moment and by the city's clock."""
    begins, ends = booking.starts_at.astimezone(CIVIL), booking.ends_at.astimezone(CIVIL)
    return f"{formats.date_format(begins, 'l j F Y')}, {begins:%H:%M}–{ends:%H:%M}"


def times(rows: Sequence[Booking]) -> str:
    """Write when a booking is, of a weekly one the first and how many more."""
    if len(rows) == 1:
        return when(rows[0])
    more = len(rows) - 1
    return when(rows[0]) + ngettext(" and %(n)s more week", " and %(n)s more weeks", more) % {"n": more}


def _operators(hub_id: int, today: dt.date) -> Iterable[User]:
    return User.objects.filter(
        is_active=True,
        memberships__role__in=[TeamRole.OWNER, TeamRole.EDITOR],
        memberships__organisation__hub_agreements__hub=hub_id,
        memberships__organisation__hub_agreements__starts_on__lte=today,
        memberships__organisation__hub_agreements__ends_on__gte=today,
    ).distinct()


def tell_operators(rows: Sequence[Booking], *, now: dt.datetime) -> None:
    """Tell who runs the hub that somebody asks for a space."""
    first = rows[0]
    for person in _operators(first.space.hub_id, now.astimezone(CIVIL).date()):
        with override(person.language):
            path, when_it_is = reverse("hub_desk", args=[first.space.hub.slug]), times(rows)
            label = _("Answer the request")
        notify(
            event="booking_requested",
            email=person.email,
            user=person,
            language=person.language,
            dedupe=f"booking_requested:{first.pk}:{person.pk}",
            context={
                "hub": first.space.hub.name,
                "space": first.space.name,
                "title": first.title,
                "times": when_it_is,
                "people": first.people,
                "action_url": f"{settings.SITE_URL}{path}",
                "action_label": label,
            },
            now=now,
        )


def tell_booker(rows: Sequence[Booking], *, event: str, now: dt.datetime, reason: str = "") -> None:
    """Tell who asked that the space is theirs, that it is not, or that the hub took it back."""
    first = rows[0]
    person = first.booked_by
    with override(person.language):
        path, when_it_is, label = reverse("my_bookings"), times(rows), _("See your bookings")
    notify(
        event=event,
        email=person.email,
        user=person,
        language=person.language,
        dedupe=f"{event}:{first.pk}",
        context={
            "hub": first.space.hub.name,
            "space": first.space.name,
            "title": first.title,
            "times": when_it_is,
            "reason_given": reason,
            "action_url": f"{settings.SITE_URL}{path}",
            "action_label": label,
        },
        now=now,
    )


def tell_of_end(agreement: Agreement, *, now: dt.datetime) -> None:
    """Tell officers and the organisation's owners that an agreement nears its end."""
    officers = User.objects.filter(is_active=True, grants__role=Role.OFFICER)
    owners = User.objects.filter(
        is_active=True,
        memberships__organisation=agreement.organisation_id,
        memberships__role=TeamRole.OWNER,
    )
    for person in (officers | owners).distinct():
        with override(person.language):
            path, last = agreement.hub.get_absolute_url(), formats.date_format(agreement.ends_on, "j F Y")
            label = _("See the agreement")
        notify(
            event="agreement_ending",
            email=person.email,
            user=person,
            language=person.language,
            dedupe=f"agreement_ending:{agreement.pk}:{person.pk}",
            context={
                "hub": agreement.hub.name,
                "organisation": agreement.organisation.name,
                "last_day": last,
                "action_url": f"{settings.SITE_URL}{path}",
                "action_label": label,
            },
            now=now,
        )
