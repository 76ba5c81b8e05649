"""How much of a campaign's money may leave, by channel: from the ledger, asked at proposal, approval and sending alike.

Held (collected − fees that the campaign bears − refunds − released) − disputed − refunds that wait for paid-out money −
held back by the rule − proposed; and never above what lies where it leaves from.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, Q, Sum, When
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from payments.enums import (
    MATCH_CHANNELS,
    Channel,
    DisbursementStatus,
    HeldUpBy,
    PayoutKind,
    PayoutStatus,
    RefundStatus,
)
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import booked, credit_balance, debit_balance
from payments.models import Disbursement, Payout, Refund
from payments.selectors.holdback import held_back_cents

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet


COLLECTED = ("charge_collected", "bank_received", "bank_matched", "cash_received")
FEES = ("charge_fee",)
REFUNDED = ("refund_decided",)
RELEASED = ("disbursement_released",)


@dataclasses.dataclass(frozen=True)
class Releasable:
    """What may leave of a campaign's money in one channel, and how it is made up; whole cents.

    `held` is the balance, the sum of the five before it. `place` is what lies where it leaves from, None where only the
    payment service or the treasury knows.
    """

    collected_cents: int = 0
    fees_cents: int = 0
    refunded_cents: int = 0
    released_cents: int = 0
    other_cents: int = 0
    held_cents: int = 0
    disputed_cents: int = 0
    waiting_refunds_cents: int = 0
    held_back_cents: int = 0
    proposed_cents: int = 0
    place_cents: int | None = None

    @property
    def free_cents(self) -> int:
        """What is not spoken for by anybody outside: negative when more is disputed or owed back than is held."""
        return self.held_cents - self.disputed_cents - self.waiting_refunds_cents - self.held_back_cents

    @property
    def maximum_cents(self) -> int:
        """What may be proposed now; never negative."""
        left = self.free_cents - self.proposed_cents
        return max(0, left if self.place_cents is None else min(left, self.place_cents))

    def lines(self) -> list[tuple[str, int]]:
        """Return how the maximum is made up: words and signed cents, lines of nought left out but for the first."""
        rows = [
            (_("Collected"), self.collected_cents),
            (_("Fees that the campaign bears"), self.fees_cents),
            (_("Refunded, or to be refunded"), self.refunded_cents),
            (_("Released before"), self.released_cents),
            (_("Taken back, given up or corrected"), self.other_cents),
            (_("Disputed by backers"), -self.disputed_cents),
            (_("Refunds that wait for money to come back"), -self.waiting_refunds_cents),
            (_("Held back by the call's rule"), -self.held_back_cents),
            (_("Proposed, to be decided"), -self.proposed_cents),
        ]
        return rows[:1] + [(words, cents) for words, cents in rows[1:] if cents]


def releasable(campaign: Campaign, channel: str, now: dt.datetime) -> Releasable:
    """Read what may leave in one channel. Who decides on it holds the channel (`lock_channel`)."""
    if channel in MATCH_CHANNELS:
        return _match(campaign, channel)
    proposed = _cents(_decisions(campaign, channel).filter(status=DisbursementStatus.PROPOSED))
    moves = _moves(f"held:{campaign.pk}:{channel}")
    collected, fees, refunded, released = (
        _of(moves, codes) for codes in (COLLECTED, FEES, REFUNDED, RELEASED)
    )
    held = sum(moves.values())
    by_card = channel == Channel.CARD
    return Releasable(
        collected_cents=collected,
        fees_cents=fees,
        refunded_cents=refunded,
        released_cents=released,
        other_cents=held - collected - fees - refunded - released,
        held_cents=held,
        disputed_cents=debit_balance(f"disputed:{campaign.pk}") if by_card else 0,
        waiting_refunds_cents=_waiting_refunds(campaign, channel),
        held_back_cents=held_back_cents(campaign, now, channel=channel),
        proposed_cents=proposed,
        place_cents=None if by_card else at_the_bank_cents(channel),
    )


def releasable_cents(campaign: Campaign, channel: str, now: dt.datetime) -> int:
    """Return what may be proposed now in one channel, in whole cents."""
    return releasable(campaign, channel, now).maximum_cents


def releasable_by_channel(campaign: Campaign, now: dt.datetime) -> list[tuple[Channel, Releasable]]:
    """Read what may leave in each channel through which money came, for the officer who proposes."""
    found = [(channel, releasable(campaign, channel, now)) for channel in Channel]
    return [(channel, left) for channel, left in found if left.collected_cents] or found[:1]


def _match(campaign: Campaign, channel: str) -> Releasable:
    """Read what may leave of a match: what is bound and not yet paid, by who gives it or out of our account."""
    decisions = _decisions(campaign, channel)
    proposed = _cents(decisions.filter(status=DisbursementStatus.PROPOSED))
    # in this order: a tranche that is paid in between is then subtracted twice, never not at all
    unpaid = _cents(decisions.filter(status=DisbursementStatus.APPROVED))
    bound = sum(cents for _fund, cents in _bound(campaign, held=channel == Channel.SPONSOR))
    place = None
    if channel == Channel.SPONSOR:
        room = sum(cents for _fund, cents in sponsor_room(campaign))
        place = min(room, at_the_bank_cents(channel))
    return Releasable(
        collected_cents=bound,
        released_cents=-unpaid,
        held_cents=bound - unpaid,
        proposed_cents=proposed,
        place_cents=place,
    )


def _bound(campaign: Campaign, *, held: bool) -> list[tuple[int, int]]:
    """Return pot → what is bound of it for a campaign, in the order of the pots; held in our account, or not."""
    committed = Campaign.objects.filter(
        pk=campaign.pk,
        reservations__status="committed",
        reservations__fund__money="held" if held else "treasury",
    )
    ordered = committed.order_by("reservations__fund__priority", "reservations__fund_id")
    return list(ordered.values_list("reservations__fund_id", "reservations__bound_cents"))


def sponsor_room(campaign: Campaign) -> list[tuple[int, int]]:
    """Return pot → what may still be released of its money in our account for a campaign, in the order of the pots.

    What is bound, less what was released and is not paid yet; never more than lies there for this pot.
    """
    under_way = _released_by_pot(campaign)
    room = (
        (fund_id, min(cents - under_way.get(fund_id, 0), credit_balance(f"held_fund:{fund_id}")))
        for fund_id, cents in _bound(campaign, held=True)
    )
    return [(fund_id, cents) for fund_id, cents in room if cents > 0]


def unpaid_by_pot(campaign: Campaign) -> dict[int, int]:
    """Return pot → what was approved and is not paid yet: it stays bound. Paid directly, the first pots pay first."""
    found = _released_by_pot(campaign)
    approved = _decisions(campaign, Channel.MATCH).filter(status=DisbursementStatus.APPROVED)
    left = _cents(approved)
    for fund_id, bound in _bound(campaign, held=False):
        found[fund_id] = min(left, bound)
        left -= found[fund_id]
    return found


def _released_by_pot(campaign: Campaign) -> dict[int, int]:
    approved = _decisions(campaign, Channel.SPONSOR).filter(status=DisbursementStatus.APPROVED)
    found: dict[int, int] = {}
    for pk in approved.values_list("pk", flat=True):
        for row in booked("disbursement_released", f"disbursement:{pk}"):
            fund_id = int(row.debit_id.rpartition(":")[2])  # held_fund:3
            found[fund_id] = found.get(fund_id, 0) + row.amount_cents
    return found


def _decisions(campaign: Campaign, *channels: str) -> QuerySet[Disbursement]:
    return Disbursement.objects.filter(campaign=campaign, channel__in=channels)


def _cents(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def _moves(account: str) -> dict[str, int]:
    """Sum what came into an account (credits less debits) by business event, in one query."""
    signed = Case(When(credit=account, then=F("amount_cents")), default=-F("amount_cents"))
    rows = (
        LedgerTransfer.objects.filter(Q(debit=account) | Q(credit=account))
        .order_by()
        .values_list("code")
        .annotate(cents=Sum(signed))
    )
    return {code: int(cents) for code, cents in rows}


def _of(moves: dict[str, int], codes: tuple[str, ...]) -> int:
    return sum(moves.get(code, 0) for code in codes)


def _waiting_refunds(campaign: Campaign, channel: str) -> int:
    """What is to be refunded of money that was paid out and has to come back first: nothing is booked yet."""
    waiting = Refund.objects.filter(pledge__campaign=campaign, channel=channel, status=RefundStatus.WAITING)
    return _cents(waiting)


def at_the_bank_cents(channel: str) -> int:
    """What lies at our bank for one channel and nothing else is going to take.

    Less what came without a name, and payouts and returns that are on their way. Of cash, only what was carried there:
    a till's content, or what is under way, is not paid out of others' transfers.
    """
    payouts = Payout.objects.filter(kind=PayoutKind.CREDIT_TRANSFER).exclude(status=PayoutStatus.CANCELLED)
    returning = Refund.objects.filter(
        channel=Channel.BANK, status__in=[RefundStatus.CREATED, RefundStatus.UNKNOWN, RefundStatus.FAILED]
    )
    free = (
        debit_balance("cash:bank")
        - credit_balance("unmatched:bank")
        - credit_balance("refund_due:bank")
        - _cents(payouts.exclude(status=PayoutStatus.DONE))
        - _cents(returning)
    )
    if channel != Channel.CASH:
        return free
    carried = LedgerTransfer.objects.filter(code="cash_banked", reverses__isnull=True)
    return min(free, _cents(carried) - _cents(payouts.filter(disbursement__channel=Channel.CASH)))


def ahead_cents(payout: Payout) -> int:
    """What older transfers that wait for money will take first: nobody overtakes."""
    older = Payout.objects.filter(
        kind=PayoutKind.CONNECT_TRANSFER,
        status=PayoutStatus.WAITING,
        error=HeldUpBy.BALANCE,
        pk__lt=payout.pk,
    )
    return _cents(older)
