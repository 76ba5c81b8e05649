"""Each pledge is charged once, whatever breaks between us and Stripe."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from crowdfund.kit import jobs
from payments.enums import AttemptStatus, PledgeStatus
from payments.gateway.charges import ChargeResult, Outcome
from payments.ledger.selectors import credit_balance, debit_balance
from payments.models import ChargeAttempt, Refund
from payments.permissions import RECOVER, link_token
from payments.services import charge, outcome
from payments.services.refund_send import execute_refunds
from tests import world
from tests.payments.back import advance
from tests.payments.bank import DECLINES, NO_FUNDS, PAYS_AT_ONCE, pledge
from tests.world import NOW

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(seconds=5)
ENDS = NOW + dt.timedelta(days=7)
FEE = 1_525  # of € 1,000: 1.5 % + € 0.25


def collecting(**fields):
    return world.campaign(status=CampaignStatus.COLLECTING, recovery_ends_at=ENDS, **fields)


def drain():
    return jobs.run_until_quiet(["pledges.charge"])


class TestChargedOnce:
    def test_a_pledge_is_collected_and_booked(self, bank, at):
        at(NOW)
        campaign = collecting()
        given = pledge(campaign, bank)
        drain()
        given.refresh_from_db()
        assert given.status == PledgeStatus.COLLECTED
        assert given.fee_cents == FEE
        assert credit_balance(f"held:{campaign.pk}:card") == 100_000 - FEE
        assert debit_balance("cash:stripe") == 100_000 - FEE
        [intent] = bank.charges(given)
        assert intent.transfer_group == f"campaign:{campaign.pk}"
        assert Notice.objects.get(event="pledge_charged").context["amount"].startswith("1.000,00")

    def test_the_call_owner_may_bear_the_fee(self, bank, at):
        at(NOW)
        campaign = collecting(fees_borne_by_campaign=False)
        pledge(campaign, bank)
        drain()
        assert credit_balance(f"held:{campaign.pk}:card") == 100_000
        assert debit_balance("cost:fees") == FEE

    def test_two_rounds_charge_once(self, bank, at):
        at(NOW)
        given = pledge(collecting(), bank)
        drain()
        drain()
        assert len(bank.charges(given)) == 1
        assert ChargeAttempt.objects.count() == 1

    def test_a_crash_between_the_call_and_the_booking_charges_once(self, bank, at, monkeypatch):
        at(NOW)
        given = pledge(collecting(), bank)
        with monkeypatch.context() as patched:
            patched.setattr(charge, "apply_outcome", _crash)
            drain()
        attempt = ChargeAttempt.objects.get()
        assert attempt.status == AttemptStatus.UNKNOWN
        assert len(bank.charges(given)) == 1
        ChargeAttempt.objects.update(leased_until=None)  # the lease of the dead worker has ended
        drain()
        given.refresh_from_db()
        assert given.status == PledgeStatus.COLLECTED
        assert len(bank.charges(given)) == 1

    def test_a_crash_before_the_call_is_sent_later_under_the_same_key(self, bank, at, monkeypatch):
        at(NOW)
        given = pledge(collecting(), bank)
        with monkeypatch.context() as patched:
            patched.setattr(charge, "charge_saved_card", _crash)
            drain()
        ChargeAttempt.objects.update(leased_until=None)
        drain()
        given.refresh_from_db()
        assert given.status == PledgeStatus.COLLECTED
        assert ChargeAttempt.objects.get().n == 1

    @pytest.mark.parametrize("kind", ["error_after", "cut_before", "rate_limit"])
    def test_an_unknown_outcome_is_looked_up(self, bank, at, kind):
        at(NOW)
        given = pledge(collecting(), bank)
        bank.fault("POST /v1/payment_intents", kind, times=3)
        drain()
        attempt = ChargeAttempt.objects.get()
        assert attempt.status == AttemptStatus.UNKNOWN
        bank.no_faults()
        at(NOW + dt.timedelta(minutes=30))
        drain()
        given.refresh_from_db()
        assert given.status == PledgeStatus.COLLECTED
        assert len(bank.charges(given)) == 1
        assert ChargeAttempt.objects.get().n == 1

    def test_a_connection_cut_after_the_effect_is_asked_again_under_the_same_key(self, bank, at):
        at(NOW)
        given = pledge(collecting(), bank)
        bank.fault("POST /v1/payment_intents", "cut_after", times=1)
        drain()
        given.refresh_from_db()
        assert given.status == PledgeStatus.COLLECTED
        assert len(bank.charges(given)) == 1

    def test_after_a_day_it_is_looked_up_before_anything_is_sent(self, bank, at):
        """The stand-in has forgotten the key by then: sending blindly would charge twice."""
        at(NOW)
        given = pledge(collecting(), bank)
        bank.fault("POST /v1/payment_intents", "error_after", times=3)
        drain()
        bank.no_faults()
        bank.control("clock", offset=26 * 3600)
        at(NOW + dt.timedelta(hours=26))
        drain()
        given.refresh_from_db()
        assert given.status == PledgeStatus.COLLECTED
        assert len(bank.charges(given)) == 1

    def test_a_worker_that_slept_too_long_applies_nothing(self, bank, at):
        at(NOW)
        given = pledge(collecting(), bank)
        charge.begin_charges(now=NOW)
        attempt = ChargeAttempt.objects.get()
        result = ChargeResult(outcome=Outcome.SUCCEEDED, payment_intent_id="pi_x", charge_id="ch_x")
        outcome.apply_outcome(attempt=attempt, result=result, now=NOW, fence=attempt.fence + 1)
        given.refresh_from_db()
        assert given.status == PledgeStatus.CHARGING


def _crash(*_args, **_named):
    raise RuntimeError("the worker dies here")


class TestTheBankSaysNo:
    def test_a_decline_asks_the_backer(self, bank, at):
        at(NOW)
        campaign = collecting()
        given = pledge(campaign, bank, token=DECLINES)
        drain()
        given.refresh_from_db()
        assert given.status == PledgeStatus.REQUIRES_ACTION
        assert given.decline_code == "generic_decline"
        attempt = ChargeAttempt.objects.get()
        assert (attempt.status, attempt.error_code) == (AttemptStatus.FAILED, "card_declined")
        assert attempt.payment_intent_id.startswith("pi_")
        told = Notice.objects.get(event="pledge_needs_you")
        assert link_token(given, RECOVER).partition(":")[0] in told.context["action_url"]
        assert credit_balance(f"held:{campaign.pk}:card") == 0

    def test_no_funds_is_tried_again_after_one_and_three_days(self, bank, at):
        at(NOW)
        given = pledge(collecting(), bank, token=NO_FUNDS)
        drain()
        retry = ChargeAttempt.objects.get(n=2)
        assert abs(retry.due_at - (NOW + dt.timedelta(days=1))) < SOON
        assert Notice.objects.get(event="pledge_needs_you").context["retry"]
        at(NOW + dt.timedelta(days=1, minutes=1))
        drain()
        assert ChargeAttempt.objects.get(n=2).status == AttemptStatus.FAILED
        third = ChargeAttempt.objects.get(n=3)
        assert abs(third.due_at - (NOW + dt.timedelta(days=3, minutes=1))) < SOON
        bank.behaves_like(given.payment_method_id, "4242424242424242")
        at(NOW + dt.timedelta(days=3, minutes=2))
        drain()
        given.refresh_from_db()
        assert given.status == PledgeStatus.COLLECTED
        assert len(bank.charges(given)) == 1

    def test_three_tries_and_no_more(self, bank, at):
        at(NOW)
        pledge(collecting(), bank, token=NO_FUNDS)
        for day in range(7):
            at(NOW + dt.timedelta(days=day, hours=1))
            drain()
        assert ChargeAttempt.objects.count() == 3
        assert not ChargeAttempt.objects.exclude(status=AttemptStatus.FAILED).exists()

    def test_a_wrong_key_charges_nobody_and_blames_nobody(self, bank, at, settings):
        at(NOW)
        given = pledge(collecting(), bank)
        settings.STRIPE_SECRET_KEY = "not-a-key"
        drain()
        given.refresh_from_db()
        assert given.status == PledgeStatus.CHARGING
        assert ChargeAttempt.objects.get().status == AttemptStatus.UNKNOWN


class TestTheTruthComesLate:
    def test_a_charge_found_paid_for_a_failed_pledge_goes_back(self, bank, at):
        at(NOW)
        campaign = collecting()
        given = pledge(campaign, bank, token=PAYS_AT_ONCE)
        bank.fault("POST /v1/payment_intents", "error_after", times=3)
        drain()
        bank.no_faults()
        attempt = ChargeAttempt.objects.get()
        given.status = PledgeStatus.FAILED
        given.save(update_fields=["status"])
        [intent] = bank.charges(given)
        charge.learn_of_charge(payment_intent_id=intent.id, now=NOW)
        charge.learn_of_charge(payment_intent_id=intent.id, now=NOW)
        given.refresh_from_db()
        attempt.refresh_from_db()
        assert (given.status, attempt.status) == (PledgeStatus.FAILED, AttemptStatus.SUCCEEDED)
        assert credit_balance(f"refund_due:{campaign.pk}") == 100_000
        bank.control("make-available")
        advance(bank)  # the platform's own money: a fee is missing
        execute_refunds()
        refund = Refund.objects.get()
        assert refund.status == "done", refund.error
        assert credit_balance(f"refund_due:{campaign.pk}") == 0
        assert debit_balance("cost:fees") == FEE

    @pytest.mark.parametrize("status", [AttemptStatus.OPEN, AttemptStatus.ABANDONED, AttemptStatus.FAILED])
    def test_a_second_charge_goes_back_and_its_attempt_keeps_what_was_charged(self, bank, at, status):
        at(NOW)
        given = pledge(collecting(), bank)
        drain()
        second = ChargeAttempt.objects.create(
            pledge=given, n=2, status=status, idempotency_key="second", amount_cents=100_000, created_at=NOW
        )
        twice = ChargeResult(
            outcome=Outcome.SUCCEEDED, payment_intent_id="pi_2", charge_id="ch_2", fee_cents=FEE
        )
        for _ in range(2):
            outcome.apply_outcome(attempt=second, result=twice, now=NOW)
        second.refresh_from_db()
        given.refresh_from_db()
        assert (second.charge_id, second.payment_intent_id, second.fee_cents) == ("ch_2", "pi_2", FEE)
        assert second.status != AttemptStatus.SUCCEEDED
        assert given.status == PledgeStatus.COLLECTED
        refund = Refund.objects.get()
        assert (refund.reason, refund.amount_cents, refund.attempt) == ("duplicate", 100_000, second)

    def test_money_that_goes_back_locks_the_channel_before_the_pledge(self, bank, at, monkeypatch):
        """The order of locks: campaign, channel, pledge. A charge that counts takes no channel."""
        at(NOW)
        order: list[str] = []

        def watch(name: str) -> None:
            real = getattr(outcome, name)

            def noted(*args, **named):
                order.append(name)
                return real(*args, **named)

            monkeypatch.setattr(outcome, name, noted)

        watch("lock_channel")
        watch("lock_pledge")
        given = pledge(collecting(), bank)
        drain()
        assert "lock_channel" not in order
        order.clear()
        given.refresh_from_db()
        late = ChargeAttempt.objects.create(
            pledge=given,
            n=2,
            status="abandoned",
            idempotency_key="late",
            amount_cents=100_000,
            created_at=NOW,
        )
        result = ChargeResult(outcome=Outcome.SUCCEEDED, payment_intent_id="pi_2", charge_id="ch_2")
        outcome.apply_outcome(attempt=late, result=result, now=NOW)
        assert order[-2:] == ["lock_channel", "lock_pledge"]

    def test_a_charge_of_somebody_else_is_ignored(self, bank):
        customer, method = bank.card()
        intent = bank.stripe.payment_intents.create(
            {
                "amount": 500,
                "currency": "eur",
                "customer": customer,
                "payment_method": method,
                "confirm": True,
                "off_session": True,
            }
        )
        charge.learn_of_charge(payment_intent_id=intent.id, now=NOW)
        assert not ChargeAttempt.objects.exists()
