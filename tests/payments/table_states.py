"""Every state of a pledge and of a payout, each in the place where it is found.

A state is made once for a row of the table and tried by every event. Card money is really charged, disputed and
refunded at the stand-in; transfers are booked from statements, cash is taken at a desk.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.apps import apps

from accounts.enums import Role
from accounts.models import User
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import jobs
from payments import postings
from payments.bank.models import ListItem
from payments.cash.services.give_back import return_cash
from payments.cash.services.take import cancel_receipt
from payments.models import ChargeAttempt, Dispute, Payout, Pledge, Refund
from payments.permissions import MANAGE, link_token
from payments.services.cards import open_card_session
from payments.services.payout import confirm_receipt, fail_payout, record_mandate
from payments.services.pledges import cancel_pledge
from payments.services.settle import settle_campaign
from payments.services.void import void_disbursement
from tests import world
from tests.payments import paying
from tests.payments.back import decided, pay_out
from tests.payments.bank import DECLINES, PAYS_AT_ONCE, pledge
from tests.payments.bank_files.acting import a_list, bring, paid, promise
from tests.payments.bank_files.writing import Move
from tests.payments.conftest import place
from tests.payments.counter import desk, operator, take
from tests.payments.rewind import Rewinding, digests
from tests.payments.test_disburse import committed
from tests.world import NOW

CENTS = 10_000
LATER = NOW + dt.timedelta(minutes=1)  # when all that was made lies there
ENDS = NOW + dt.timedelta(days=7)
DEADLINE = NOW + dt.timedelta(days=59)
REFUND_FAILS = "pm_card_refundFail"


ROOM = {"payments", "bank", "cash", "receipts", "ledger", "matching"}


def tables() -> list[Any]:
    """Every table of the room: pledges, attempts, refunds, disputes, payouts, lines, tills, the ledger."""
    return [model for model in apps.get_models() if model._meta.app_label in ROOM]


@dataclasses.dataclass
class Stage:
    """One pledge of one campaign, who acts on them, and the stand-in."""

    rewinding: Rewinding
    campaign: Campaign
    officer: User
    approver: User
    pledge: Any = None
    page: str = ""  # an open card page
    desk: Any = None
    clerk: Any = None
    receipt: Any = None  # for cash
    payout: Any = None
    before: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def bank(self) -> Any:
        return self.rewinding.bank

    @property
    def row(self) -> Pledge:
        return Pledge.objects.select_related("campaign__project__organisation").get(pk=self.pledge.pk)

    @property
    def paying(self) -> Payout:
        return Payout.objects.select_related("disbursement__campaign__project__organisation").get(
            pk=self.payout.pk
        )

    @property
    def token(self) -> str:
        return link_token(self.pledge, MANAGE)

    @property
    def attempt(self) -> ChargeAttempt | None:
        return ChargeAttempt.objects.filter(pledge=self.pledge).order_by("-n").first()

    def from_here(self) -> None:
        """What an event had to arrange is arranged: from here on every change is its own."""
        self.before = digests(*tables())

    def move(self, status: str, **fields: Any) -> None:
        Campaign.objects.filter(pk=self.campaign.pk).update(status=status, **fields)


def stage(rewinding: Rewinding) -> Stage:
    """A live campaign, and enough money of the platform's own that nothing waits for it."""
    rewinding.at(NOW)
    rewinding.bank.control("top-up", amount=1_000_000)
    postings.own_advance(into=postings.STRIPE, cents=1_000_000, reference="test:table", now=NOW)
    owner = world.person("Tea")
    campaign = world.campaign(owner, deadline=DEADLINE)
    return Stage(rewinding, campaign, world.staff(Role.OFFICER), world.staff(Role.APPROVER, name="Pia"))


def run(*drains: str) -> None:
    jobs.run_until_quiet(drains)


# By card


def pending_card(at: Stage) -> None:
    at.pledge = place(at.campaign, amount_cents=CENTS)
    at.page = open_card_session(pledge=at.pledge, now=NOW)


