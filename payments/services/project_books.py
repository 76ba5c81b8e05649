"""The money this service pays to projects, as their monthly accounts book it: read out of the ledger, never typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Q

from campaigns.enums import IncomeKind
from campaigns.models import Campaign
from campaigns.sustainability.models import BOOKED_KINDS, Books
from campaigns.sustainability.selectors.booked import booked_cents, months_unlike
from campaigns.sustainability.services import Flow, book_money
from crowdfund.kit import clock
from crowdfund.kit.clock import CIVIL
from payments import postings
from payments.enums import Channel
from payments.ledger.enums import Book
from payments.ledger.models import LedgerTransfer
from payments.matching.enums import FundKind
from payments.matching.models import MatchFund, Reservation
from payments.models import Payout, Receivable, ReceivableClosing, TransferReversal
from payments.services.payout import reference_of

if TYPE_CHECKING:
    import datetime as dt

PAID: Final = {"payout_executed": 1, "match_disbursed": 1}
BACK: Final = {"match_returned": -1, "transfer_reversed": -1, "receivable_paid": -1}
SIGNS: Final = PAID | BACK
"""The events that move money between us and a project's team, and which way it goes. A debt moves none until paid."""


def follow_transfer(*, transfer: LedgerTransfer) -> None:
    """Book a transfer of the ledger in the accounts of the project it concerns, if it concerns one.

    Called inside the transaction of the deed, which holds its locks; the project's books are locked after them.
    """
    flow = flow_of(transfer)
    if flow is not None:
        book_money(flow, now=transfer.posted_at)


def follow_all(*, books: Books, now: dt.datetime) -> int:
    """Book every transfer that is not booked yet, oldest first; return how many rows were made."""
    return sum(len(book_money(flow, now=now)) for flow in flows_of(books.project_id))


def repair_books() -> int:
    """Book what is missing in the accounts of every project; return how many rows were made."""
    return sum(follow_all(books=books, now=clock.now()) for books in Books.objects.order_by("pk"))


def books_that_disagree() -> list[str]:
    """Name every project and kind of which the ledger, the booked rows and the months' columns don't say the same."""
    wrong = []
    for books in Books.objects.select_related("project").order_by("pk"):
        paid: dict[str, int] = dict.fromkeys(BOOKED_KINDS, 0)
        for flow in flows_of(books.project_id):
            paid[flow.kind] += flow.cents
        for kind, cents in paid.items():
            rows = booked_cents(books, kind)
            if rows != cents:
                wrong.append(f"{books.project.slug}: {kind}: ledger {cents}, booked {rows}")
        wrong += [f"{books.project.slug}: {month:%Y-%m}: not the sum" for month in months_unlike(books)]
    return wrong


def flows_of(project_id: int) -> list[Flow]:
    """Read out of the ledger all that was paid to a project and went back, oldest first."""
    accounts: list[str] = []
    for campaign_id in Campaign.objects.filter(project=project_id).values_list("pk", flat=True):
        accounts += [postings.payable(campaign_id), postings.held(campaign_id, Channel.CARD)]
        for fund_id in Reservation.objects.filter(campaign=campaign_id).values_list("fund_id", flat=True):
            accounts.append(postings.disbursed(f"f{fund_id}", campaign_id))
    debts = Receivable.objects.filter(campaign__project=project_id)
    closings = ReceivableClosing.objects.filter(receivable__in=debts).values_list("pk", flat=True)
    found = LedgerTransfer.objects.filter(
        Q(debit__in=accounts)
        | Q(credit__in=accounts)
        | Q(reference__in=[f"receivable_closing:{pk}" for pk in closings]),
        code__in=SIGNS,
    )
    flows = [flow_of(transfer) for transfer in found.select_related("reverses").order_by("pk")]
    return [flow for flow in flows if flow is not None]


def flow_of(transfer: LedgerTransfer) -> Flow | None:
    """Say what a transfer means for a project's accounts; None when nothing."""
    first = transfer.reverses or transfer
    if first.code not in SIGNS or (first.code == "match_returned" and first.book != Book.BUDGET):
        return None
    found = _kind_and_campaign(first)
    project_id = found and Campaign.objects.filter(pk=found[1]).values_list("project_id", flat=True).first()
    if not found or not project_id:
        return None
    way = SIGNS[first.code] if transfer is first else -SIGNS[first.code]
    return Flow(
        project_id=project_id,
        kind=found[0],
        cents=way * transfer.amount_cents,
        on=_day(transfer),
        reference=_name(transfer.pk),
        undoes=_name(first.pk) if transfer is not first else _undone(first),
    )


def _name(transfer_id: int) -> str:
    return f"ledger:{transfer_id}"


def _kind_and_campaign(first: LedgerTransfer) -> tuple[str, int] | None:
    """Say of which kind the money is, and to which campaign it was paid. A sponsor's is told by its pot alone."""
    if first.code == "receivable_paid":
        closing = ReceivableClosing.objects.filter(pk=_number(first)).select_related("receivable").first()
        return (IncomeKind.DONATIONS, closing.receivable.campaign_id) if closing else None
    if first.code == "payout_executed":
        _payable, campaign, *sponsors = first.debit_id.split(":")
        return None if sponsors else (IncomeKind.DONATIONS, int(campaign))
    if first.code == "transfer_reversed":
        return IncomeKind.DONATIONS, int(first.credit_id.split(":")[1])
    account = first.debit_id if first.code == "match_disbursed" else first.credit_id
    fund = MatchFund.objects.get(pk=postings.fund_in(account))
    kind = IncomeKind.PRIVATE_GRANTS if fund.kind == FundKind.SPONSOR else IncomeKind.PUBLIC_GRANTS
    return kind, _last(account)


def _last(account: str) -> int:
    return int(account.rsplit(":", 1)[1])


def _number(first: LedgerTransfer) -> int:
    """Read the row's number out of a reference, like `payout:7:2`; 0 where there is none."""
    part = [*first.reference.split(":"), ""][1]
    return int(part) if part.isdecimal() else 0


def _payout(first: LedgerTransfer) -> Payout | None:
    if not first.reference.startswith("payout:"):
        return None
    return Payout.objects.filter(pk=_number(first)).select_related("disbursement").first()


def _day(transfer: LedgerTransfer) -> dt.date:
    """Return the civil day the money moved: that of the treasurer's receipt, or when it was booked."""
    payout = _payout(transfer) if transfer.code == "match_disbursed" else None
    return (payout and payout.receipt_on) or transfer.posted_at.astimezone(CIVIL).date()


def _undone(first: LedgerTransfer) -> str:
    """Name the payout that a reversed transfer takes back."""
    if first.code != "transfer_reversed":
        return ""
    reversal = TransferReversal.objects.filter(pk=_number(first)).select_related("payout").first()
    paid = reversal and LedgerTransfer.objects.filter(
        code="payout_executed", reference=reference_of(reversal.payout), reverses__isnull=True
    )
    row = paid.first() if paid else None
    return _name(row.pk) if row else ""
