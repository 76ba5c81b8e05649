"""Everything that can reach a pledge: its backer, Stripe's events, the bank's statements, workers, deadlines, people.

Each is given a stage and does one thing through the same door that is used in life; what it may raise is a refusal.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from stripe import CardError

from accounts.enums import Role
from campaigns.models import Campaign
from campaigns.services.campaigns import cancel_campaign
from crowdfund.kit.errors import Refused
from payments import postings
from payments.bank.models import BankStatement, ListItem
from payments.bank.services import excess, placing
from payments.bank.services.consents import TRANSFER_VERSION
from payments.bank.services.lists import fail_item
from payments.bank.services.pledges import cancel_transfer_pledge, change_transfer_amount
from payments.cash.services.take import cancel_receipt
from payments.gateway.charges import ChargeOrder
from payments.gateway.recovery import open_payment_page
from payments.gateway.setup import create_card_session
from payments.models import ChargeAttempt, PayoutAccount, PayoutIban, Refund, TransferReversal
from payments.selectors.refunds import refundable_cents
from payments.services import cards, pledges, recover, refund_requests
from payments.services.consents import CHARGE_VERSION
from payments.services.disburse import approve_disbursement, reject_disbursement
from payments.services.payout import confirm_receipt, record_mandate, retry_payout
from payments.services.refund_decisions import approve_refund, propose_refund
from payments.services.refused_mandates import refuse_mandate
from payments.services.reversals import confirm_impossible
from payments.services.void import void_disbursement
from payments.webhooks.handlers import apply_event
from payments.webhooks.models import StripeEvent
from tests import world
from tests.payments import paying
from tests.payments.bank_files.acting import LAST_DAY, a_list, bring, paid
from tests.payments.bank_files.writing import Move
from tests.payments.standin.conftest import submit
from tests.payments.table_states import (
    CARD,
    CASH,
    CENTS,
    CONNECT,
    CREDIT,
    DEADLINE,
    ENDS,
    PAYOUTS,
    PLEDGES,
    TRANSFER,
    Stage,
    dispute,
    hand_back,
    run,
    statement_shows,
)
from tests.world import NOW

SOON = dt.timedelta(minutes=1)


def by_transfer(at: Stage) -> bool:
    return bool(at.row.channel == "bank")


def in_cash(at: Stage) -> bool:
    return bool(at.row.channel == "cash")


# The backer


def change(at: Stage, cents: int) -> None:
    service, version = (
        (change_transfer_amount, TRANSFER_VERSION)
        if by_transfer(at)
        else (pledges.change_amount, CHARGE_VERSION)
    )
    service(pledge=at.row, amount_cents=cents, by=None, token=at.token, now=NOW, consent_version=version)


def raises_the_amount(at: Stage) -> None:
    change(at, CENTS + 500)


def lowers_the_amount(at: Stage) -> None:
    change(at, CENTS - 500)


def cancels(at: Stage) -> None:
    service = cancel_transfer_pledge if by_transfer(at) else pledges.cancel_pledge
    service(pledge=at.row, by=None, token=at.token, now=NOW)


def wants_another_card(at: Stage) -> None:
    cards.change_card(pledge=at.row, by=None, token=at.token, now=NOW)


def opens_the_card_page(at: Stage) -> None:
    cards.open_card_session(pledge=at.row, now=NOW)


def comes_back(at: Stage) -> None:
    recover.open_recovery(pledge=at.row, now=NOW)


def asks_for_a_refund(at: Stage) -> None:
    refund_requests.ask_refund(pledge=at.row, text="Non posso più.", by=None, token=at.token, now=NOW)


# Stripe tells


def tell(kind: str, found: Any) -> None:
    """Stripe's event of an object, as the inbox gives it to those who listen."""
    body = found.to_dict() if hasattr(found, "to_dict") else found
    apply_event(
        StripeEvent(type=kind, object_id=body["id"], payload={"data": {"object": body}}, received_at=NOW), NOW
    )


