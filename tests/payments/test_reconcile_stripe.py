"""Every movement at Stripe against the books: journeys leave nothing open, and each sabotage is found and named."""

from __future__ import annotations

import datetime as dt

import pytest

from campaigns.enums import CampaignStatus
from payments import postings
from payments.ledger.selectors import debit_balance
from payments.models import ChargeAttempt
from payments.reconciliation.models import ReconciliationRun, StripeMovement
from payments.services.charge import learn_of_charge
from payments.services.disputes import learn_of_dispute
from payments.services.refund_send import learn_of_refund
from tests import world
from tests.payments.bank import WORKS, pledge
from tests.payments.reconciling import at_stripe, reconciled, run
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_nothing_at_all_is_nothing_open(books):
    assert reconciled(books) == {}
    done = ReconciliationRun.objects.get()
    assert (done.stripe_cents, done.ledger_cents, done.movements_read) == (0, 0, 0)


def test_charges_and_their_fees_are_booked_to_the_cent(books):
    books.charged(100_000, 2_500)
    books.charged(40_000, fees_borne_by_campaign=False, token=WORKS)
    assert reconciled(books) == {}
    done = ReconciliationRun.objects.get()
    assert done.stripe_cents == done.ledger_cents == at_stripe(books) == debit_balance("cash:stripe")
    assert done.pending_cents > 0
    assert done.available_cents > 0
    assert done.movements_new == 3


def test_refunds_payouts_reversals_and_what_was_paid_in_leave_nothing_open(books):
    whole, part = books.charged(10_000, 20_000)
    books.advance()
    books.refunded(part, 5_000)
    payout = books.paid_out(whole.campaign, 24_000)
    books.refunded(whole, 10_000)
    assert payout.status == "done"
    assert reconciled(books) == {}
    kinds = set(StripeMovement.objects.values_list("type", flat=True))
    assert kinds == {"charge", "topup", "refund", "transfer", "transfer_refund"}
    assert at_stripe(books) == debit_balance("cash:stripe")


def test_a_refund_that_failed_is_booked_back(books):
    [given] = books.charged(10_000)
    books.advance()
    books.behaves_like(given.payment_method_id, "4000000000005126")
    books.refunded(given, 10_000)
    books.to(NOW + dt.timedelta(hours=2))
    refund = given.refunds.get()
    refund.due_at = NOW
    refund.save(update_fields=["due_at"])
    learn_of_refund(refund_id=refund.refund_id, now=NOW)
    assert reconciled(books) == {}
    refund.refresh_from_db()
    assert refund.status == "failed"
    assert StripeMovement.objects.filter(category="refund_failure").count() == 1


@pytest.mark.parametrize("verdict", ["won", "lost"])
def test_a_dispute_and_its_fee_are_booked(books, verdict):
    [given] = books.charged(10_000)
    books.advance()
    dispute = books.control("dispute", charge=books.charge_of(given))["id"]
    learn_of_dispute(dispute_id=dispute, now=NOW)
    assert reconciled(books) == {}
    books.control("dispute", dispute=dispute, verdict=verdict)
    learn_of_dispute(dispute_id=dispute, now=NOW)
    assert reconciled(books) == {}
    assert at_stripe(books) == debit_balance("cash:stripe")


@pytest.mark.parametrize("failure_code", [None, "insufficient_funds"])
def test_a_debit_is_on_its_way_until_its_bank_has_answered(books, failure_code):
    campaign = world.campaign(
        world.person("Tea"), status=CampaignStatus.COLLECTING, recovery_ends_at=NOW + dt.timedelta(days=7)
    )
    given = pledge(campaign, cents=10_000, **books.account())
    run("pledges.charge")
    assert reconciled(books) == {}
    done = ReconciliationRun.objects.first()
    assert (done.stripe_cents, done.ledger_cents, done.in_flight_cents) == (9_965, 0, 9_965)
    books.answer_debit(given, failure_code)
    learn_of_charge(payment_intent_id=given.attempts.get().payment_intent_id, now=NOW)
    assert reconciled(books) == {}
    assert debit_balance("cash:stripe") == (-35 if failure_code else 9_965)


def test_importing_twice_changes_nothing(books):
    books.charged(100_000)
    reconciled(books)
    before = list(StripeMovement.objects.values_list())
    assert reconciled(books) == {}
    assert list(StripeMovement.objects.values_list()) == before
    first, second = ReconciliationRun.objects.order_by("pk")
    assert (first.movements_new, second.movements_new, second.new_differences) == (1, 0, 0)


def test_more_than_a_page_is_read(books, monkeypatch):
    monkeypatch.setattr("payments.gateway.balance.PAGE", 2)
    books.charged(1_000, 1_100, 1_200, 1_300, 1_400)
    assert reconciled(books) == {}
    assert ReconciliationRun.objects.get().movements_new == 5


