"""Taking from the pots of a call and giving back: the one door through which a match is reserved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Refused
from crowdfund.kit.states import record_birth
from payments import postings
from payments.matching.models import MatchFund, Reservation
from payments.models import TotalsDelta

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign


class Taken(NamedTuple):
    """What one fund gave, in cents."""

    fund_id: int
    cents: int


def free_cents(campaign: Campaign) -> int:
    """Return what the pots that a campaign may be matched from have left, in cents."""
    fund = MatchFund.objects.filter(call__applications__campaign=campaign).first()
    return fund.free_cents if fund else 0


def take(*, campaign: Campaign, cents: int, now: dt.datetime, whole: bool) -> list[Taken]:
    """Take from the pots; all or `Refused` if `whole`, else as much as there is."""
    with transaction.atomic():
        fund = MatchFund.objects.select_for_update().get(call__applications__campaign=campaign)
        got = cents if whole else min(cents, fund.free_cents)
        if got > fund.free_cents:
            raise Refused("pot_empty", _("The pot of this call can't carry this project's match any more."))
        if not got:
            return []
        MatchFund.objects.filter(pk=fund.pk).update(free_cents=F("free_cents") - got)
        row, made = Reservation.objects.get_or_create(
            fund=fund,
            campaign=campaign,
            defaults={"exposure_cents": 0, "reserved_cents": 0, "created_at": now},
        )
        if made:
            record_birth(row, now=now)
        Reservation.objects.filter(pk=row.pk).update(
            reserved_cents=F("reserved_cents") + got, exposure_cents=F("exposure_cents") + got
        )
        postings.match_reserved(
            fund_id=fund.pk, campaign_id=campaign.pk, cents=got, reference=f"reservation:{row.pk}", now=now
        )
        TotalsDelta.objects.create(campaign=campaign, match_cents=got)
    return [Taken(fund.pk, got)]


def give_back(*, campaign: Campaign, cents: int, now: dt.datetime) -> list[Taken]:
    """Give back what a campaign has reserved."""
    with transaction.atomic():
        row = Reservation.objects.get(campaign=campaign)
        Reservation.objects.filter(pk=row.pk).update(reserved_cents=F("reserved_cents") - cents)
        MatchFund.objects.filter(pk=row.fund_id).update(free_cents=F("free_cents") + cents)
        postings.match_released(
            fund_id=row.fund_id,
            campaign_id=campaign.pk,
            cents=cents,
            reference=f"reservation:{row.pk}",
            now=now,
        )
        TotalsDelta.objects.create(campaign=campaign, match_cents=-cents)
    return [Taken(row.fund_id, cents)]