def active(at: Stage, token: str = PAYS_AT_ONCE, **fields: Any) -> None:
    at.pledge = pledge(at.campaign, at.bank, cents=CENTS, token=token, **fields)


def cancelled(at: Stage) -> None:
    active(at)
    cancel_pledge(pledge=at.row, by=None, token=at.token, now=NOW)


def _decided(at: Stage) -> None:
    """The goal was met, by others too, and everybody is charged."""
    pledge(at.campaign, at.bank, cents=CENTS, token=PAYS_AT_ONCE)
    at.move(CampaignStatus.CLOSING, goal_cents=1)
    assert settle_campaign(campaign=at.campaign, now=NOW)
    run("pledges.charge")


def _collecting(at: Stage, token: str = PAYS_AT_ONCE) -> None:
    active(at, token)
    _decided(at)


def charging(at: Stage) -> None:
    """Sent, and nobody knows whether it arrived: it did not."""
    at.bank.fault("POST /v1/payment_intents", "cut_before")
    _collecting(at)
    at.bank.no_faults()


def processing(at: Stage) -> None:
    at.pledge = pledge(at.campaign, cents=CENTS, **at.bank.account())
    _decided(at)


def requires_action(at: Stage) -> None:
    _collecting(at, DECLINES)


def failed(at: Stage) -> None:
    """The window is over, and the campaign went on with what others gave."""
    requires_action(at)
    at.rewinding.at(ENDS + dt.timedelta(minutes=1))
    run("pledges.recovery_end")
    at.rewinding.at(NOW)


def released(at: Stage) -> None:
    active(at)
    at.move(CampaignStatus.MISSED)
    run("pledges.release")


def collected(at: Stage, token: str = PAYS_AT_ONCE) -> None:
    _collecting(at, token)
    at.move(CampaignStatus.FUNDED)


