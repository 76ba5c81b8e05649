"""The act that binds who gives a pot to a match: recorded by one person, confirmed by another."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.matching.enums import RESERVATION_TRANSITIONS, ReservationStatus
from payments.matching.models import CommitmentAct, Reservation
from payments.matching.permissions import can_confirm_act, can_record_act

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User


@dataclasses.dataclass(frozen=True)
class Act:
    """What an administrative act says: office, number, date, CUP, the signed agreement."""

    office: str
    number: str
    dated_on: dt.date
    cup: str
    agreement: str


def record_act(*, reservation: Reservation, act: Act, by: User, now: dt.datetime) -> CommitmentAct:
    """Record the act that commits one pot to a proposed match; another person confirms it.

    Only a sponsor's decision to grant has no CUP. Raises `Invalid` for a future date or an empty field,
    `IllegalTransition` unless the match is proposed.
    """
    require(can_record_act(by, reservation))
    if act.dated_on > now.date():
        raise Invalid("future_date", _("The act's date is in the future."), field="dated_on")
    for name, value in dataclasses.asdict(act).items():
        if not value and not (name == "cup" and reservation.fund.of_sponsor):
            raise Invalid("missing", _("This is needed."), field=name)
    row = CommitmentAct(
        reservation=reservation,
        amount_cents=reservation.proposed_cents or 0,
        **CommitmentAct.proposal(by, now),
        **dataclasses.asdict(act),
    )
    row.clean_fields()
    with transaction.atomic():
        advance(reservation, ReservationStatus.RECORDED, table=RESERVATION_TRANSITIONS, now=now, by=by)
        row.save()
    return row


def confirm_act(*, act: CommitmentAct, by: User, now: dt.datetime) -> None:
    """Confirm a recorded act: the match moves from reserved to legally bound.

    Raises `Refused` when the match is no longer the one that the act was recorded for.
    """
    require(can_confirm_act(by, act))
    reservation = act.reservation
    with transaction.atomic():
        if act.amount_cents != reservation.proposed_cents:
            raise Refused(
                "amount_changed", _("The match has changed since the act was recorded. Send it back.")
            )
        advance(
            reservation,
            ReservationStatus.COMMITTED,
            table=RESERVATION_TRANSITIONS,
            now=now,
            by=by,
            reserved_cents=0,
            bound_cents=act.amount_cents,
        )
        _decide(act, by, now)
        postings.match_committed(
            fund_id=reservation.fund_id,
            campaign_id=reservation.campaign_id,
            cents=act.amount_cents,
            reference=f"act:{act.pk}",
            now=now,
        )


def return_act(*, act: CommitmentAct, reason: str, by: User, now: dt.datetime) -> None:
    """Send a recorded act back to be recorded anew; it stays on file with the reason."""
    require(can_confirm_act(by, act))
    if not reason.strip():
        raise Invalid("missing", _("Say why."), field="reason")
    with transaction.atomic():
        advance(
            act.reservation,
            ReservationStatus.PROPOSED,
            table=RESERVATION_TRANSITIONS,
            now=now,
            by=by,
            why=reason[:200],
        )
        _decide(act, by, now, returned_at=now, return_reason=reason[:200])


def _decide(act: CommitmentAct, by: User, now: dt.datetime, **more: Any) -> None:
    changes = CommitmentAct.decision(by, now) | more
    CommitmentAct.objects.filter(pk=act.pk).update(**changes)
    for name, value in changes.items():
        setattr(act, name, value)
