"""Lines that nobody could place go back to whoever sent them: after a month, or when an officer says so."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.permissions import require
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.bank.enums import LINE_TRANSITIONS, LIVE_ITEMS, LineStatus, MatchStatus
from payments.bank.locks import lock_line
from payments.bank.models import BankLine, LineMatch
from payments.bank.permissions import can_work_on_lines
from payments.bank.services.checks import check_account
from payments.bank.services.lines import name_of

if TYPE_CHECKING:
    from accounts.models import User

PROPOSED = LineMatch.objects.filter(line=OuterRef("pk"), status=MatchStatus.PROPOSED)


def return_unplaced() -> int:
    """Owe back what nobody could place for `BANK_RETURN_DAYS` after its booking (the drain `bank.returns`).

    A line that somebody has proposed a match for waits for its decision.
    """
    now = clock.now()
    last = now.astimezone(clock.CIVIL).date() - dt.timedelta(days=settings.BANK_RETURN_DAYS)
    old = BankLine.objects.filter(status=LineStatus.UNMATCHED, booked_on__lte=last).exclude(Exists(PROPOSED))
    return jobs.each(list(old.order_by("pk")[:200]), partial(_time_is_over, now=now))


def _time_is_over(line: BankLine, now: dt.datetime) -> None:
    with transaction.atomic():
        locked = lock_line(line.pk)
        if locked.status == LineStatus.UNMATCHED and not _has_proposal(locked):
            _owe_back(locked, why=f"after {settings.BANK_RETURN_DAYS} days", by=None, now=now)


def _has_proposal(line: BankLine) -> bool:
    return LineMatch.objects.filter(line=line, status=MatchStatus.PROPOSED).exists()


def _owe_back(line: BankLine, *, why: str, by: User | None, now: dt.datetime) -> None:
    postings.bank_return_due(cents=line.amount_cents, reference=name_of(line), now=now)
    advance(line, LineStatus.TO_RETURN, table=LINE_TRANSITIONS, now=now, by=by, why=why)


def return_line(*, line: BankLine, why: str, by: User, now: dt.datetime) -> None:
    """Owe a line back now that nobody can place. For officers; the list that returns it takes two people."""
    require(can_work_on_lines(by))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    with transaction.atomic():
        locked = lock_line(line.pk)
        if locked.status != LineStatus.UNMATCHED or _has_proposal(locked):
            raise Refused("line_placed", _("This line has found its place, or a match waits for a decision."))
        _owe_back(locked, why=why.strip()[:200], by=by, now=now)


def set_return_account(*, line: BankLine, iban: str, holder: str, by: User, now: dt.datetime) -> None:
    """Say where a line goes back to when the bank did not, or its bank refused it. For officers.

    Raises `Invalid` for a wrong account, `Refused` when the line does not go back or is on a list already.
    """
    require(can_work_on_lines(by))
    iban, holder = check_account(iban, holder)
    with transaction.atomic():
        locked = lock_line(line.pk)
        if locked.status not in {LineStatus.UNMATCHED, LineStatus.TO_RETURN}:
            raise Refused("line_placed", _("This line does not go back."))
        if locked.list_items.filter(status__in=LIVE_ITEMS).exists():
            raise Refused("on_a_list", _("This line is on a list: reject the list first."))
        locked.return_iban, locked.return_holder = iban, holder
        locked.save(update_fields=["return_iban", "return_holder"])
        locked.events.create(
            at=now,
            from_status=locked.status,
            to_status=locked.status,
            why="another account for its return",
            by=by,
        )