def partly_refunded(at: Stage) -> None:
    _refunded(at, CENTS // 2)


def refunded(at: Stage) -> None:
    _refunded(at, CENTS)


def _refunded(at: Stage, cents: int) -> None:
    collected(at, REFUND_FAILS)  # an hour later its bank will say that it did not take it
    decided(at.row, cents, officer=at.officer, approver=at.approver)
    run("refunds.execute")


def dispute(at: Stage, verdict: str = "") -> str:
    """The holder goes to their bank, which may decide at once; the dispute's id."""
    charged = ChargeAttempt.objects.get(pledge=at.pledge, status="succeeded").charge_id
    found: str = at.bank.control("dispute", charge=charged)["id"]
    if verdict:
        at.bank.control("dispute", dispute=found, verdict=verdict)
    return found


def tell_of_dispute(dispute_id: str) -> None:
    from payments.services.disputes import learn_of_dispute

    learn_of_dispute(dispute_id=dispute_id, now=NOW)


def disputed(at: Stage) -> None:
    collected(at)
    tell_of_dispute(dispute(at))


def lost(at: Stage) -> None:
    collected(at)
    tell_of_dispute(dispute(at, "lost"))
    assert Dispute.objects.get().settled_at


# The same, elsewhere on the way


def active_goal_met(at: Stage) -> None:
    """Decided a moment ago, not yet charged."""
    active(at)
    pledge(at.campaign, at.bank, cents=CENTS, token=PAYS_AT_ONCE)
    at.move(CampaignStatus.CLOSING, goal_cents=1)
    assert settle_campaign(campaign=at.campaign, now=NOW)


def active_goal_missed(at: Stage) -> None:
    active(at)
    at.move(CampaignStatus.MISSED)


def active_called_off(at: Stage) -> None:
    active(at)
    at.move(CampaignStatus.CANCELLED)


def collected_in_the_window(at: Stage) -> None:
    _collecting(at)


def refund_unknown(at: Stage) -> None:
    """Sent, and nobody knows whether it arrived: it did not."""
    collected(at)
    decided(at.row, CENTS, officer=at.officer, approver=at.approver)
    at.bank.fault("POST /v1/refunds", "cut_before")
    run("refunds.execute")
    at.bank.no_faults()


def refund_waiting(at: Stage) -> None:
    """Its money was paid out and spent: the organisation's account gives nothing back."""
    collected(at)
    paid = pay_out(at.bank, at.row.campaign)
    at.bank.control("spend", account=paid.disbursement.destination)
    decided(at.row, CENTS, officer=at.officer, approver=at.approver)
    run("reversals.execute")


# By transfer


def awaiting_transfer(at: Stage) -> None:
    at.pledge = promise(at.campaign, amount_cents=CENTS)


def received(at: Stage) -> None:
    awaiting_transfer(at)
    bring(paid(at.pledge))


def expired(at: Stage) -> None:
    """It did not come in time; the goal was reached without it."""
    awaiting_transfer(at)
    Pledge.objects.filter(pk=at.pledge.pk).update(status="expired")
    _decided(at)


def collected_by_transfer(at: Stage) -> None:
    received(at)
    _decided(at)
    at.move(CampaignStatus.FUNDED)


def received_goal_missed(at: Stage) -> None:
    received(at)
    at.move(CampaignStatus.MISSED)


def returning(at: Stage) -> None:
    received_goal_missed(at)
    run("pledges.release")


def returned(at: Stage) -> None:
    returning(at)
    item = a_list().items.get()
    bring(Move(-item.amount_cents, e2e=item.end_to_end_id, on=NOW.date(), ref="D1"))


# In cash


def received_in_cash(at: Stage) -> None:
    at.desk = desk()
    at.clerk = operator(at.desk)
    at.receipt = take(at.desk, at.clerk, at.campaign, cents=CENTS)
    at.pledge = at.receipt.pledge


def collected_in_cash(at: Stage) -> None:
    received_in_cash(at)
    _decided(at)
    at.move(CampaignStatus.FUNDED)


def returning_in_cash(at: Stage) -> None:
    received_in_cash(at)
    at.move(CampaignStatus.MISSED)
    run("pledges.release")


def returned_in_cash(at: Stage) -> None:
    returning_in_cash(at)
    hand_back(at)


def hand_back(at: Stage) -> None:
    refund = Refund.objects.get(pledge=at.pledge)
    return_cash(refund=refund, desk=at.desk, signature_name="Dario Fo", by=at.clerk, now=NOW)


def cancelled_in_cash(at: Stage) -> None:
    received_in_cash(at)
    cancel_receipt(receipt=at.receipt, why="Errore", by=at.clerk, now=NOW)


# Payouts


def _funded(at: Stage, channel: str = "card") -> None:
    at.move(CampaignStatus.FUNDED)
    at.campaign.refresh_from_db()
    paying.receive(at.campaign, channel, CENTS)


def created(at: Stage) -> None:
    _funded(at)
    paying.account_of(at.bank, at.campaign)
    at.payout = paying.approved(at.campaign, CENTS)


def waiting(at: Stage) -> None:
    """Too little lies at Stripe."""
    _funded(at)
    paying.account_of(at.bank, at.campaign)
    at.bank.drain_balance()
    at.payout = paying.approved(at.campaign, CENTS)
    at.bank.control("top-up", amount=1_000_000)


def unknown(at: Stage) -> None:
    """Sent, and nobody knows whether it arrived: it did not."""
    created(at)
    at.bank.fault("POST /v1/transfers", "cut_before")
    run("payouts.execute")
    at.bank.no_faults()


def done(at: Stage) -> None:
    created(at)
    run("payouts.execute")


def refused(at: Stage) -> None:
    """Stripe has said no, for a reason that time does not mend."""
    created(at)
    fail_payout(payout=at.paying, why="account_invalid", now=NOW)


def made_void(at: Stage) -> None:
    created(at)
    decision = at.paying.disbursement
    void_disbursement(disbursement=decision, why="r", by=at.officer, now=NOW)


def to_the_bank(at: Stage) -> None:
    _funded(at, "bank")
    paying.iban_of(at.campaign.project.organisation)
    at.payout = paying.approved(at.campaign, CENTS, "bank")


def at_the_bank(at: Stage) -> None:
    to_the_bank(at)
    bring(opening=CENTS)  # a statement says what lies there
    a_list()


def by_the_bank(at: Stage) -> None:
    at_the_bank(at)
    statement_shows(at)


def statement_shows(at: Stage, **fields: Any) -> None:
    item = ListItem.objects.get(payout=at.payout)
    move = {"cents": -item.amount_cents, "e2e": item.end_to_end_id, "on": NOW.date(), "ref": "P1"}
    bring(Move(**move | fields))


def back_from_the_bank(at: Stage) -> None:
    by_the_bank(at)
    statement_shows(at, cents=CENTS, back="AC04", ref="P2")


def mandate(at: Stage) -> None:
    at.campaign = committed()
    at.payout = paying.approved(at.campaign, 1_000, "match")


def mandate_recorded(at: Stage) -> None:
    mandate(at)
    record_mandate(
        payout=at.paying, number="1", on=NOW.date(), amount_cents=1_000, by=at.officer, now=NOW
    )  # fmt: skip


def mandate_paid(at: Stage) -> None:
    mandate_recorded(at)
    confirm_receipt(payout=at.paying, receipt_on=NOW.date(), by=at.officer, now=NOW)


Builder = Callable[[Stage], None]
Made = tuple[str, Builder]
#: name → the status it is in, and how it comes to be there
CARD: dict[str, Made] = {
    "pending_card": ("pending_card", pending_card),
    "active": ("active", active),
    "active_goal_met": ("active", active_goal_met),
    "active_goal_missed": ("active", active_goal_missed),
    "active_called_off": ("active", active_called_off),
    "charging": ("charging", charging),
    "processing": ("processing", processing),
    "requires_action": ("requires_action", requires_action),
    "collected": ("collected", collected),
    "collected_in_the_window": ("collected", collected_in_the_window),
    "refund_unknown": ("collected", refund_unknown),
    "refund_waiting": ("collected", refund_waiting),
    "failed": ("failed", failed),
    "cancelled": ("cancelled", cancelled),
    "released": ("released", released),
    "partly_refunded": ("partly_refunded", partly_refunded),
    "refunded": ("refunded", refunded),
    "disputed": ("disputed", disputed),
    "lost": ("lost", lost),
}
TRANSFER: dict[str, Made] = {
    "awaiting_transfer": ("awaiting_transfer", awaiting_transfer),
    "received": ("received", received),
    "received_goal_missed": ("received", received_goal_missed),
    "expired": ("expired", expired),
    "collected_by_transfer": ("collected", collected_by_transfer),
    "returning": ("returning", returning),
    "returned": ("refunded", returned),
}
CASH: dict[str, Made] = {
    "received_in_cash": ("received", received_in_cash),
    "collected_in_cash": ("collected", collected_in_cash),
    "returning_in_cash": ("returning", returning_in_cash),
    "returned_in_cash": ("refunded", returned_in_cash),
    "cancelled_in_cash": ("cancelled", cancelled_in_cash),
}
PLEDGES = CARD | TRANSFER | CASH
CONNECT: dict[str, Made] = {
    "created": ("created", created),
    "waiting": ("waiting", waiting),
    "unknown": ("unknown", unknown),
    "done": ("done", done),
    "failed": ("failed", refused),
    "cancelled": ("cancelled", made_void),
}
CREDIT: dict[str, Made] = {
    "to_the_bank": ("created", to_the_bank),
    "at_the_bank": ("unknown", at_the_bank),
    "by_the_bank": ("done", by_the_bank),
    "back_from_the_bank": ("failed", back_from_the_bank),
}
MANDATE: dict[str, Made] = {
    "mandate": ("created", mandate),
    "mandate_recorded": ("unknown", mandate_recorded),
    "mandate_paid": ("done", mandate_paid),
}
PAYOUTS = CONNECT | CREDIT | MANDATE
