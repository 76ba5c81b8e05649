"""Which answers banks wait for and until when, for the officers' calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from crowdfund.kit.desk import Date
from payments.permissions import can_see_all_money
from payments.selectors.back_desk import PROJECT, unanswered

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User


def officer_dates(user: User, start: dt.datetime, end: dt.datetime) -> Iterator[Date]:
    """Yield until when disputes are to be answered (one query)."""
    if not can_see_all_money(user):
        return
    rows = unanswered().filter(answer_by__gte=start, answer_by__lt=end).select_related(f"pledge__{PROJECT}")
    for dispute in rows:
        title, url = dispute.pledge.campaign.project.title, reverse("dispute", args=[dispute.pk])
        if dispute.answer_by is not None:
            yield Date(_("The bank's term to answer a dispute ends"), title, url, dispute.answer_by)