def card_page(at: Stage) -> str:
    """The pledge's open card page, or one that it forgot about; its id."""
    if at.page:
        return at.row.session_id
    made = create_card_session(
        key=uuid.uuid4().hex, customer_id=at.row.customer_id, pledge=str(at.row.public_id), language="it",
        methods=["card"], success_url="http://x.test/", cancel_url="http://x.test/",
    )  # fmt: skip
    at.page = made.url
    return made.id


def a_card_was_saved(at: Stage) -> None:
    session = card_page(at)
    submit(at.page, card="4242424242424242")
    tell("checkout.session.completed", at.bank.stripe.checkout.sessions.retrieve(session))


def a_setup_succeeded(at: Stage) -> None:
    session = card_page(at)
    submit(at.page, card="4242424242424242")
    there = at.bank.stripe.checkout.sessions.retrieve(session, {"expand": ["setup_intent"]})
    tell("setup_intent.succeeded", there.setup_intent)


def the_card_page_expired(at: Stage) -> None:
    session = card_page(at)
    tell("checkout.session.expired", at.bank.stripe.checkout.sessions.expire(session))


def intent(at: Stage, **more: Any) -> Any:
    """A charge at Stripe in the name of the pledge's last attempt, whatever the service thinks of it."""
    attempt = at.attempt
    customer, card = at.bank.card(more.pop("token", "pm_card_bypassPending"))
    made: Any = at.bank.stripe.payment_intents.create(
        {
            "amount": CENTS,
            "currency": "eur",
            "customer": customer,
            "payment_method": card,
            "metadata": {"attempt": attempt.idempotency_key if attempt else "of somebody else"},
            **more,
        }
    )
    return made


def a_charge_succeeded(at: Stage) -> None:
    tell("payment_intent.succeeded", intent(at, confirm=True, off_session=True))


def a_charge_failed(at: Stage) -> None:
    made = intent(at, token="pm_card_chargeCustomerFail")
    try:
        at.bank.stripe.payment_intents.confirm(made.id, {"off_session": True})
    except CardError:
        tell("payment_intent.payment_failed", made)


def a_charge_was_cancelled(at: Stage) -> None:
    tell("payment_intent.canceled", at.bank.stripe.payment_intents.cancel(intent(at).id))


def the_payment_page_is_paid(at: Stage) -> None:
    """On the page of a recovery; a page of long ago where none can be opened."""
    row = at.row
    try:
        url = recover.open_recovery(pledge=row, now=NOW) or ""
        session = ChargeAttempt.objects.get(session_url=url).session_id
    except Refused:
        order = ChargeOrder(uuid.uuid4().hex, CENTS, row.customer_id, "", at.campaign.pk, "", "x")
        page = open_payment_page(
            order, language="it", success_url="http://x.test/", cancel_url="http://x.test/"
        )
        url, session = page.url, page.session_id
    at.bank.pay(url)
    tell("checkout.session.completed", at.bank.stripe.checkout.sessions.retrieve(session))


def charged(at: Stage) -> bool:
    return ChargeAttempt.objects.filter(pledge=at.pledge, status="succeeded").exists()


def disputed(at: Stage, verdict: str = "") -> None:
    """Of the pledge's charge, or of one that is not ours where it has none that can be disputed (again)."""
    open_one = at.row.disputes.filter(settled_at=None).first()
    if open_one:
        found = open_one.stripe_id
        if verdict:
            at.bank.control("dispute", dispute=found, verdict=verdict)
    elif charged(at) and at.row.status in {"collected", "partly_refunded"}:
        found = dispute(at, verdict)
    else:
        foreign = intent(at, confirm=True, off_session=True, metadata={})
        found = at.bank.control("dispute", charge=foreign.latest_charge)["id"]
        if verdict:
            at.bank.control("dispute", dispute=found, verdict=verdict)
    tell("charge.dispute.updated", {"id": found})


