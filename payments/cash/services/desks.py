"""Desks and who works there: an officer's deeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import require
from accounts.services import grant_role
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.cash.enums import DESK_TRANSITIONS, DeskStatus
from payments.cash.locks import lock_desk
from payments.cash.models import CashDesk, CashDeskEvent, DeskOperator
from payments.cash.permissions import can_manage_desks
from payments.ledger.selectors import debit_balance

if TYPE_CHECKING:
    import datetime as dt

    from accounts.places.models import Neighbourhood

LONGEST_DESK, LONGEST_ADDRESS = 120, 200


def open_desk(
    *, name: str, address: str, neighbourhood: Neighbourhood, by: User, now: dt.datetime, hours: str = ""
) -> CashDesk:
    """Open a cash desk. Officers only. Raises `Invalid` or `NotAllowed`."""
    require(can_manage_desks(by))
    card = _card(name, address, hours)
    with transaction.atomic():
        desk = CashDesk.objects.create(**card, neighbourhood=neighbourhood, created_at=now)
        record_birth(desk, now=now, by=by)
    return desk


def _card(name: str, address: str, hours: str) -> dict[str, str]:
    name, address = " ".join(name.split())[:LONGEST_DESK], " ".join(address.split())[:LONGEST_ADDRESS]
    if not name:
        raise Invalid("missing", _("Write the name."), field="name")
    if not address:
        raise Invalid("missing", _("Write the address, so that people find it."), field="address")
    return {"name": name, "address": address, "hours": " ".join(hours.split())[:LONGEST_ADDRESS]}


def edit_desk(
    *,
    desk: CashDesk,
    name: str,
    address: str,
    neighbourhood: Neighbourhood,
    by: User,
    now: dt.datetime,
    hours: str = "",
) -> None:
    """Change a desk's card; receipts keep the words they were written with. Raises `Invalid` or `NotAllowed`."""
    require(can_manage_desks(by))
    card = _card(name, address, hours)
    with transaction.atomic():
        locked = lock_desk(desk.pk)
        for field, value in card.items():
            setattr(locked, field, value)
        locked.neighbourhood = neighbourhood
        locked.save(update_fields=[*card, "neighbourhood"])
        _note(locked, "another card", by, now)


def _note(desk: CashDesk, why: str, by: User, now: dt.datetime) -> None:
    CashDeskEvent.objects.create(
        desk=desk, at=now, from_status=desk.status, to_status=desk.status, why=why, by=by
    )


def shut_desk(*, desk: CashDesk, by: User, now: dt.datetime) -> None:
    """Shut a desk whose till is empty. Raises `NotAllowed` or `Refused`."""
    require(can_manage_desks(by))
    with transaction.atomic():
        locked = lock_desk(desk.pk)
        if debit_balance(postings.desk(locked.pk)):
            raise Refused(
                "till_not_empty", _("The till is not empty: close the day and send the cash first.")
            )
        advance(locked, DeskStatus.SHUT, table=DESK_TRANSITIONS, now=now, by=by)
    desk.status = locked.status


def reopen_desk(*, desk: CashDesk, by: User, now: dt.datetime) -> None:
    """Let a desk that was shut take cash again. Raises `NotAllowed` or `Refused`."""
    require(can_manage_desks(by))
    advance(desk, DeskStatus.OPEN, table=DESK_TRANSITIONS, now=now, by=by)


def assign_operator(*, desk: CashDesk, email: str, by: User, now: dt.datetime) -> DeskOperator:
    """Let a person who has an account work at a desk; they become a hub operator by it. Nobody assigns themselves.

    Raises `Invalid` for an unknown person, `NotAllowed`, or `Refused` for one who is there already.
    """
    require(can_manage_desks(by))
    person = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if person is None:
        raise Invalid("unknown_person", _("Nobody with this email has an account yet."), field="email")
    try:
        with transaction.atomic():
            grant_role(user=person, role=Role.HUB_OPERATOR, by=by, now=now)
            made = DeskOperator.objects.create(desk=desk, user=person, assigned_by=by, assigned_at=now)
            _note(desk, f"operator {person.pk} begins", by, now)
    except IntegrityError as error:
        raise Refused(
            "operator_already", _("This person works at the desk already."), field="email"
        ) from error
    return made


def end_operator(*, operator: DeskOperator, by: User, now: dt.datetime) -> None:
    """Let a person no longer work at a desk. Raises `NotAllowed` or `Refused`."""
    require(can_manage_desks(by))
    with transaction.atomic():
        ended = DeskOperator.objects.filter(pk=operator.pk, ended_at__isnull=True).update(
            ended_at=now, ended_by=by
        )
        if not ended:
            raise Refused("ended_already", _("This person no longer works at the desk."))
        _note(operator.desk, f"operator {operator.user_id} ends", by, now)
