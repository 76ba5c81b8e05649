"""Our bank account: every line of a statement booked once, nothing booked without a line, and what is on its way."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from crowdfund.kit.clock import CIVIL
from payments import postings
from payments.bank.enums import LineStatus
from payments.bank.models import BankLine, ListItem
from payments.bank.selectors.balance import is_whole, known_cents, opening_balance, statements
from payments.bank.selectors.errors import awaiting_reversal
from payments.bank.selectors.transit import in_transit
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import debit_balance
from payments.reconciliation.enums import DifferenceKind, Family, Proposal
from payments.reconciliation.selectors.sides import LONG_AGO, Comparison, Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from payments.bank.models import BankStatement

LINE = "bank_line:"
OPENING = "opening"
BOOKED_SOON = dt.timedelta(days=3)
"""How many days after its booking a bank may take to show what we have booked."""
IN_TRANSIT_AT_MOST = dt.timedelta(days=10)
ERROR_AT_MOST = dt.timedelta(days=30)
"""How long our bank may take to undo an error of its own."""


@dataclasses.dataclass(slots=True)
class Account:
    """What the statements show and what is booked of one thing, in whole cents."""

    shown: int = 0
    booked: int = 0
    lines: int = 0
    newly: bool = False
    unexplained: bool = False
    booked_at: dt.datetime | None = None


def compare_bank(*, now: dt.datetime) -> Comparison:
    """Compare our statements with the postings on `cash:bank`; nothing while there is no account, or no statement.

    What is booked after the last statement's end, or a few days before it, is on its way.
    """
    newest = statements().filter(final=True).first() if settings.BANK_ACCOUNT_IBAN else None
    if newest is None:
        return Comparison([], 0, 0)
    sides = account_sides()
    differing = {root: one for root, one in sides.items() if one.shown != one.booked}
    flying = {root for root, one in differing.items() if _on_its_way(one, newest)}
    found = [_found(root, one) for root, one in sorted(differing.items()) if root not in flying]
    found += [*_broken(newest), *_late(now), *_not_undone(newest), *_stray_transit()]
    return Comparison(
        found, len(flying), sum(differing[root].shown - differing[root].booked for root in flying)
    )


def account_sides() -> dict[str, Account]:
    """Sum both sides by root: a refund, a payout, a line, an arrival that another room has booked."""
    sides: dict[str, Account] = {}
    for root, cents, status in _shown():
        one = sides.setdefault(root, Account())
        one.shown += cents
        one.lines += 1
        one.newly = one.newly or status == LineStatus.NEW
        one.unexplained = one.unexplained or status == LineStatus.UNEXPLAINED
    for root, cents, posted_at in _booked():
        one = sides.setdefault(root, Account())
        one.booked += cents
        one.booked_at = max(one.booked_at or LONG_AGO, posted_at)
    return sides


def _shown() -> Iterator[tuple[str, int, str]]:
    """Yield what each line is about: (root, cents, the line's status). A batch is about several things.

    What lay on the account before the first statement is the first movement: two people say that it was ours.
    """
    if opening := opening_balance():
        yield OPENING, opening, LineStatus.OURS
    items: dict[int, list[ListItem]] = {}
    for item in ListItem.objects.filter(Q(paid_by__isnull=False) | Q(came_back_by__isnull=False)):
        for line_id in (item.paid_by_id, item.came_back_by_id):
            if line_id is not None:
                items.setdefault(line_id, []).append(item)
    rows = BankLine.objects.filter(account=settings.BANK_ACCOUNT_IBAN).order_by()
    fields = rows.values_list("pk", "credit", "amount_cents", "status", "booked_as_id")
    for pk, credit, amount, status, booked_as in fields.iterator(chunk_size=5_000):
        left = amount if credit else -amount
        for item in items.get(pk, ()):
            part = item.amount_cents if credit else -item.amount_cents
            yield root_of_item(item), part, status
            left -= part
        if left:
            yield f"transfer:{booked_as}" if booked_as else f"{LINE}{pk}", left, status


def root_of_item(item: ListItem) -> str:
    """Name what a transfer of ours pays as the ledger does."""
    if item.refund_id:
        return f"refund:{item.refund_id}"
    return f"payout:{item.payout_id}" if item.payout_id else f"return:{item.line_id}"


def _booked() -> Iterator[tuple[str, int, dt.datetime]]:
    rows = LedgerTransfer.objects.filter(Q(debit=postings.BANK) | Q(credit=postings.BANK)).order_by()
    fields = rows.values_list(
        *("pk", "code", "reference", "debit_id", "amount_cents", "posted_at", "reverses_id"),
        *("reverses__reference", "reverses__bank_line__pk", "bank_line__pk"),
    )
    for pk, code, own, debit, cents, posted_at, undone, undone_name, undone_line, line in fields.iterator(
        chunk_size=5_000
    ):
        signed = cents if debit == postings.BANK else -cents
        arrival = f"transfer:{undone or pk}"  # a line names it, or will
        named = None if line or undone_line else _named(code, undone_name or own)
        yield named or arrival, signed, posted_at


def _named(code: str, reference: str) -> str | None:
    begins = reference.split(":")
    if code == "refund_paid" and reference.startswith(LINE):
        return f"return:{begins[1]}"
    if begins[0] == postings.OPENING:
        return OPENING
    if begins[0] in {"refund", "payout", "bank_line"}:
        return ":".join(begins[:2])
    return None


def _on_its_way(one: Account, newest: BankStatement) -> bool:
    if one.lines:
        return one.newly
    booked_on = (one.booked_at or LONG_AGO).astimezone(CIVIL).date()
    return newest.to_on < booked_on + BOOKED_SOON


def _found(root: str, one: Account) -> Found:
    kind = DifferenceKind.OTHER_AMOUNT if one.booked_at else DifferenceKind.NOT_BOOKED
    return Found(
        subject=f"bank:{root}",
        family=Family.BANK,
        root=root,
        source="",
        kind=kind if one.lines else DifferenceKind.NOT_MOVED,
        proposal=_proposal(root, one),
        moved_cents=one.shown,
        booked_cents=one.booked,
    )


def _proposal(root: str, one: Account) -> Proposal:
    if root == OPENING:
        return Proposal.OPENING
    return Proposal.PLACE_LINE if one.unexplained else Proposal.NONE


def _broken(newest: BankStatement) -> Iterator[Found]:
    if not is_whole(newest):
        known = known_cents(newest.to_on)
        yield _whole("balance:bank", Family.BALANCE, DifferenceKind.BALANCE, newest.closing_cents, known)


def _late(now: dt.datetime) -> Iterator[Found]:
    """Money that left Stripe or a desk long ago and has not arrived."""
    for sent in in_transit():
        if now - sent.posted_at > IN_TRANSIT_AT_MOST:
            yield Found(
                subject=f"transit:{sent.pk}",
                family=Family.TRANSIT,
                root=f"transfer:{sent.pk}",
                source=sent.reference,
                kind=DifferenceKind.NOT_ARRIVED,
                proposal=Proposal.NONE,
                moved_cents=0,
                booked_cents=sent.amount_cents,
            )


def _not_undone(newest: BankStatement) -> Iterator[Found]:
    """Errors that two people laid at the bank's door, and that it has not taken back for a month."""
    for line in awaiting_reversal().filter(booked_on__lt=newest.to_on - ERROR_AT_MOST):
        owed = line.amount_cents if not line.credit else -line.amount_cents
        yield Found(
            subject=f"bank_error:{line.pk}",
            family=Family.BANK,
            root=f"{LINE}{line.pk}",
            source=line.servicer_reference,
            kind=DifferenceKind.NOT_ARRIVED,
            proposal=Proposal.NONE,
            moved_cents=0,
            booked_cents=owed,
        )


def _stray_transit() -> Iterator[Found]:
    """The account of money on its way holds what is on its way, and nothing else."""
    there, known = debit_balance(postings.TRANSIT), sum(sent.amount_cents for sent in in_transit())
    if there != known:
        yield _whole("balance:transit", Family.BALANCE, DifferenceKind.BALANCE, known, there)


def _whole(subject: str, family: Family, kind: DifferenceKind, moved: int, booked: int) -> Found:
    return Found(subject, family, "", "", kind, Proposal.NONE, moved, booked)


def lines_of(root: str) -> list[BankLine]:
    """Return the lines behind a difference of the account, oldest first."""
    name, _colon, number = root.partition(":")
    if not number.isdigit():
        return []
    pk = int(number)
    by = {
        "bank_line": Q(pk=pk),
        "transfer": Q(booked_as=pk),
        "refund": Q(items_paid__refund=pk) | Q(item_that_came_back__refund=pk),
        "payout": Q(items_paid__payout=pk) | Q(item_that_came_back__payout=pk),
        "return": Q(items_paid__line=pk) | Q(item_that_came_back__line=pk),
    }
    wanted = by.get(name)
    return list(BankLine.objects.filter(wanted).distinct().order_by("booked_on", "pk")) if wanted else []


def bank_transfers_of(root: str) -> QuerySet[LedgerTransfer]:
    """Return the postings on `cash:bank` behind a difference of the account, oldest first."""
    at_bank = LedgerTransfer.objects.filter(Q(debit=postings.BANK) | Q(credit=postings.BANK)).order_by("pk")
    name, _colon, number = root.partition(":")
    if name == "transfer":
        return LedgerTransfer.objects.filter(Q(pk=number) | Q(reverses=number)).order_by("pk")
    if name == OPENING:
        return at_bank.filter(reference__startswith=f"{postings.OPENING}:")
    begins = f"{LINE}{number}:" if name == "return" else f"{root}:"
    named = Q(reference=root) | Q(reference__startswith=begins)
    undoing = Q(reverses__reference=root) | Q(reverses__reference__startswith=begins)
    return at_bank.filter(named | undoing)
