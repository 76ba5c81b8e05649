"""The books by hand: what a journey must come to, worked out from its facts alone.

Independent of the service on purpose: it imports nothing of it, knows no database, no Stripe and no order of workers.
It is told what backers, banks and people did and when, and asked what must stand once everybody has finished. Amounts
are whole cents; an account's balance is debits minus credits.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter

from tests.payments.reference_arrivals import Arrivals

DAY = dt.timedelta(days=1)
KEY_LIVES = DAY  # how long an error is replayed to its idempotency key
PAGE_LIVES = DAY
RETRY_AFTER = (DAY, 2 * DAY)  # a card without funds: one day after the first try, two after the second
NOT_COUNTED = {"pending_card", "cancelled", "awaiting_transfer", "expired"}
STANDING = {"collected", "partly_refunded"}
COLLECTING = {"active", "charging", "processing", "requires_action"}
ENDED = {"cancelled", "released", "failed", "collected", "partly_refunded", "refunded", "lost", "expired"}


DEBIT_FEE, DISPUTE_FEE = 35, 2000
DEBITS_WAIT = 56 * DAY  # so long a bank may take a debit back without a word
DISPUTE_LAPSES = 9 * DAY  # one that nobody answers is lost
DEBIT_ANSWERED = {"debit": 6, "debit_fails": 3}  # business days until the bank answers a direct debit
OF_THEIR_OWN = 3 * DAY  # what a backer has at least when a debit comes back late


def card_fee(cents: int) -> int:
    """1.5 % rounded half up, and 25 cents."""
    return (cents * 15 + 500) // 1000 + 25


def business_days_later(moment: dt.datetime, days: int) -> dt.datetime:
    """Midnight (UTC) of the day so many business days after the one a moment counts for."""
    day = moment.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while day.weekday() > 4:
        day += DAY
    for _ in range(days):
        day += DAY
        while day.weekday() > 4:
            day += DAY
    return day


@dataclasses.dataclass
class Pledge:
    """One backer's money. `card` is what the bank says to a charge without them: ok, declines, asks, no_funds; of an
    account to debit, days later: debit, debit_fails.
    """

    cents: int
    card: str
    status: str = "pending_card"
    channel: str = "card"
    saved: bool = False  # a card was given on the page; the service may not know yet
    next_card: str = ""  # another card was given; the service may not know yet
    collected: bool = False
    fee: int = 0
    debited_at: dt.datetime | None = None  # collected by debit
    sent: bool | None = None  # a charge is under way: it had its effect, or never reached the bank
    blocked_until: dt.datetime | None = None
    said: str = ""  # what the bank said last
    tries: list[dt.datetime] = dataclasses.field(default_factory=list)
    retry_at: dt.datetime | None = None
    answer_at: dt.datetime | None = None  # when the bank answers a debit
    until: dt.datetime | None = None  # a window of their own
    page_at: dt.datetime | None = None  # a payment page is open
    page_paid: bool = False
    back: int = 0  # went back to the backer
    owed: int = 0  # is on its way back, without a card
    withdrawn: bool = False
    lost: int = 0
    out: int = 0  # with the bank, while it decides

    @property
    def left(self) -> int:
        """What could still be given back."""
        return self.cents - self.back - self.owed - self.lost - self.out if self.collected else 0


@dataclasses.dataclass
class Dispute:
    """A charge of a pledge that its holder disputes; `out` is with the bank."""

    pledge: Pledge
    out: int
    opened_at: dt.datetime
    verdict: str = ""
    settled: bool = False


@dataclasses.dataclass
class Rule:
    """A call's: the city adds `share` % of the cost once the crowd has given `threshold` %."""

    threshold: int = 40
    share: int = 60
    refunds_shortfall: bool = False