def a_dispute_was_opened(at: Stage) -> None:
    disputed(at)


def a_dispute_was_won(at: Stage) -> None:
    disputed(at, "won")


def a_dispute_was_lost(at: Stage) -> None:
    disputed(at, "lost")


def a_refund_came_back(at: Stage) -> None:
    """The card's bank did not take it; of a pledge that had none, one of somebody else's charge."""
    mine = at.row.refunds.exclude(refund_id="").first()
    if mine is None or by_transfer(at):
        foreign = intent(at, confirm=True, off_session=True, token="pm_card_refundFail")
        refund_id = at.bank.stripe.refunds.create({"payment_intent": foreign.id}).id
    else:
        refund_id = mine.refund_id
    at.bank.control("clock", move=2 * 3600)
    tell("refund.failed", at.bank.stripe.refunds.retrieve(refund_id))


# The bank tells


def a_refund_arrived(at: Stage) -> None:
    """Of a pledge whose refund nobody knows of, one made in its name; else one of somebody else's charge."""
    mine = at.row.refunds.filter(status="unknown").first()
    if mine is None:
        foreign = intent(at, confirm=True, off_session=True)
        made = at.bank.stripe.refunds.create({"payment_intent": foreign.id})
    else:
        made = at.bank.stripe.refunds.create(
            {"payment_intent": mine.payment_intent_id, "metadata": {"refund": mine.name_at_stripe}}
        )
    tell("refund.updated", made)


def a_transfer_arrives(at: Stage) -> None:
    bring(paid(at.pledge, CENTS))


def a_late_transfer_arrives(at: Stage) -> None:
    bring(paid(at.pledge, CENTS, on=LAST_DAY + dt.timedelta(days=1)), now=DEADLINE + SOON)


def too_little_arrives(at: Stage) -> None:
    bring(paid(at.pledge, CENTS - 1))


def too_much_arrives(at: Stage) -> None:
    bring(paid(at.pledge, CENTS + 1))


# Workers, deadlines


def a_worker_asks_about_cards(at: Stage) -> None:
    at.rewinding.at(NOW + dt.timedelta(hours=2))
    run("pledges.sweep")


def the_deadline(at: Stage, goal: int) -> None:
    Campaign.objects.filter(pk=at.campaign.pk).update(goal_cents=goal)
    at.from_here()
    at.rewinding.at(DEADLINE + dt.timedelta(days=11))  # nobody waits for the bank any more
    run("campaigns.close")


def the_deadline_meets_the_goal(at: Stage) -> None:
    the_deadline(at, 1)


def the_deadline_misses_the_goal(at: Stage) -> None:
    the_deadline(at, 900_000)


def workers_charge(at: Stage) -> None:
    at.rewinding.at(NOW + dt.timedelta(hours=2))
    run("pledges.charge")


def workers_release(at: Stage) -> None:
    run("pledges.release")


def the_window_ends(at: Stage) -> None:
    at.rewinding.at(ENDS + SOON)
    run("pledges.recovery_end")


def workers_send_refunds(at: Stage) -> None:
    at.rewinding.at(NOW + dt.timedelta(hours=2))
    run("refunds.waiting", "reversals.execute", "refunds.execute")


def an_officer_gives_up_what_was_paid_out(at: Stage) -> None:
    refused = TransferReversal.objects.filter(status="failed").first()
    if refused:
        confirm_impossible(reversal=refused, by=at.officer, now=NOW)


def workers_place_lines(at: Stage) -> None:
    placing.place_new_lines()
    excess.settle_excesses()


# People


def the_campaign_is_called_off(at: Stage) -> None:
    campaign = Campaign.objects.get(pk=at.campaign.pk)
    cancel_campaign(campaign=campaign, reason="r", by=at.officer, now=NOW)
    run("pledges.release")