# Sabotage


def only(found):
    [one] = found.values()
    return one


def test_a_charge_that_nobody_asked_for(books):
    books.charged(100_000)
    customer, card = books.card()
    books.stripe.payment_intents.create(
        {
            "amount": 7_700, "currency": "eur", "customer": customer, "payment_method": card, "confirm": True,
            "off_session": True,
        }
    )  # fmt: skip
    found = reconciled(books)
    fee, charge = sorted(found.values(), key=lambda row: row.moved_cents)
    assert (charge.kind, charge.family, charge.proposal) == ("not_ours", "charge", "give_back")
    assert (charge.moved_cents, charge.booked_cents, charge.source[:3]) == (7_700, 0, "ch_")
    assert (fee.kind, fee.family, fee.proposal) == ("not_booked", "stripe_fee", "book_fee")
    assert fee.difference_cents == -141


def test_a_refund_made_in_the_dashboard(books):
    [given] = books.charged(10_000)
    made = books.stripe.refunds.create({"charge": books.charge_of(given), "amount": 300})
    row = only(reconciled(books))
    assert (row.kind, row.family, row.source) == ("not_ours", "refund", made.id)
    assert row.difference_cents == -300


def test_a_posting_that_is_missing_and_one_that_never_moved(books, monkeypatch):
    monkeypatch.setattr("payments.postings.charge_collected", lambda **_facts: None)
    [given] = books.charged(10_000)
    monkeypatch.undo()
    key = ChargeAttempt.objects.get(pledge=given).idempotency_key
    postings.charge_collected(
        campaign_id=given.campaign_id, cents=4_200, reference="pledge:0:charge:1", now=NOW
    )
    found = reconciled(books)
    missing, invented = found[f"charge:{key}"], found["charge:pledge:0:charge:1"]
    assert len(found) == 2
    assert (missing.kind, missing.difference_cents, missing.proposal) == ("not_booked", 10_000, "look_again")
    assert (invented.kind, invented.difference_cents) == ("not_moved", -4_200)


def test_a_wrong_fee(books, monkeypatch):
    real = postings.charge_fee
    monkeypatch.setattr(
        "payments.postings.charge_fee", lambda *, cents, **facts: real(cents=cents + 1, **facts)
    )
    books.charged(10_000)
    row = only(reconciled(books))
    assert (row.kind, row.family) == ("other_amount", "charge_fee")
    assert (row.moved_cents, row.booked_cents, row.difference_cents) == (-175, -176, 1)


def test_a_payout_made_by_hand_and_money_paid_in_that_nobody_said(books):
    books.charged(100_000)
    top_up = books.control("top-up", amount=5_000)["id"]
    to_bank = books.to_bank(30_000)
    found = reconciled(books)
    assert len(found) == 2
    payout = found[f"to_bank:stripe_payout:{to_bank}"]
    paid_in = next(row for row in found.values() if row.family == "advance")
    assert (payout.kind, payout.proposal, payout.moved_cents) == ("not_booked", "book_to_bank", -30_000)
    assert (paid_in.kind, paid_in.proposal, paid_in.source) == ("not_ours", "propose_advance", top_up)


def test_a_dispute_whose_event_never_came(books):
    [given] = books.charged(10_000)
    books.control("dispute", charge=books.charge_of(given))
    found = reconciled(books)
    assert {(row.family, row.kind, row.proposal) for row in found.values()} == {
        ("dispute", "not_booked", "look_again"),
        ("stripe_fee", "not_booked", "book_fee"),
    }


def test_a_kind_of_movement_that_nobody_provided_for(books):
    books.charged(10_000)
    reconciled(books)
    StripeMovement.objects.create(
        balance_transaction_id="txn_x", type="connect_collection_transfer", gross_cents=-500, fee_cents=0,
        net_cents=-500, currency="eur", balance_type="payments", created_at=NOW, available_on=NOW,
    )  # fmt: skip
    found = reconciled(books)
    assert {row.kind for row in found.values()} == {"unknown_type", "balance"}
    assert {row.difference_cents for row in found.values()} == {-500, 500}


def test_what_one_side_has_just_learnt_of_is_on_its_way(books):
    [given] = books.charged(10_000)
    books.stripe.refunds.create({"charge": books.charge_of(given), "amount": 300})
    assert reconciled(books, after=dt.timedelta(minutes=5)) == {}
    done = ReconciliationRun.objects.get()
    assert (done.in_flight, done.in_flight_cents) == (1, -300)
    assert done.stripe_cents == done.ledger_cents + done.in_flight_cents
    assert len(reconciled(books)) == 1
