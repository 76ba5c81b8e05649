"""Releasing what is reserved for campaigns that were not launched in time, with a letter to their teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from crowdfund.kit import clock
from payments.locks import lock_campaign
from payments.matching.services import overdue, release_reservation
from payments.services.circulars import officers, team_of, write_to_people

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign

BATCH = 100
WHY = "expired"
SEE_APPLICATION = gettext_noop("See the application")


def release_expired() -> int:
    """Release the reservations that have expired (the drain `matching.expire`); return how many campaigns had some."""
    now = clock.now()
    return sum(_release(pk, now) for pk in list(overdue(now).values_list("pk", flat=True)[:BATCH]))


def _release(campaign_id: int, now: dt.datetime) -> int:
    """Release under the campaign's lock: a launch, or an extension, that came first is seen."""
    with transaction.atomic():
        campaign = lock_campaign(campaign_id)
        if not overdue(now).filter(pk=campaign_id).exists():
            return 0
        cents = release_reservation(campaign=campaign, now=now, why=WHY)
        _tell(campaign, cents, now)
    return 1


def _tell(campaign: Campaign, cents: int, now: dt.datetime) -> None:
    application = campaign.application
    for people, to_team in ((team_of(campaign), True), (officers(), False)):
        write_to_people(
            people,
            "reservation_expired",
            page="application",
            args=[application.pk],
            label=SEE_APPLICATION,
            once=str(campaign.pk),
            now=now,
            campaign=campaign.project.title,
            call=application.call.title,
            amount_cents=cents,
            to_team=to_team,
        )
