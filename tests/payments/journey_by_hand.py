"""What a journey does without a card: promises, statements, answers, lists, the cash desk."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

from crowdfund.kit import clock
from payments.bank.models import BankLine, Excess, ListItem
from payments.bank.permissions import EXCESS
from payments.bank.services.consents import TRANSFER_VERSION
from payments.bank.services.excess import answer_excess
from payments.bank.services.goals import Goal
from payments.bank.services.matches import approve_match, propose_match
from payments.bank.services.pledges import cancel_transfer_pledge, change_transfer_amount
from payments.cash.models import DeskReceipt
from payments.cash.services.closings import close_day, confirm_banked, countersign, send_cash
from payments.cash.services.give_back import ask_for_transfer, return_cash
from payments.cash.services.take import cancel_receipt
from payments.models import Pledge, Refund
from payments.permissions import MANAGE, link_token
from payments.services.payout import retry_payout
from tests.payments import counter
from tests.payments.bank_files import acting
from tests.payments.bank_files.writing import BO, Move

if TYPE_CHECKING:
    from campaigns.models import Campaign
    from tests.payments.journey import City

_n = itertools.count(1)


class ByHand:
    """The bank and the desk of a journey."""

    city: City
    campaign: Campaign
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(clock.CIVIL).date()

    # The bank

    def promise(self, cents: int, n: int) -> Pledge:
        return acting.promise(self.campaign, amount_cents=cents, email=f"t{n}@example.org", now=self.now)

    def change_promise(self, pledge: Pledge, cents: int) -> None:
        given = Pledge.objects.get(pk=pledge.pk)
        change_transfer_amount(
            pledge=given, amount_cents=cents, by=None, now=self.now, consent_version=TRANSFER_VERSION,
            token=link_token(given, MANAGE),
        )  # fmt: skip

    def take_back_promise(self, pledge: Pledge) -> None:
        given = Pledge.objects.get(pk=pledge.pk)
        cancel_transfer_pledge(pledge=given, by=None, token=link_token(given, MANAGE), now=self.now)

    def statement(self, *moves: Move) -> None:
        """Today's statement, imported at once."""
        acting.bring(*moves, now=self.now, from_on=self.today, to_on=self.today)

    def move(self, cents: int, **said: Any) -> Move:
        return Move(cents, on=self.today, ref=f"J{next(_n)}", **said)

    def transfer(self, pledge: Pledge, cents: int) -> None:
        self.statement(self.move(cents, rf=pledge.transfer.reference))

    def place_line(self, place: int, pledge: Pledge) -> None:
        """Two people say whose an unknown transfer is."""
        line = BankLine.objects.filter(status="unmatched").order_by("pk")[place]
        goal = Goal("pledge", pledge=Pledge.objects.get(pk=pledge.pk))
        match = propose_match(line=line, goal=goal, by=self.city.officer, now=self.now)
        approve_match(match=match, by=self.city.approver, now=self.now)

    def answer(self, pledge: Pledge, place: int, *, agree: bool) -> None:
        """The backer's word on the pledge's so-many-th open question."""
        excess = Excess.objects.filter(pledge=pledge, status="asked").order_by("pk")[place]
        answer_excess(
            excess=excess, agree=agree, by=None, now=self.now, token=link_token(pledge, EXCESS),
            consent_version=TRANSFER_VERSION if agree else "",
        )  # fmt: skip

    def list_to_bank(self) -> list[ListItem]:
        """Everything due goes on a list, by two people, and a statement shows that it has left."""
        made = acting.a_list(now=self.now)
        items = list(made.items.select_related("refund", "payout").order_by("n"))
        self.statement(*(self.move(-item.amount_cents, e2e=item.end_to_end_id) for item in items))
        return items

    def comes_back(self, item: ListItem) -> None:
        """The payee's bank sends a transfer back; an officer tries a payout again."""
        self.statement(self.move(item.amount_cents, e2e=item.end_to_end_id, back="AC04"))
        if item.payout:
            item.payout.refresh_from_db()
            retry_payout(payout=item.payout, by=self.city.officer, now=self.now)

    # The desk

    def take_cash(self, cents: int) -> Pledge:
        receipt = counter.take(
            self.city.desk, self.city.clerk, self.campaign, cents=cents, now=self.now
        )  # fmt: skip
        return receipt.pledge

    def cancel_cash(self, pledge: Pledge) -> None:
        receipt = DeskReceipt.objects.get(pledge=pledge, kind="received")
        cancel_receipt(receipt=receipt, why="Errore", by=self.city.clerk, now=self.now)

    def _owed(self, pledge: Pledge, cents: int) -> Refund:
        waiting = Refund.objects.filter(
            pledge=pledge, status__in=["created", "failed"], amount_cents=cents, return_by_transfer=None
        )
        return waiting.order_by("pk")[0]

    def hand_back(self, pledge: Pledge, cents: int) -> None:
        return_cash(
            refund=self._owed(pledge, cents), desk=self.city.desk, signature_name="Dario Fo",
            by=self.city.clerk, now=self.now,
        )  # fmt: skip

    def ask_for_transfer(self, pledge: Pledge, cents: int) -> None:
        """The donor wants cash back by bank transfer."""
        ask_for_transfer(
            refund=self._owed(pledge, cents), iban=BO, holder="Dario Fo", by=self.city.clerk, now=self.now
        )

    def bank_the_till(self, cents: int) -> None:
        """Counted, countersigned, carried to the bank, arrived."""
        closing = close_day(desk=self.city.desk, counted_cents=cents, by=self.city.clerk, now=self.now)
        countersign(closing=closing, by=self.city.officer, now=self.now)
        send_cash(closing=closing, cents=cents, bag="1", by=self.city.clerk, now=self.now)
        confirm_banked(closing=closing, proof="1", by=self.city.officer, now=self.now)