def refund(at: Stage, cents: int) -> None:
    decision = propose_refund(pledge=at.row, amount_cents=cents, reason="r", by=at.officer, now=NOW)
    approve_refund(decision=decision, by=at.approver, now=NOW)
    run("refunds.waiting", "refunds.execute")


def part_is_refunded(at: Stage) -> None:
    refund(at, 1_000)


def all_is_refunded(at: Stage) -> None:
    refund(at, refundable_cents(at.row) or CENTS)


# The cash desk


def the_receipt_is_cancelled(at: Stage) -> None:
    cancel_receipt(receipt=at.receipt, why="Errore", by=at.clerk, now=NOW)


def the_cash_is_handed_back(at: Stage) -> None:
    if Refund.objects.filter(pledge=at.pledge).exists():
        hand_back(at)


# What can reach a payout


def workers_send(at: Stage) -> None:
    at.rewinding.at(NOW + dt.timedelta(hours=5))
    run("payouts.execute")


def workers_find_no_money(at: Stage) -> None:
    at.bank.drain_balance()
    workers_send(at)


def the_account_is_stopped(at: Stage) -> None:
    account = PayoutAccount.objects.get(organisation=at.campaign.project.organisation)
    at.bank.control("account", account=account.stripe_account_id, transfers="inactive")
    tell("account.updated", {"id": account.stripe_account_id})
    at.from_here()
    workers_send(at)


def the_payee_changes(at: Stage) -> None:
    PayoutAccount.objects.update(stripe_account_id="acct_another")
    PayoutIban.objects.update(iban=paying.OTHER_IBAN)
    at.from_here()
    workers_send(at)


def holders_dispute_it_all(at: Stage) -> None:
    postings.dispute_opened(campaign_id=at.campaign.pk, cents=CENTS * 2, reference="test:dispute", now=NOW)
    at.from_here()
    workers_send(at)


def the_reserve_is_empty(at: Stage) -> None:
    postings.dispute_fee(cents=2_000_000, reference="test:fee", now=NOW)
    at.from_here()
    workers_send(at)


def somebody_approves_again(at: Stage) -> None:
    approve_disbursement(disbursement=at.paying.disbursement, by=world.staff(Role.APPROVER), now=NOW)


def somebody_rejects_it(at: Stage) -> None:
    reject_disbursement(disbursement=at.paying.disbursement, why="r", by=world.staff(Role.APPROVER), now=NOW)


def an_officer_gives_it_up(at: Stage) -> None:
    void_disbursement(disbursement=at.paying.disbursement, why="r", by=at.officer, now=NOW)


def an_officer_tries_again(at: Stage) -> None:
    retry_payout(payout=at.paying, by=at.officer, now=NOW)


def its_mandate_is_recorded(at: Stage) -> None:
    found = at.paying
    record_mandate(
        payout=found, number="2", on=NOW.date(), amount_cents=found.amount_cents, by=at.officer, now=NOW
    )  # fmt: skip


def its_receipt_is_confirmed(at: Stage) -> None:
    confirm_receipt(payout=at.paying, receipt_on=NOW.date(), by=at.officer, now=NOW)


def the_treasury_refuses_it(at: Stage) -> None:
    refuse_mandate(payout=at.paying, why="r", by=at.officer, now=NOW)


def a_list_leaves(at: Stage) -> None:
    if not BankStatement.objects.exists():
        bring(opening=CENTS)
    at.from_here()
    a_list()


def statement_of(at: Stage, **fields: Any) -> None:
    if ListItem.objects.filter(payout=at.payout).exists():
        statement_shows(at, **fields)
    else:
        bring(Move(fields.get("cents", -CENTS), on=NOW.date(), text="?", ref="X1"))


def a_statement_shows_it(at: Stage) -> None:
    statement_of(at)


def its_bank_sends_it_back(at: Stage) -> None:
    statement_of(at, cents=CENTS, back="AC04", ref="P3")


