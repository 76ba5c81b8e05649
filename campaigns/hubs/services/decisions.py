"""What becomes of a request: the hub confirms or refuses it, a series whole; either side cancels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.hubs.enums import BOOKING_TRANSITIONS, HOLDING, BookingStatus
from campaigns.hubs.locks import lock_space
from campaigns.hubs.models import Booking
from campaigns.hubs.permissions import can_cancel_booking, can_decide_booking
from campaigns.hubs.services import letters
from campaigns.hubs.services.checks import with_reason
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User


def confirm_booking(*, booking: Booking, by: User, now: dt.datetime) -> list[Booking]:
    """Say yes to a request, to a weekly one as a whole. Who asked is told."""
    require(can_decide_booking(by, booking, now))
    with transaction.atomic():
        rows = _together(booking)
        if booking.ends_at <= now:
            raise Refused("over", _("This booking is over."))
        _move(rows, BookingStatus.CONFIRMED, by=by, now=now)
        letters.tell_booker(rows, event="booking_confirmed", now=now)
    return rows


def refuse_booking(*, booking: Booking, why: str, by: User, now: dt.datetime) -> list[Booking]:
    """Say no to a request, with a reason; the space is free again. Who asked is told."""
    require(can_decide_booking(by, booking, now))
    reason = with_reason(why)
    with transaction.atomic():
        rows = _together(booking)
        _move(rows, BookingStatus.REFUSED, by=by, now=now, why=reason)
        letters.tell_booker(rows, event="booking_refused", now=now, reason=reason)
    return rows


def cancel_booking(
    *, booking: Booking, by: User, now: dt.datetime, why: str = "", whole: bool = False
) -> list[Booking]:
    """Give a space back before it begins; with `whole` also the weeks that follow in its series.

    Who booked needs no reason; the hub gives one, and who booked is told. Raises `Refused` once it has begun.
    """
    require(can_cancel_booking(by, booking, now))
    own = booking.booked_by_id == by.pk
    reason = why.strip()[:200] if own else with_reason(why)
    with transaction.atomic():
        lock_space(booking.space)
        booking.refresh_from_db(fields=["status"])
        rows = [booking]
        if whole and booking.series_id:
            later = Booking.objects.filter(
                series=booking.series_id, starts_at__gt=booking.starts_at, status__in=HOLDING
            )
            rows += later.select_related("space__hub", "booked_by")
        if booking.starts_at <= now:
            raise Refused("begun", _("It has begun: it can't be cancelled any more."))
        _move(rows, BookingStatus.CANCELLED, by=by, now=now, why=reason)
        if not own:
            letters.tell_booker(rows, event="booking_cancelled", now=now, reason=reason)
    return rows


def _together(booking: Booking) -> list[Booking]:
    """Return a request, or all of its series that still wait, under the lock of the space."""
    lock_space(booking.space)
    booking.refresh_from_db(fields=["status"])
    if booking.series_id is None or booking.status != BookingStatus.REQUESTED:
        return [booking]
    rows = Booking.objects.filter(series=booking.series_id, status=BookingStatus.REQUESTED)
    return list(rows.select_related("space__hub", "booked_by", "organisation"))


def _move(rows: list[Booking], to: BookingStatus, *, by: User, now: dt.datetime, why: str = "") -> None:
    for row in rows:
        advance(row, to, table=BOOKING_TRANSITIONS, now=now, by=by, why=why, changed_at=now)
