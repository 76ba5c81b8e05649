"""Documents in words, in the reader's language: everything a receipt says, on the page and on paper alike."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.templatetags.ui import day
from crowdfund.kit.money import format_euro
from crowdfund.kit.tables import write_row
from payments.enums import Channel, Method
from payments.receipts.enums import CorrectionReason, ReceiptKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from payments.receipts.models import Receipt


@dataclasses.dataclass(frozen=True)
class Fact:
    """A line of a document."""

    label: str
    value: str


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A document as it is shown: title, what it declares, its facts, what must be said beside it."""

    receipt: Receipt
    title: str
    declares: list[str]
    facts: list[Fact]
    notes: list[str]


def _euro(cents: int) -> str:
    return format_euro(cents, get_language() or "it")


def address(name: str, receipt: Receipt, token: str = "") -> str:
    """Give the address of a document's `receipt`, `receipt_pdf` or `receipt_proof`, by the link it was opened with."""
    if token:
        return reverse(f"{name}_by_link", args=[token, receipt.public_id])
    return reverse(name, args=[receipt.public_id])


def title_of(receipt: Receipt) -> str:
    """Name a document: what it is and its number."""
    titles = {
        ReceiptKind.RECEIPT: _("Receipt for a gift no. %(number)s"),
        ReceiptKind.CONFIRMATION: _("Payment confirmation no. %(number)s"),
        ReceiptKind.CORRECTION: _("Correction no. %(number)s"),
    }
    return titles[ReceiptKind(receipt.kind)] % {"number": receipt.label}


def means_of(receipt: Receipt) -> str:
    """Say how the money came: with the last digits of a card or an IBAN where they are known."""
    if receipt.channel == Channel.CASH:
        return _("Cash")
    if receipt.channel == Channel.BANK:
        return _("Bank transfer")
    name = _("Direct debit (SEPA)") if receipt.method == Method.SEPA_DEBIT else _("Card")
    known = [name, receipt.card_brand.capitalize() if receipt.method != Method.SEPA_DEBIT else ""]
    digits = f"•••• {receipt.card_last4}" if receipt.card_last4 else ""
    return " ".join(part for part in (*known, digits) if part)


def sheet_of(receipt: Receipt) -> Sheet:
    """Write a document out."""
    return Sheet(
        receipt=receipt,
        title=title_of(receipt),
        declares=_DECLARES[ReceiptKind(receipt.kind)](receipt),
        facts=_facts(receipt),
        notes=_notes(receipt),
    )


def _declares_gift(receipt: Receipt) -> list[str]:
    if receipt.reward_value_cents is None:
        return [
            _("The organisation received this sum as a gift, without consideration (senza corrispettivo).")
        ]
    names = {"reward": receipt.reward_title, "value": _euro(receipt.reward_value_cents)}
    return [
        _(
            "The organisation received this as a gift, beyond the %(value)s that the reward “%(reward)s” is worth."
        )
        % names
    ]


def _declares_payment(receipt: Receipt) -> list[str]:
    names = {"reward": receipt.reward_title, "value": _euro(receipt.reward_value_cents or 0)}
    return [
        _(
            "The organisation received this as payment for the reward “%(reward)s”, whose declared value is %(value)s."
        )
        % names,
        _("This part is no gift: it gives no right to a tax benefit. It does not replace an invoice."),
    ]


def _declares_correction(receipt: Receipt) -> list[str]:
    voided = receipt.corrects
    assert voided  # noqa: S101 - the database holds it
    names = {"title": title_of(voided), "day": day(voided.issued_on)}
    return [
        _("This document voids: %(title)s of %(day)s.") % names,
        str(_REASONS[CorrectionReason(receipt.reason)]),
    ]


