"""How long a campaign's reservations stand: until they expire, or until an act extends them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, Refused, raise_all
from crowdfund.kit.states import advance, record_birth
from payments.locks import lock_campaign
from payments.matching.enums import FUND_CHANGE_TRANSITIONS, FundChangeStatus, ReservationStatus
from payments.matching.models import Extension, Reservation
from payments.matching.permissions import can_decide_for_campaign, can_propose_for_campaign

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

NOT_LAUNCHED = (CampaignStatus.DRAFT, CampaignStatus.REVIEW, CampaignStatus.APPROVED)


def overdue(now: dt.datetime) -> QuerySet[Campaign]:
    """Return the campaigns that have not been launched and whose reservations have expired."""
    late = Q(reservations__status=ReservationStatus.RESERVED, reservations__expires_at__lte=now)
    return Campaign.objects.filter(late, status__in=NOT_LAUNCHED).distinct()


def check_reserved(*, campaign: Campaign) -> None:
    """Refuse the launch of a campaign whose match was reserved and is no longer. Raises `Refused`."""
    standing = set(Reservation.objects.filter(campaign=campaign).values_list("status", flat=True))
    if standing == {ReservationStatus.RELEASED}:
        raise Refused(
            "reservation_expired",
            _("The match of this campaign was reserved and has been released. Ask the call's office."),
        )


def record_extension(
    *,
    campaign: Campaign,
    until: dt.date,
    office: str,
    number: str,
    dated_on: dt.date,
    by: User,
    now: dt.datetime,
) -> Extension:
    """Record the act by which a campaign keeps its reservations until the end of a day; another person confirms it.

    Raises `Invalid`, or `Several` with every problem; `Refused` when nothing is reserved any more, or another extension
    waits.
    """
    require(can_propose_for_campaign(by, campaign))
    _check(until, office, number, dated_on, now)
    if not Reservation.objects.filter(campaign=campaign, status=ReservationStatus.RESERVED).exists():
        raise _nothing_reserved()
    row = Extension(
        campaign=campaign,
        until=until,
        office=office.strip(),
        number=number.strip(),
        dated_on=dated_on,
        **Extension.proposal(by, now),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record_birth(row, now=now, by=by)
    except IntegrityError as error:
        raise Refused("change_waiting", _("Another extension waits for its decision.")) from error
    return row


def _check(until: dt.date, office: str, number: str, dated_on: dt.date, now: dt.datetime) -> None:
    today = now.astimezone(clock.CIVIL).date()
    problems: list[Refused] = [
        Invalid("missing", _("This is needed."), field=name)
        for name, value in (("office", office), ("number", number))
        if not value.strip()
    ]
    if dated_on > today:
        problems.append(Invalid("future_date", _("The act's date is in the future."), field="dated_on"))
    if until <= today:
        problems.append(Invalid("past_date", _("This day has to be in the future."), field="until"))
    raise_all(problems)


def _nothing_reserved() -> Refused:
    return Refused("nothing_reserved", _("Nothing is reserved for this campaign any more."))


def confirm_extension(*, extension: Extension, by: User, now: dt.datetime) -> None:
    """Confirm a recorded extension: what is reserved stands until the end of its day.

    Raises `Refused` when nothing is reserved any more.
    """
    require(can_decide_for_campaign(by, extension))
    after = clock.midnight(extension.until + dt.timedelta(days=1))
    with transaction.atomic():
        lock_campaign(extension.campaign_id)  # what has expired is not released meanwhile
        _decide(extension, FundChangeStatus.APPROVED, by, now)
        extended = Reservation.objects.filter(
            campaign=extension.campaign_id, status=ReservationStatus.RESERVED
        ).update(expires_at=after)
        if not extended:
            raise _nothing_reserved()


def reject_extension(*, extension: Extension, why: str, by: User, now: dt.datetime) -> None:
    """Turn a recorded extension down, with the reason."""
    require(can_decide_for_campaign(by, extension))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    _decide(extension, FundChangeStatus.REJECTED, by, now, why.strip()[:200])


def _decide(
    extension: Extension, status: FundChangeStatus, by: User, now: dt.datetime, why: str = ""
) -> None:
    decision = Extension.decision(by, now)
    advance(extension, status, table=FUND_CHANGE_TRANSITIONS, now=now, by=by, why=why, **decision)
