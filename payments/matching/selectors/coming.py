"""Pots that are nearly used and reservations that expire: for the officers' alerts and calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.enums import CampaignStatus
from crowdfund.kit.desk import Alert, Date
from payments.matching.enums import ReservationStatus
from payments.matching.models import MatchFund, Reservation
from payments.matching.permissions import can_see_fund

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User

NOT_LAUNCHED: Final = (CampaignStatus.DRAFT, CampaignStatus.REVIEW, CampaignStatus.APPROVED)
NEARLY_USED_PERCENT: Final = 90
"""From this much on, an officer is told that a pot is nearly used."""


def pot_alerts(user: User, now: dt.datetime) -> Iterator[Alert]:
    """Yield the open pots of which at least 90 % are reserved, committed or paid (one query)."""
    if not can_see_fund(user):
        return
    left = 100 - NEARLY_USED_PERCENT
    pots = MatchFund.objects.filter(
        free_cents__lte=F("opened_cents") * left / 100, opened_cents__gt=0, closed_at__isnull=True
    )
    for fund in pots:
        used = (fund.opened_cents - fund.free_cents) * 100 // fund.opened_cents
        subject = _("%(pot)s: %(percent)d %% used") % {"pot": fund.name, "percent": used}
        yield Alert(
            _("A pot is nearly used"), subject, reverse("fund", args=[fund.pk]), urgent=not fund.free_cents
        )


def officer_dates(user: User, start: dt.datetime, end: dt.datetime) -> Iterator[Date]:
    """Yield when reservations whose campaign has not begun expire (one query)."""
    if not can_see_fund(user):
        return
    rows = Reservation.objects.filter(
        status=ReservationStatus.RESERVED,
        campaign__status__in=NOT_LAUNCHED,
        expires_at__gte=start,
        expires_at__lt=end,
    )
    for row in rows.select_related("campaign__project"):
        if row.expires_at is not None:
            url = reverse("fund", args=[row.fund_id])
            yield Date(_("A reservation expires"), row.campaign.project.title, url, row.expires_at)