_REASONS = {
    CorrectionReason.REFUND: gettext_lazy(
        "The money was given back, whole or in part. What remains, if anything, has a document of its own."
    ),
    CorrectionReason.DISPUTE: gettext_lazy("The backer's bank took the money back."),
    CorrectionReason.DETAILS: gettext_lazy(
        "The details of who gave were put right: a new document takes its place."
    ),
}
_DECLARES = {
    ReceiptKind.RECEIPT: _declares_gift,
    ReceiptKind.CONFIRMATION: _declares_payment,
    ReceiptKind.CORRECTION: _declares_correction,
}


def _facts(receipt: Receipt) -> list[Fact]:
    rows = [
        (_("Received by"), receipt.beneficiary_name),
        (_("Codice fiscale of the organisation"), receipt.beneficiary_tax_code),
        (_("Given by"), receipt.donor.name or _nameless(receipt)),
        (_("Codice fiscale of who gave"), receipt.donor.tax_code),
        (_("Address"), receipt.donor.address),
        (_("Amount"), _euro(receipt.amount_cents)),
        (_("Received on"), day(receipt.paid_on)),
        (_("By what means"), means_of(receipt)),
        (_("For the project"), receipt.purpose),
        (_("Under the call"), receipt.call_title),
        (_("Issued on"), day(receipt.issued_on)),
        (
            _("Movement in the ledger"),
            _("no. %(number)d") % {"number": receipt.transfer_id} if receipt.transfer_id else "",
        ),
    ]
    return [Fact(label, value) for label, value in rows if value]


def _nameless(receipt: Receipt) -> str:
    return (
        _("Removed at the end of its term") if receipt.donor.forgotten_at else _("A backer who gave no name")
    )


def _notes(receipt: Receipt) -> list[str]:
    """Say what touches tax: nothing is promised, and of cash that there is no benefit."""
    if receipt.kind == ReceiptKind.CORRECTION:
        return []
    if receipt.is_cash:
        return [_("Paid in cash, not traceable: no tax benefit.")]
    if receipt.kind == ReceiptKind.CONFIRMATION or receipt.text:
        return []
    return [
        _(
            "Whether a gift lowers your tax depends on the organisation and on you: this receipt promises nothing."
        )
    ]


# A year of a backer's


@dataclasses.dataclass(frozen=True)
class YearSummary:
    """What a backer gave in a calendar year, by the day the money came, over all organisations; void ones left out."""

    year: int
    receipts: list[Receipt]
    gifts_cents: int
    cash_cents: int
    payments_cents: int


def summary_of_year(year: int, receipts: Iterable[Receipt]) -> YearSummary:
    """Add up the documents of a year that stand: traceable gifts, gifts in cash, payments for rewards."""
    standing = list(receipts)

    def total(**wanted: Any) -> int:
        return sum(
            receipt.amount_cents
            for receipt in standing
            if all(getattr(receipt, name) == value for name, value in wanted.items())
        )

    return YearSummary(
        year=year,
        receipts=standing,
        gifts_cents=total(kind=ReceiptKind.RECEIPT, is_cash=False),
        cash_cents=total(kind=ReceiptKind.RECEIPT, is_cash=True),
        payments_cents=total(kind=ReceiptKind.CONFIRMATION),
    )


# A year of an organisation's

COLUMNS = (
    "number", "issued_on", "kind", "corrects", "reason", "amount_cents", "paid_on", "channel", "method", "donor_name",
    "donor_tax_code", "donor_address", "project", "call", "reward", "reward_value_cents", "ledger_transfer", "void",
)  # fmt: skip


def export_rows(receipts: Iterable[Receipt]) -> Iterator[str]:
    """Yield an organisation's documents as CSV lines, the header first. Amounts in whole cents."""
    yield write_row(COLUMNS)
    for row in receipts:
        yield write_row(
            (
                row.label, row.issued_on.isoformat(), row.kind, row.corrects.label if row.corrects else "", row.reason,
                row.amount_cents, row.paid_on.isoformat(), row.channel, row.method, row.donor.name, row.donor.tax_code,
                row.donor.address, row.purpose, row.call_title, row.reward_title, row.reward_value_cents,
                row.transfer_id, "yes" if row.is_void else "no",
            )
        )  # fmt: skip