def our_bank_refuses_it(at: Stage) -> None:
    item = ListItem.objects.filter(payout=at.payout).first()
    if item:
        fail_item(item=item, why="r", by=at.officer, now=NOW)


BACKER = (
    raises_the_amount, lowers_the_amount, cancels, wants_another_card, opens_the_card_page, comes_back,
    asks_for_a_refund,
)  # fmt: skip
STRIPE = (
    a_card_was_saved, a_setup_succeeded, the_card_page_expired, a_charge_succeeded, a_charge_failed,
    a_charge_was_cancelled, the_payment_page_is_paid, a_dispute_was_opened, a_dispute_was_won, a_dispute_was_lost,
    a_refund_arrived, a_refund_came_back,
)  # fmt: skip
BANK = (a_transfer_arrives, a_late_transfer_arrives, too_little_arrives, too_much_arrives)
EVERYBODY = (
    a_worker_asks_about_cards, the_deadline_meets_the_goal, the_deadline_misses_the_goal, workers_charge,
    workers_release, the_window_ends, workers_send_refunds, workers_place_lines, the_campaign_is_called_off,
    an_officer_gives_up_what_was_paid_out, part_is_refunded, all_is_refunded,
)  # fmt: skip
CASH_DESK = (the_receipt_is_cancelled, the_cash_is_handed_back)
PAYING = (
    workers_send, workers_find_no_money, the_payee_changes, holders_dispute_it_all, the_reserve_is_empty,
    somebody_approves_again, somebody_rejects_it, an_officer_gives_it_up, an_officer_tries_again,
    its_mandate_is_recorded, its_receipt_is_confirmed, the_treasury_refuses_it,
)  # fmt: skip
BY_OUR_BANK = (a_list_leaves, a_statement_shows_it, its_bank_sends_it_back, our_bank_refuses_it)
#: event → the states it can reach: Stripe knows nothing of transfers, the bank nothing of cards
REACH_PLEDGES = {
    **dict.fromkeys((*BACKER, *EVERYBODY), tuple(PLEDGES)),
    **dict.fromkeys(STRIPE, tuple(CARD)),
    **dict.fromkeys(BANK, tuple(TRANSFER)),
    **dict.fromkeys(CASH_DESK, tuple(CASH)),
}
REACH_PAYOUTS = {
    **dict.fromkeys(PAYING, tuple(PAYOUTS)),
    the_account_is_stopped: tuple(CONNECT),
    **dict.fromkeys(BY_OUR_BANK, tuple(CREDIT)),
}
#: types that Stripe tells above; every listener hears one of them
TOLD = {
    "checkout.session.completed", "checkout.session.expired", "setup_intent.succeeded", "payment_intent.succeeded",
    "payment_intent.payment_failed", "payment_intent.canceled", "charge.dispute.updated", "refund.updated",
    "refund.failed", "account.updated",
}  # fmt: skip
#: drains that run above
RUN = {
    "pledges.sweep", "campaigns.close", "pledges.charge", "pledges.release", "pledges.recovery_end",
    "refunds.execute", "refunds.waiting", "reversals.execute", "payouts.execute", "bank.place", "bank.excesses",
}  # fmt: skip
#: drains that change neither a pledge nor a payout, or read Stripe for those above
ELSEWHERE = {
    "pledges.fold", "pledges.cleanup", "webhooks.work", "webhooks.sweep", "webhooks.forget", "settlements.tell",
    "receipts.issue", "receipts.issue_all", "receipts.correct", "receipts.forget", "ledger.seal", "payees.apply",
    "disputes.answer", "disputes.follow", "notices.send", "idempotency.forget", "bank.returns", "cash.arrived",
    "reconciliation.run", "reconciliation.nightly", "matching.estimates", "matching.expire",
    "reports.plan", "reports.remind", "stops.tell", "commission.reminders", "commission.offers",
    "hubs.agreements", "impact.remind", "simulations.run",
}  # fmt: skip
