"""A call's book of draws and counts: held while it is written, and the numbers that backers have in it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F

from accounts.models import User
from payments.matching.models import CallBacker, MatchBook

if TYPE_CHECKING:
    from payments.models import Pledge

NUMBERS = 10**15
"""Numbers of backers are below this: JSON readers keep them exact."""


def hold_book(call_id: int, *, numbers: int = 0) -> int:
    """Hold a call's book until the transaction ends, use so many numbers of it, and return the last one used.

    Last in its transaction, after campaign, pledge and reward and before the pots: the row is hot.
    """
    table = connection.ops.quote_name(MatchBook._meta.db_table)  # noqa: SLF001 - the table's name, nothing else
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS book (call_id, last_seq) VALUES (%s, %s) ON CONFLICT (call_id) "  # noqa: S608
            "DO UPDATE SET last_seq = book.last_seq + excluded.last_seq RETURNING last_seq",
            [call_id, numbers],
        )
        (seq,) = cursor.fetchone()
    return int(seq)


def use_numbers(call_id: int, more: int) -> None:
    """Note that `more` numbers of a book that is held were used."""
    MatchBook.objects.filter(call=call_id).update(last_seq=F("last_seq") + more)


def backer_of(call_id: int, pledge: Pledge) -> CallBacker:
    """Return who a pledge's backer is within a call, with a number of their own. The book is held.

    An account is one backer whatever its pledges; a guest is known by their email, and by the account that has it. Who
    gives cash without an email is known by the name on the receipt; those without a name can't be told apart, and are
    one.
    """
    user_id = pledge.backer_id
    if not user_id and pledge.email:
        user_id = User.objects.filter(email=pledge.email).values_list("pk", flat=True).first()
    guest = f"e:{pledge.email}" if pledge.email else f"n:{pledge.name.lower()}"
    who = f"u:{user_id}" if user_id else guest
    there = CallBacker.objects.filter(call=call_id)
    found = there.filter(who=who).first()
    if found is None and user_id and pledge.email and (found := there.filter(who=guest).first()):
        found.who = who  # the guest has an account now
        found.save(update_fields=["who"])
    return found or CallBacker.objects.create(call_id=call_id, number=secrets.randbelow(NUMBERS), who=who)
