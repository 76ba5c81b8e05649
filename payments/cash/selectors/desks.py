"""What pages, desks and the API read of cash: tills are sums of the ledger, days are civil days."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.permissions import has_role, is_person
from campaigns.enums import CampaignStatus
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.desk import Task
from payments import postings
from payments.cash.enums import ClosingStatus, ReceiptKind
from payments.cash.models import CashDesk, DeskClosing, DeskOperator, DeskReceipt
from payments.cash.permissions import can_confirm_banked, can_countersign, can_see_desks, can_send
from payments.enums import Channel, PledgeStatus, RefundStatus
from payments.ledger.selectors import balances, debit_balance
from payments.models import Refund

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import User
    from accounts.permissions import Visitor
    from payments.models import Pledge

SHORTEST_SEARCH = 3
FOUND_AT_MOST = 20
OPEN_CLOSINGS = (ClosingStatus.COUNTED, ClosingStatus.SIGNED, ClosingStatus.SENT)


@dataclasses.dataclass(frozen=True)
class Till:
    """A desk's till now, in whole cents; `closing` is today's, `late` the days before today that nobody has closed."""

    cents: int
    received_cents: int
    returned_cents: int
    receipts: list[DeskReceipt]
    closing: DeskClosing | None
    waiting: list[DeskClosing]
    late: dt.date | None


def desks_at_work(user: Visitor | None) -> list[CashDesk]:
    """Return the desks this person works at."""
    if not is_person(user) or not has_role(user, Role.HUB_OPERATOR):
        return []
    return list(CashDesk.objects.filter(operators__user=user, operators__ended_at__isnull=True))


def public_desks() -> QuerySet[CashDesk]:
    """Return the open desks, for everybody."""
    return CashDesk.objects.filter(status="open").select_related("neighbourhood")


def receipts_not_closed(desk: CashDesk) -> QuerySet[DeskReceipt]:
    """Return the receipts of a desk after its last closing, oldest first."""
    last = (
        desk.closings.exclude(status=ClosingStatus.REJECTED)
        .filter(last_receipt__isnull=False)
        .values_list("last_receipt_id", flat=True)
        .first()
    )
    found = DeskReceipt.objects.filter(desk=desk).order_by("id")
    return found.filter(pk__gt=last) if last else found


def till_of(desk: CashDesk, now: dt.datetime) -> Till:
    """Read a desk's till (five queries)."""
    today = now.astimezone(CIVIL).date()
    receipts = list(DeskReceipt.objects.filter(desk=desk, issued_on=today).order_by("-id"))
    closings = list(desk.closings.filter(Q(day=today) | Q(status__in=OPEN_CLOSINGS)).select_related("desk"))
    oldest = receipts_not_closed(desk).filter(issued_on__lt=today).first()

    def total(kind: ReceiptKind) -> int:
        return sum(receipt.amount_cents for receipt in receipts if receipt.kind == kind)

    return Till(
        cents=debit_balance(postings.desk(desk.pk)),
        received_cents=total(ReceiptKind.RECEIVED) - total(ReceiptKind.CANCELLED),
        returned_cents=total(ReceiptKind.RETURNED),
        receipts=receipts,
        closing=next((row for row in closings if row.day == today and row.status != "rejected"), None),
        waiting=[row for row in closings if row.status in OPEN_CLOSINGS],
        late=oldest.issued_on if oldest else None,
    )


def last_campaign_of(desk: CashDesk) -> str:
    """Return the slug of the campaign that cash was last taken for at a desk, while it is live; empty otherwise."""
    last = desk.receipts.filter(kind=ReceiptKind.RECEIVED).select_related("pledge__campaign").last()
    campaign = last.pledge.campaign if last else None
    return campaign.slug if campaign and campaign.status == "live" else ""


def receipt_rows() -> QuerySet[DeskReceipt]:
    """Return receipts with what a page shows of them."""
    return DeskReceipt.objects.select_related(
        "desk", "pledge__campaign__project", "pledge__reward", "cancels", "refund", "cancelled_by"
    )


def may_be_withdrawn(pledge: Pledge, now: dt.datetime) -> bool:
    """Say whether a donor may still take their cash back. The campaign must be loaded."""
    campaign = pledge.campaign
    live = (
        campaign.status == CampaignStatus.LIVE and campaign.deadline is not None and now < campaign.deadline
    )
    return live and pledge.status == PledgeStatus.RECEIVED


def closing_rows() -> QuerySet[DeskClosing]:
    """Return closings with what a page shows of them, newest first."""
    return DeskClosing.objects.select_related("desk", "proposed_by", "decided_by")