class Books(Arrivals):
    """One campaign's journey and every account it touches."""

    def __init__(
        self,
        *,
        cost: int,
        goal: int,
        deadline: dt.datetime,
        rule: Rule | None,
        campaign_bears_fees: bool,
        window: dt.timedelta = 7 * DAY,
    ) -> None:
        self.cost, self.goal, self.deadline, self.rule, self.window = cost, goal, deadline, rule, window
        self.bears = campaign_bears_fees
        self.status = "live"
        self.window_end: dt.datetime | None = None
        self.pledges: list[Pledge] = []
        self.accounts: Counter[str] = Counter()
        self.match = self.exposure if rule else 0
        self.transfers: list[int] = []  # what of each payout nobody has asked back
        self.connected = 0  # what the organisation has at Stripe
        self.approved = 0  # approved, not yet paid
        self.disputes: list[Dispute] = []
        self.begin_without_card()
        if rule:
            self.move("reserved", "fund", self.exposure)

    # What everything is made of

    def move(self, debit: str, credit: str, cents: int) -> None:
        """From the credit account to the debit account."""
        if cents:
            self.accounts[debit] += cents
            self.accounts[credit] -= cents

    def balance(self, account: str) -> int:
        return self.accounts[account]

    @property
    def held(self) -> int:
        return -self.accounts["held:card"]

    @property
    def exposure(self) -> int:
        return self.cost * self.rule.share // 100 if self.rule else 0

    @property
    def threshold(self) -> int:
        return -(-self.cost * self.rule.threshold // 100) if self.rule else 0

    # What a page shows

    @property
    def totals(self) -> tuple[int, int, int, int, int]:
        """Pledged, promised by transfer, collected (gross), match, backers."""
        counted = [one for one in self.pledges if one.status not in NOT_COUNTED and not one.withdrawn]
        promised = sum(one.cents for one in self.pledges if one.status == "awaiting_transfer")
        collected = sum(one.cents for one in self.pledges if one.collected)
        return sum(one.cents for one in counted), promised, collected, self.match, len(counted)

    # What the workers do, all of it, at a moment

    def work(self, now: dt.datetime) -> None:
        """Everything that can be known is known, everything that is due is done."""
        for _round in range(3):  # what one does another may wait for
            self.learn()
            self.close(now)
            self.charge(now)
            self.hear_of_debits(now)
            self.look_at_pages(now)
            self.release()
            self.settle_excesses(now)
            self.return_unplaced(now)
            self.end_window(now)
            self.hear_of_verdicts(now)
            self.pay_out()

    def learn(self) -> None:
        """Which cards were saved, in time."""
        for one in self.pledges:
            if self.status not in {"live", "closing"}:
                return
            if one.status == "pending_card" and one.saved:
                one.status = "active"
            elif one.status == "active" and one.next_card:
                one.card, one.next_card = one.next_card, ""

    def close(self, now: dt.datetime) -> None:
        """The decision at the deadline, once no card is unknown and the bank has told what arrived in time."""
        if not self.raising or now < self.deadline:
            return
        self.learn()
        self.status = "closing"
        for one in self.pledges:
            if one.status == "pending_card":
                one.status = "cancelled"
        if not self.waits_for_bank(now):
            self._decide(now)

    def _decide(self, now: dt.datetime) -> None:
        for one in self.pledges:
            if one.status == "awaiting_transfer":
                one.status = "expired"
        pledged = sum(one.cents for one in self.pledges if one.status in {"active", "received"})
        if pledged >= self.goal:
            self.status, self.window_end = "collecting", now + self.window
            for one in self.pledges:
                if one.status == "received":
                    one.status, one.collected = "collected", True
        else:
            self._give_match_back()
            self.status = "missed"

    def release(self) -> None:
        if self.status not in {"missed", "cancelled"}:
            return
        for one in self.pledges:
            if one.status == "active":
                one.status = "released"
            elif one.status == "pending_card":
                one.status = "cancelled"
        self.return_received()

    def cancel_campaign(self) -> None:
        self._give_match_back()
        self.status = "cancelled"

    def _give_match_back(self, keep: int = 0) -> None:
        self.move("fund", "reserved", self.match - keep)
        self.match = keep

    # Charging

    def charge(self, now: dt.datetime, *, arrives: bool = True, answered: bool = True) -> None:
        """Charge what is to be charged. A charge that does not arrive, or is not answered, stays under way."""
        if self.status != "collecting":
            return
        for one in self.pledges:
            if one.status == "charging" and answered:
                self._find_out(one, now)
            elif one.status == "active" or self._is_due(one, now):
                one.status, one.sent, one.retry_at = "charging", arrives, None
                one.answer_at = self._answered(one, now) if arrives else None
                if answered:
                    self._answer(one, now)

    def _is_due(self, one: Pledge, now: dt.datetime) -> bool:
        return (
            one.status == "requires_action"
            and one.retry_at is not None
            and one.retry_at <= now < self.ends(one)
        )

    def ends(self, one: Pledge) -> dt.datetime:
        """Until when a backer may put things right."""
        assert self.window_end is not None
        return max(self.window_end, one.until or self.window_end)

    def _find_out(self, one: Pledge, now: dt.datetime) -> None:
        """A charge whose outcome nobody knew is looked up; one that never arrived is sent again, in the window."""
        if not one.sent:
            if now >= self.ends(one):
                one.status, one.sent, one.said = "requires_action", None, "never_sent"
                return
            if one.blocked_until is not None and now < one.blocked_until:
                return
            one.answer_at = self._answered(one, now)
        self._answer(one, now)

    def _answered(self, one: Pledge, now: dt.datetime) -> dt.datetime | None:
        days = DEBIT_ANSWERED.get(one.card)
        return None if days is None else business_days_later(now, days)

    def _answer(self, one: Pledge, now: dt.datetime) -> None:
        one.sent = one.blocked_until = None
        if one.answer_at is not None:
            one.status = "processing"
            self._hear_of_debit(one, now)
            return
        if one.card == "ok":
            self._collect(one, card_fee(one.cents))
            return
        one.status, one.said = "requires_action", one.card
        if one.said == "no_funds":
            one.tries.append(now)
        self._plan_retry(one, now)

    def hear_of_debits(self, now: dt.datetime) -> None:
        for one in self.pledges:
            came_back = one.status == "processing" and self._hear_of_debit(one, now) and not one.collected
            if came_back and self.ends(one) < now + OF_THEIR_OWN:
                one.until = now + OF_THEIR_OWN

    def _hear_of_debit(self, one: Pledge, now: dt.datetime) -> bool:
        """What the bank answered; the fee of a debit that came back is the platform's."""
        if one.answer_at is None or now < one.answer_at:
            return False
        one.answer_at = None
        if one.card == "debit":
            self._collect(one, DEBIT_FEE)
            one.debited_at = now
        else:
            one.status, one.said = "requires_action", one.card
            self.move("cost:fees", "cash:stripe", DEBIT_FEE)
        return True

    @property
    def on_the_way(self) -> int:
        """What lies at Stripe and is nobody's yet: debits that the bank has not answered."""
        return sum(one.cents - DEBIT_FEE for one in self.pledges if one.answer_at is not None)

    def _plan_retry(self, one: Pledge, now: dt.datetime) -> None:
        one.retry_at = None
        tried = len(one.tries)
        if one.said != "no_funds" or not 1 <= tried <= len(RETRY_AFTER) or self.window_end is None:
            return
        due = max(now, one.tries[-1] + RETRY_AFTER[tried - 1])
        one.retry_at = due if due < self.window_end else None

    def _collect(self, one: Pledge, fee: int) -> None:
        one.status, one.collected, one.fee = "collected", True, fee
        one.retry_at = one.page_at = None
        one.page_paid = False
        self.move("cash:stripe", "held:card", one.cents)
        self.move("held:card" if self.bears else "cost:fees", "cash:stripe", one.fee)

    # The backer comes back

    def open_page(self, one: Pledge, now: dt.datetime) -> None:
        one.page_at, one.page_paid, one.retry_at = now, False, None

    def paid_on_page(self, one: Pledge) -> None:
        self._collect(one, card_fee(one.cents))

    def look_at_pages(self, now: dt.datetime) -> None:
        for one in self.pledges:
            if one.status != "requires_action" or one.page_at is None:
                continue
            if one.page_paid:
                self.paid_on_page(one)
            elif now >= one.page_at + PAGE_LIVES:
                one.page_at = None
                self._plan_retry(one, now)

    def end_window(self, now: dt.datetime) -> None:
        """The window is over: who still waits has failed, and what was collected decides."""
        if self.status != "collecting" or self.window_end is None or now < self.window_end:
            return
        for one in self.pledges:
            if one.status == "requires_action" and now >= self.ends(one):
                one.status, one.page_at, one.retry_at = "failed", None, None
        if not any(one.status in COLLECTING for one in self.pledges) and not self.asked:
            self._finish()

    def _finish(self) -> None:
        collected = sum(one.left for one in self.pledges if one.status in STANDING)
        short = self.rule is not None and collected < self.threshold
        if not collected or (short and self.rule is not None and self.rule.refunds_shortfall):
            self._give_up()
            return
        if self.rule:
            match = self.exposure * collected // self.threshold if short else self.exposure
            self._give_match_back(keep=match)
        self.status = "funded"

    def _give_up(self) -> None:
        self._give_match_back()
        self.status = "missed"
        for one in self.pledges:
            if one.status in STANDING:
                self.give_back(one, one.left)

    # Money that goes back, and money that goes out

    def give_back(self, one: Pledge, cents: int) -> None:
        """A refund, whole or in part. The fee of a charge that went back whole is the platform's."""
        if one.channel != "card":
            self.refund_without_card(one, cents)
            return
        one.back += cents
        self._fee_to_platform(one)
        if self.status == "funded":
            self._bring_back(cents - max(0, self.held - self.accounts["disputed"]))
        self.move("held:card", "cash:stripe", cents)
        self.stand(one)

    def _fee_to_platform(self, one: Pledge) -> None:
        if self.bears and one.fee and one.back + one.lost >= one.cents:
            self.move("cost:fees", "held:card", one.fee)
            one.fee = 0

    def stand(self, one: Pledge) -> None:
        """Where a collected pledge stands, and one whose money came and goes back without having counted."""
        if not one.collected:
            one.status = "refunded" if one.back >= one.cents else "returning"
        elif one.out:
            one.status = "disputed"
        elif one.back + one.lost >= one.cents:
            one.status = "lost" if one.lost else "refunded"
        else:
            one.status = "partly_refunded" if one.back + one.lost else "collected"

    def _bring_back(self, missing: int) -> None:
        """What was paid out is taken back, newest first; what the organisation no longer has it owes."""
        for place in reversed(range(len(self.transfers))):
            part = min(missing, self.transfers[place])
            if part <= 0:
                continue
            self.transfers[place] -= part
            missing -= part
            there = self.connected >= part
            self.connected -= part if there else 0
            self.move("cash:stripe" if there else "receivable", "held:card", part)
        if missing > 0:
            self.move("receivable", "held:card", missing)

    def dispute(self, one: Pledge, cents: int, now: dt.datetime) -> Dispute:
        """The bank takes the money, and a fee that is the platform's."""
        opened = Dispute(one, cents, now)
        self.disputes.append(opened)
        one.out += cents
        self.move("disputed", "cash:stripe", cents)
        self.move("cost:fees", "cash:stripe", DISPUTE_FEE)
        self.stand(one)
        return opened

    def hear_of_verdicts(self, now: dt.datetime) -> None:
        for dispute in self.disputes:
            if not dispute.verdict and now >= dispute.opened_at + DISPUTE_LAPSES:
                dispute.verdict = "lost"
            if dispute.verdict and not dispute.settled:
                dispute.settled = True
                (self._won if dispute.verdict == "won" else self._lost)(dispute)

    def _won(self, dispute: Dispute) -> None:
        one = dispute.pledge
        one.out -= dispute.out
        self.move("cash:stripe", "disputed", dispute.out)
        self.stand(one)
        if self.status == "missed" and one.left:
            self.give_back(one, one.left)

    def _lost(self, dispute: Dispute) -> None:
        """The campaign has lost it; what the backer had back already the platform has paid twice."""
        one = dispute.pledge
        lost = min(dispute.out, one.cents - one.back - one.lost)
        one.out -= dispute.out
        one.lost += lost
        self._fee_to_platform(one)
        self._bring_back(lost - self.held)
        self.move("held:card", "disputed", lost)
        self.move("cost:losses", "disputed", dispute.out - lost)
        self.stand(one)

    def releasable(self, now: dt.datetime, channel: str = "card") -> int:
        """Held, less what is disputed and what debits may still take back."""
        if channel == "cash":
            return max(0, min(self.holds("cash"), self.carried))
        if channel == "bank":
            return max(0, self.holds("bank"))
        debits = sum(
            one.cents - one.back
            for one in self.pledges
            if one.debited_at and now < one.debited_at + DEBITS_WAIT and one.status in STANDING
        )
        return max(0, self.held - self.accounts["disputed"] - debits)

    def approve_payout(self, cents: int) -> None:
        self.move("held:card", "payable", cents)
        self.approved += cents

    def pay_out(self) -> None:
        if self.approved:
            self.move("payable", "cash:stripe", self.approved)
            self.transfers.append(self.approved)
            self.connected += self.approved
            self.approved = 0
