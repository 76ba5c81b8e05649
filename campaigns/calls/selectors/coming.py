"""When calls and their sessions open and close, for the officers' calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.permissions import can_see_officer_desk
from campaigns.calls.enums import CallStatus
from campaigns.calls.models import Call, Session
from crowdfund.kit.desk import Date

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User


def officer_dates(user: User, start: dt.datetime, end: dt.datetime) -> Iterator[Date]:
    """Yield when published calls and their sessions open and close (two queries)."""
    if not can_see_officer_desk(user):
        return
    between = Q(opens_at__gte=start, opens_at__lt=end) | Q(closes_at__gte=start, closes_at__lt=end)
    for call in Call.objects.filter(between, status=CallStatus.PUBLISHED):
        yield Date(_("A call opens"), call.title, call.get_absolute_url(), call.opens_at)
        yield Date(_("A call closes"), call.title, call.get_absolute_url(), call.closes_at)
    sessions = Session.objects.filter(between, call__status=CallStatus.PUBLISHED).select_related("call")
    for session in sessions:
        url = session.call.get_absolute_url()
        yield Date(_("A session opens"), str(session), url, session.opens_at)
        yield Date(_("A session closes"), str(session), url, session.closes_at)