def returns_waiting() -> QuerySet[Refund]:
    """Return the cash that is owed to donors and has not been handed back, oldest first."""
    receipts = DeskReceipt.objects.filter(kind=ReceiptKind.RECEIVED).select_related("desk")
    return (
        Refund.objects.filter(channel=Channel.CASH, status__in=[RefundStatus.CREATED, RefundStatus.FAILED])
        .select_related("pledge__campaign__project", "return_by_transfer")
        .prefetch_related(Prefetch("pledge__desk_receipts", queryset=receipts, to_attr="cash_receipts"))
        .order_by("created_at", "pk")
    )


def find_returns(text: str) -> list[Refund]:
    """Find cash that is owed by the receipt's number (`3/2026/17` or `17`) or a part of the donor's name.

    Nothing for less than a number or three letters: nobody browses who is owed what.
    """
    wanted = " ".join(text.split())
    number = _number_in(wanted)
    if number:
        return list(returns_waiting().filter(number)[:FOUND_AT_MOST])
    if len(wanted) < SHORTEST_SEARCH:
        return []
    return list(returns_waiting().filter(pledge__name__icontains=wanted)[:FOUND_AT_MOST])


def _number_in(text: str) -> Q | None:
    parts = text.split("/")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):  # noqa: PLR2004 - an integer
        return None
    of = "pledge__desk_receipts__"
    if len(parts) == 1:
        return Q(**{f"{of}number": int(parts[0]), f"{of}kind": ReceiptKind.RECEIVED})
    if len(parts) == 3:  # noqa: PLR2004 - desk, year, number
        names = ("desk_id", "year", "number")
        exact = {f"{of}{name}": int(part) for name, part in zip(names, parts, strict=True)}
        return Q(**exact, **{f"{of}kind": ReceiptKind.RECEIVED})
    return None


@dataclasses.dataclass(frozen=True)
class DeskLine:
    """A desk in the officer's list, with its till in whole cents."""

    desk: CashDesk
    cents: int
    people: list[DeskOperator]


def desk_lines() -> list[DeskLine]:
    """Return every desk with its till and its people (three queries)."""
    at_work = DeskOperator.objects.filter(ended_at__isnull=True).select_related("user")
    desks = CashDesk.objects.select_related("neighbourhood").prefetch_related(
        Prefetch("operators", queryset=at_work, to_attr="people")
    )
    tills = balances("cash:desk:")
    return [DeskLine(desk, tills.get(postings.desk(desk.pk), 0), desk.people) for desk in desks]


def missing_numbers(desk: CashDesk, year: int) -> list[int]:
    """Return the numbers that a desk's receipts skip in a year: none, ever."""
    there = set(desk.receipts.filter(year=year).values_list("number", flat=True))
    return sorted(set(range(1, max(there, default=0) + 1)) - there)


def next_steps(closing: DeskClosing, user: Visitor | None) -> list[str]:
    """Say what this person can do with a closing now: `countersign`, `send`, `bank`, or nothing."""
    steps = {
        ClosingStatus.COUNTED: ("countersign", can_countersign),
        ClosingStatus.SIGNED: ("send", can_send),
        ClosingStatus.SENT: ("bank", can_confirm_banked),
    }
    step, may = steps.get(ClosingStatus(closing.status), ("", None))
    return [step] if may and may(user, closing) and (step != "send" or closing.counted_cents) else []


def closing_tasks(user: Visitor | None, closings: Iterable[DeskClosing]) -> list[Task]:
    """List what this person can do with these closings."""
    words = {
        "countersign": _("Countersign a cash desk's closing"),
        "send": _("Take a closing's cash to the bank"),
        "bank": _("Confirm that cash arrived at the bank"),
    }
    return [
        Task(words[step], f"{row.desk}, {row.day:%d/%m/%Y}", reverse("cash_closing", args=[row.pk]))
        for row in closings
        for step in next_steps(row, user)
    ]


def officer_tasks(user: User, now: dt.datetime) -> list[Task]:
    """List the closings that wait for this officer, and the desks that did not close their day."""
    if not can_see_desks(user):
        return []
    tasks = closing_tasks(user, closing_rows().filter(status__in=OPEN_CLOSINGS))
    return tasks + [
        Task(_("A cash desk has not closed its day"), desk.name, reverse("cash_desk_officer", args=[desk.pk]))
        for desk in desks_not_closed(now)
    ]


def desks_not_closed(now: dt.datetime) -> QuerySet[CashDesk]:
    """Return the desks with receipts of an earlier day that no closing covers."""
    closed = DeskClosing.objects.filter(desk=OuterRef("desk"), last_receipt__isnull=False)
    covered = closed.exclude(status=ClosingStatus.REJECTED).values("last_receipt_id")[:1]
    left = DeskReceipt.objects.filter(issued_on__lt=now.astimezone(CIVIL).date())
    return CashDesk.objects.filter(pk__in=left.filter(pk__gt=Coalesce(Subquery(covered), 0)).values("desk"))
