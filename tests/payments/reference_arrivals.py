"""The books by hand, without a card: what transfers and cash come to, and what leaves by a list or over the counter."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from tests.payments.reference import Pledge

ROME = ZoneInfo("Europe/Rome")
BANK_WAIT = dt.timedelta(days=5)  # a close waits so long for the bank
NOBODYS = dt.timedelta(days=30)  # what nobody can place goes back


def day_of(moment: dt.datetime) -> dt.date:
    """The civil day in the city."""
    return moment.astimezone(ROME).date()


@dataclasses.dataclass
class Excess:
    """Money of a known pledge that does not count by itself: more than promised, once more, or late."""

    pledge: Pledge
    cents: int
    kind: Literal["more", "again", "late"]
    booked: dt.date
    state: str = "asked"


@dataclasses.dataclass
class Unplaced:
    """A transfer that nobody can place."""

    cents: int
    booked: dt.date


@dataclasses.dataclass
class Due:
    """Money that waits for a list of transfers, or at the desk: what is owed from which account, and to whom."""

    cents: int
    owed: str  # the account
    pledge: Pledge | None = None
    counted: bool = False  # the pledge counted for it
    in_cash: bool = False


class Arrivals:
    """The part of a campaign's books that knows no card."""

    status: str
    deadline: dt.datetime
    window_end: dt.datetime | None
    pledges: list[Pledge]
    accounts: Counter[str]
    move: Callable[[str, str, int], None]
    stand: Callable[[Pledge], None]

    def begin_without_card(self) -> None:
        self.excesses: list[Excess] = []
        self.unplaced: list[Unplaced] = []
        self.due: list[Due] = []
        self.statement_until: dt.date | None = None
        self.carried = 0  # cash that was carried to the bank and not paid out

    def holds(self, channel: str) -> int:
        return -self.accounts[f"held:{channel}"]

    # Money comes in

    @property
    def raising(self) -> bool:
        return self.status in {"live", "closing"}

    def _window_open(self, now: dt.datetime) -> bool:
        return self.status == "collecting" and self.window_end is not None and now < self.window_end

    def statement(self, now: dt.datetime) -> None:
        """A whole statement: nothing booked until today is unknown any more."""
        self.statement_until = day_of(now)

    def unknown_transfer(self, cents: int, now: dt.datetime) -> None:
        self.move("cash:bank", "unmatched:bank", cents)
        self.unplaced.append(Unplaced(cents, day_of(now)))

    def place(self, line: Unplaced, one: Pledge, now: dt.datetime) -> None:
        """Two people say whose it is."""
        self.unplaced.remove(line)
        self.move("unmatched:bank", "held:bank", line.cents)
        self._arrive(one, line.cents, line.booked, now)

    def transfer(self, one: Pledge, cents: int, now: dt.datetime) -> None:
        self.move("cash:bank", "held:bank", cents)
        self._arrive(one, cents, day_of(now), now)

    def _arrive(self, one: Pledge, cents: int, booked: dt.date, now: dt.datetime) -> None:
        """What counts, what its backer is asked about, what goes back."""
        may_ask = self.raising or self._window_open(now)
        if one.status in {"awaiting_transfer", "expired"}:
            if self.raising and booked <= day_of(self.deadline):
                self._count(one, cents, booked)
            elif may_ask:
                self.excesses.append(Excess(one, cents, "late", booked))
            else:
                self._owe(one, cents)
        elif one.status in {"received", "collected"} and may_ask:
            self.excesses.append(Excess(one, cents, "again", booked))
        else:
            self._owe(one, cents)

    def _count(self, one: Pledge, cents: int, booked: dt.date) -> None:
        more = cents - one.cents
        one.cents, one.status = min(cents, one.cents), "received"
        if more > 0:
            self.excesses.append(Excess(one, more, "more", booked))

    def waits_for_bank(self, now: dt.datetime) -> bool:
        """A transfer booked in time may still be unknown."""
        last = day_of(self.deadline)
        if now >= self.deadline + BANK_WAIT or not any(
            one.status == "awaiting_transfer" for one in self.pledges
        ):
            return False
        covered = self.statement_until is not None and self.statement_until >= last
        return not covered or any(line.booked <= last for line in self.unplaced)

    def cash(self, one: Pledge) -> None:
        one.status = "received"
        self.move("desk", "held:cash", one.cents)

    def cancel_receipt(self, one: Pledge) -> None:
        one.status = "cancelled"
        self.move("held:cash", "desk", one.cents)

    def bank_the_till(self) -> int:
        """All that lies in the till goes to the bank."""
        cents = self.accounts["desk"]
        self.move("cash:bank", "desk", cents)
        self.carried += cents
        return cents

    # The backer's word

    @property
    def asked(self) -> list[Excess]:
        return [one for one in self.excesses if one.state in {"asked", "agreed"}]

    def may_answer(self, excess: Excess, now: dt.datetime) -> bool:
        in_window = excess.kind != "more" and self._window_open(now)
        return excess.state == "asked" and (self.raising or in_window)

    def answer(self, excess: Excess, *, agree: bool) -> None:
        if not agree:
            self._give_excess_back(excess)
        elif self._may_count(excess):
            self._count_excess(excess)
        else:
            excess.state = "agreed"

    def _may_count(self, excess: Excess) -> bool:
        if self.raising:
            return excess.pledge.status == "received" and excess.booked <= day_of(self.deadline)
        reached = self.status == "collecting" and excess.kind != "more"
        return reached and excess.pledge.status in {"collected", "expired"}

    def _count_excess(self, excess: Excess) -> None:
        one, excess.state = excess.pledge, "counted"
        if one.status == "expired":
            one.cents, one.status, one.collected = excess.cents, "collected", True
        else:
            one.cents += excess.cents

    def _give_excess_back(self, excess: Excess) -> None:
        excess.state = "returned"
        self._owe(excess.pledge, excess.cents)

    def settle_excesses(self, now: dt.datetime) -> None:
        """Count what was agreed to, give back what was not, once the time has come."""
        over = self.status in {"funded", "missed", "cancelled"}
        for excess in self.asked:
            in_window = excess.kind != "more" and excess.state == "asked" and self._window_open(now)
            if over or (self.status == "collecting" and not in_window):
                if excess.state == "agreed" and self._may_count(excess):
                    self._count_excess(excess)
                else:
                    self._give_excess_back(excess)

    # Money goes back, and out

    def take_back(self, one: Pledge) -> None:
        """The backer cancels: what has arrived goes back, and all that waits for their word."""
        if one.status == "received":
            one.status, one.withdrawn = "returning", True
            self._owe(one, one.cents, counted=True)
        else:
            one.status = "cancelled"
        for excess in self.asked:
            if excess.pledge is one:
                self._give_excess_back(excess)

    def return_received(self) -> None:
        """The goal was missed, or the campaign called off."""
        for one in self.pledges:
            if one.status == "awaiting_transfer":
                one.status = "expired"
            elif one.status == "received":
                one.status = "returning"
                self._owe(one, one.cents, counted=True)

    def return_unplaced(self, now: dt.datetime) -> None:
        for line in list(self.unplaced):
            if day_of(now) - line.booked >= NOBODYS:
                self.unplaced.remove(line)
                self.move("unmatched:bank", "refund_due:bank", line.cents)
                self.due.append(Due(line.cents, "refund_due:bank"))

    def refund_without_card(self, one: Pledge, cents: int) -> None:
        """What was paid out already the organisation owes: no bank takes a transfer back."""
        missing = cents - max(0, self.holds(one.channel))
        if self.status == "funded" and missing > 0:
            self.move("receivable", f"held:{one.channel}", missing)
        self._owe(one, cents, counted=True)

    def _owe(self, one: Pledge, cents: int, *, counted: bool = False) -> None:
        self.move(f"held:{one.channel}", "refund_due", cents)
        one.owed += cents if counted else 0
        self.due.append(Due(cents, "refund_due", one, counted, in_cash=one.channel == "cash"))

    def release_without_card(self, channel: str, cents: int) -> None:
        self.move(f"held:{channel}", "payable", cents)
        self.carried -= cents if channel == "cash" else 0
        self.due.append(Due(cents, "payable"))

    @property
    def listed(self) -> list[Due]:
        """What a list of transfers would carry."""
        return [one for one in self.due if not one.in_cash]

    def pay(self, due: Due) -> None:
        """It has left, as a statement or a signature shows."""
        self.due.remove(due)
        self.move(due.owed, "desk" if due.in_cash else "cash:bank", due.cents)
        if due.pledge and due.counted:
            due.pledge.owed -= due.cents
            due.pledge.back += due.cents
            self.stand(due.pledge)
