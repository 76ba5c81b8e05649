"""Backers, officers and a bank, as tests of transfers need them."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from accounts.enums import Role
from accounts.models import User
from campaigns.models import Campaign
from payments.bank.models import BankLine, CreditList
from payments.bank.services import excess, placing, returns
from payments.bank.services.consents import TRANSFER_VERSION
from payments.bank.services.importing import Imported, import_statement
from payments.bank.services.lists import approve_list, draft_list, export_list, propose_list
from payments.bank.services.pledges import place_transfer_pledge
from payments.models import Pledge
from tests import world
from tests.payments.bank_files.writing import ADA, Move, statement
from tests.world import NOW

TODAY = NOW.date()
DEADLINE = NOW + dt.timedelta(days=59)
LAST_DAY = DEADLINE.date()
_n = itertools.count(1)


def promise(campaign: Campaign, **fields: Any) -> Pledge:
    """Promise a transfer of € 25 as a guest, unless told otherwise."""
    return place_transfer_pledge(
        campaign=campaign,
        **{
            "amount_cents": 2_500,
            "email": "ada@example.org",
            "iban": ADA,
            "holder": "Ada Lovelace",
            "language": "it",
            "consent_version": TRANSFER_VERSION,
            "by": None,
            "now": NOW,
        }
        | fields,
    )


def officer() -> User:
    return User.objects.filter(grants__role=Role.OFFICER).order_by("pk").first() or world.staff(Role.OFFICER)


def approver() -> User:
    return User.objects.filter(grants__role=Role.APPROVER).order_by("pk").first() or world.staff(
        Role.APPROVER, name="Aldo"
    )


def paid(pledge: Pledge, cents: int | None = None, **fields: Any) -> Move:
    """The transfer of a pledge as the bank books it."""
    return Move(
        **{
            "cents": pledge.promised_cents if cents is None else cents,
            "on": TODAY,
            "rf": pledge.transfer.reference,
            "ref": f"B{next(_n)}",
        }
        | fields
    )


def bring(*moves: Move, now: dt.datetime = NOW, **more: Any) -> Imported:
    """Import a statement with these movements; it begins where the last one ended."""
    from payments.bank.selectors.balance import statements

    last = statements().order_by("pk").last()
    opening = last.closing_cents if last else 0
    days = [move.on for move in moves] or [now.date()]
    given = {"from_on": min(days), "to_on": max(days), "opening": opening} | more
    content = statement(moves, **given)
    return import_statement(content=content, file_name="estratto.xml", by=officer(), now=now)


def line(**fields: Any) -> BankLine:
    """The one line of these."""
    return BankLine.objects.get(**fields)


def a_list(*, now: dt.datetime = NOW, sent: bool = True) -> CreditList:
    """Put all that is due on a list and carry it to the bank (or only have it approved)."""
    made = draft_list(by=officer(), now=now)
    propose_list(transfers=made, by=officer(), now=now)
    made.refresh_from_db()
    approve_list(transfers=made, by=approver(), now=now)
    made.refresh_from_db()
    if sent:
        export_list(transfers=made, by=officer(), now=now)
        made.refresh_from_db()
    return made


def drains() -> int:
    """Run the bank's drains once."""
    return placing.place_new_lines() + excess.settle_excesses() + returns.return_unplaced()
