"""When spending reports are due, for the officers' calendar."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import can_see_officer_desk
from campaigns.reporting.enums import OPEN_REPORTS
from campaigns.reporting.models import SpendingReport
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.desk import Date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User


def officer_dates(user: User, start: dt.datetime, end: dt.datetime) -> Iterator[Date]:
    """Yield the civil days on which reports are due (one query)."""
    if not can_see_officer_desk(user):
        return
    first, last = (moment.astimezone(CIVIL).date() for moment in (start, end))
    rows = SpendingReport.objects.filter(status__in=OPEN_REPORTS, due_on__gte=first, due_on__lte=last)
    for pk, title, due_on in rows.values_list("pk", "campaign__project__title", "due_on"):
        at = dt.datetime.combine(due_on, dt.time(12), tzinfo=CIVIL)
        url = reverse("report_review", args=[pk])
        yield Date(_("A spending report is due"), title, url, at, all_day=True)
