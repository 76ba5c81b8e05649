"""What has to leave our account, and to whom, as it stands now: refunds, lines nobody could place, payouts."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from stdnum import iban as iban_number

from payments.bank.enums import LIVE_ITEMS, LineStatus
from payments.bank.formula.pain import sepa_text
from payments.bank.models import BankLine, ListItem
from payments.bank.models.transfers import LONGEST_HOLDER
from payments.enums import Channel, PayoutKind, PayoutStatus, RefundStatus
from payments.models import Payout, Refund
from payments.selectors.payees import same_payee
from payments.services.credit import why_not_yet

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet

UNSENT_REFUNDS = (RefundStatus.CREATED, RefundStatus.FAILED)
OF_A_REFUND = ("pledge__transfer", "pledge__campaign__project", "return_by_transfer")
UNSENT_PAYOUTS = (PayoutStatus.CREATED,)  # one that failed waits for an officer to try it again


@dataclasses.dataclass(frozen=True)
class Due:
    """Money to leave: whole cents to a name and an IBAN, and the row it comes from (one of three)."""

    cents: int
    name: str
    iban: str
    text: str
    refund: Refund | None = None
    line: BankLine | None = None
    payout: Payout | None = None

    @property
    def payable(self) -> bool:
        """Whether a bank would take it: a name in its letters and an account with right check digits."""
        return bool(sepa_text(self.name, LONGEST_HOLDER)) and iban_number.is_valid(self.iban)

    @property
    def source(self) -> dict[str, Refund | BankLine | Payout | None]:
        """The row it comes from, by its field on a list."""
        return {"refund": self.refund, "line": self.line, "payout": self.payout}


def everything_due(now: dt.datetime) -> Iterator[Due]:
    """Yield all that is due and on no list: refunds, then lines to return, then payouts, each oldest first.

    What can't leave now (an account is missing, a payee changed, a payout is frozen) is among it, without an account.
    """
    yield from map(_of_refund, unlisted_refunds())
    yield from map(_of_line, _unlisted(BankLine.objects.filter(status=LineStatus.TO_RETURN), "line"))
    for payout in unlisted_payouts():
        due = _of_payout(payout)
        yield dataclasses.replace(due, iban="") if why_not_yet(payout, now) else due


def _unlisted(rows: QuerySet[BankLine], name: str) -> QuerySet[BankLine]:
    return rows.exclude(Exists(_live(name))).order_by("pk")


def _live(name: str) -> QuerySet[ListItem]:
    return ListItem.objects.filter(**{name: OuterRef("pk")}, status__in=LIVE_ITEMS)


def unlisted_refunds() -> QuerySet[Refund]:
    """Return the refunds that leave by bank transfer and are on no list: cash too, where its donor asked for it."""
    asked_for = Q(channel=Channel.CASH, return_by_transfer__isnull=False)
    rows = Refund.objects.filter(Q(channel=Channel.BANK) | asked_for, status__in=UNSENT_REFUNDS)
    return rows.exclude(Exists(_live("refund"))).select_related(*OF_A_REFUND).order_by("pk")


def unlisted_payouts() -> QuerySet[Payout]:
    """Return the payouts that leave by bank transfer and are on no list."""
    rows = Payout.objects.filter(kind=PayoutKind.CREDIT_TRANSFER, status__in=UNSENT_PAYOUTS)
    return (
        rows.exclude(Exists(_live("payout")))
        .select_related("disbursement__campaign__project__organisation")
        .order_by("pk")
    )


def as_it_stands(item: ListItem) -> Due | None:
    """Say what an item's source is due now; None when it is due nothing, or its payee has changed."""
    if item.refund_id:
        refund = Refund.objects.select_related(*OF_A_REFUND).get(pk=item.refund_id)
        return _of_refund(refund) if refund.status in UNSENT_REFUNDS else None
    if item.line_id:
        line = BankLine.objects.get(pk=item.line_id)
        return _of_line(line) if line.status == LineStatus.TO_RETURN else None
    payouts = Payout.objects.select_related("disbursement__campaign__project__organisation")
    payout = payouts.get(list_items=item)
    due = _of_payout(payout) if payout.status in UNSENT_PAYOUTS else None
    return due if due and due.iban else None


def _of_refund(refund: Refund) -> Due:
    text = f"{settings.SITE_NAME}: {refund.pledge.campaign.project.title}"
    if refund.channel == Channel.CASH:  # its donor named the account at a desk, or by the receipt's link
        asked = refund.return_by_transfer
        return Due(refund.amount_cents, asked.holder, asked.iban, text[:140], refund=refund)
    account = refund.pledge.transfer
    text = f"{text} {account.reference}"
    return Due(refund.amount_cents, account.holder, account.iban, text[:140], refund=refund)


def _of_line(line: BankLine) -> Due:
    holder, iban = line.back_to
    text = f"{settings.SITE_NAME}: {line.booked_on.isoformat()} {line.text}"
    return Due(line.amount_cents, holder[:LONGEST_HOLDER], iban, text[:140], line=line)


def _of_payout(payout: Payout) -> Due:
    """Pay whom the decision names, as long as that is still where the organisation's money goes."""
    decision = payout.disbursement
    text = f"{settings.SITE_NAME}: {decision.campaign.project.title} {decision.reason}"
    iban = decision.destination if same_payee(decision) else ""
    return Due(payout.amount_cents, decision.holder[:LONGEST_HOLDER], iban, text[:140], payout=payout)
