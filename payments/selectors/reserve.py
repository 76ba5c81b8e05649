"""The platform's own money, which covers fees and losses, by the place where it lies: sums of the ledger, in cents."""

from __future__ import annotations

import dataclasses

from django.db.models import Q, Sum

from payments.enums import Channel, ClosingKind, Place, ProposalStatus
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import balances, credit_balance
from payments.models import ReceivableClosing

OURS = ("own:", "cost:", "receivable:")
FEES = "cost:fees"
AT_STRIPE = ("cash:stripe", "disputed:")


@dataclasses.dataclass(frozen=True)
class Reserve:
    """What the platform put in, what it cost, what is owed to it, and what is left of it, in one place.

    `fronted` is what banks hold for disputes of campaigns that were paid already: it is missing too, until they decide.
    """

    advanced_cents: int = 0
    fees_cents: int = 0
    losses_cents: int = 0
    receivable_cents: int = 0
    fronted_cents: int = 0

    @property
    def left_cents(self) -> int:
        """What was put in, less fees, losses and what is owed; negative when other people's money stands in for it."""
        return self.advanced_cents - self.fees_cents - self.losses_cents - self.receivable_cents

    @property
    def covers(self) -> bool:
        """Whether money may leave: everything that is missing is the platform's own."""
        return self.left_cents >= self.fronted_cents


def reserve(place: str) -> Reserve:
    """Read the reserve in one place (two queries; one for the bank)."""
    sums = dict.fromkeys(("own", "fees", "losses", "receivable"), 0)
    for debit, credit, cents in _moves():
        for account, other, sign in ((debit, credit, 1), (credit, debit, -1)):
            if account.startswith(OURS) and _place(other) == place:
                sums[_kind(account)] += sign * cents
    given_up = _written_off(place)  # booked between two accounts of ours: the place is that of the channel
    return Reserve(
        advanced_cents=-sums["own"],
        fees_cents=sums["fees"],
        losses_cents=sums["losses"] + given_up,
        receivable_cents=sums["receivable"] - given_up,
        fronted_cents=_fronted() if place == Place.STRIPE else 0,
    )


def reserve_left_cents(place: str) -> int:
    """Give what is left of the platform's own money in one place: advanced − fees − losses − receivables."""
    return reserve(place).left_cents


def _moves() -> list[tuple[str, str, int]]:
    """Sum the transfers that touch an account of the platform's own, by their two accounts."""
    ours = Q()
    for prefix in OURS:
        ours |= Q(debit__code__startswith=prefix) | Q(credit__code__startswith=prefix)
    rows = LedgerTransfer.objects.filter(ours).order_by().values_list("debit_id", "credit_id")
    return [(debit, credit, int(cents)) for debit, credit, cents in rows.annotate(cents=Sum("amount_cents"))]


def _kind(account: str) -> str:
    if account.startswith("cost:"):
        return "fees" if account == FEES else "losses"
    return account.partition(":")[0]


def _place(account: str) -> str:
    """Say where money lies by the account on the other side. A receivable written off stays where it was owed."""
    if account.startswith(OURS):
        return ""
    return Place.STRIPE if account.startswith(AT_STRIPE) or account.endswith(":card") else Place.BANK


def _written_off(place: str) -> int:
    done = ReceivableClosing.objects.filter(kind=ClosingKind.WRITE_OFF, status=ProposalStatus.APPROVED)
    by_card = Q(receivable__channel=Channel.CARD)
    here = done.filter(by_card if place == Place.STRIPE else ~by_card)
    return int(here.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def _fronted() -> int:
    """What banks have taken for disputes beyond what each campaign still holds by card."""
    missing = 0
    for account, cents in balances("disputed:").items():
        if cents > 0:
            campaign_id = account.partition(":")[2]
            missing += max(0, cents - credit_balance(f"held:{campaign_id}:card"))
    return missing
