"""What lay on our account before its first statement: said by one person, confirmed by another, booked as our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import record_birth
from payments import postings
from payments.bank.models import OpeningBalance
from payments.bank.permissions import can_decide_opening, can_propose_opening
from payments.bank.selectors.balance import first_statement, opening_missing
from payments.services import proposals

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User


def propose_opening(*, reason: str, by: User, now: dt.datetime) -> OpeningBalance:
    """Say that what lay on the account before the first statement is the platform's own money.

    Raises `Invalid` without a reason, `Refused` when there is nothing to book or it is proposed already.
    """
    require(can_propose_opening(by))
    words = proposals.clean_reason(reason)
    first, missing = first_statement(), opening_missing()
    if first is None or not missing:
        raise Refused("nothing_missing", _("The opening balance is in the books already, or it is zero."))
    try:
        with transaction.atomic():
            opening = OpeningBalance.objects.create(
                statement=first,
                account=first.account,
                amount_cents=missing,
                reason=words,
                **OpeningBalance.proposal(by, now),
            )
            record_birth(opening, now=now, by=by)
    except IntegrityError as error:
        raise Refused(
            "proposed_already", _("This is proposed already: another person confirms it.")
        ) from error
    return opening


def approve_opening(*, opening: OpeningBalance, by: User, now: dt.datetime) -> None:
    """Confirm it: it is booked. One whose first statement or amount has changed since is void (`Refused`)."""
    require(can_decide_opening(by, opening))
    first = first_statement()
    if first is None or first.pk != opening.statement_id or opening_missing() != opening.amount_cents:
        proposals.let_lapse(opening, why="the first statement has changed", now=now)
        raise proposals.lapsed()
    with transaction.atomic():
        proposals.approve(opening, by=by, now=now)
        postings.opening_balance(
            cents=opening.amount_cents, reference=f"{postings.OPENING}:{opening.pk}", now=now
        )


def reject_opening(*, opening: OpeningBalance, why: str, by: User, now: dt.datetime) -> None:
    """Say that it can't be confirmed, and why."""
    require(can_decide_opening(by, opening))
    with transaction.atomic():
        proposals.reject(opening, why=why, by=by, now=now)
