"""SEPA direct debit: chosen on the hosted page, begun at the close, answered by the bank days later."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.notices.models import Notice
from accounts.notices.services import send_due_notices
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import jobs
from crowdfund.kit.errors import Invalid, Refused
from payments.enums import AttemptStatus, PledgeStatus
from payments.gateway.charges import ChargeResult, Outcome
from payments.gateway.setup import CardSession
from payments.ledger.selectors import credit_balance, debit_balance
from payments.models import ChargeAttempt, Pledge, Refund, Settlement
from payments.permissions import MANAGE, RECOVER, link_token
from payments.services import card_setup, close, windows
from payments.services.cards import change_card, confirm_card, open_card_session
from payments.services.charge import learn_of_charge
from payments.services.cleanup import clean_up
from payments.services.pledges import change_amount
from payments.services.recover import open_recovery
from tests import world
from tests.payments.bank import WORKS, Bank, pledge
from tests.payments.conftest import place
from tests.payments.standin.conftest import pay_at
from tests.world import NOW

pytestmark = pytest.mark.django_db
IBAN = "AT611904300234573201"
ENDS = NOW + dt.timedelta(days=7)
DEBIT_FEE = 35
DRAINS = ["campaigns.close", "pledges.charge", "pledges.recovery_end", "refunds.execute", "pledges.cleanup"]


def again(row: Pledge) -> Pledge:
    return Pledge.objects.select_related("campaign__project").get(pk=row.pk)


def give_account(page: str, iban: str = IBAN) -> str:
    return pay_at(page, method="sepa_debit", iban=iban, holder="Ada Rossi")


def saved(bank: Bank, **fields) -> Pledge:
    """A pledge whose account was given on the hosted page."""
    given = place(world.campaign(), **fields)
    give_account(open_card_session(pledge=given, now=NOW))
    assert confirm_card(pledge_id=given.pk, now=NOW) is card_setup.Outcome.ACTIVATED
    return again(given)


def debited(bank: Bank, at, *, cents: int = 100_000, **fields) -> Pledge:
    """A pledge whose campaign met its goal and whose debit is on its way."""
    campaign = fields.pop("campaign", None) or world.campaign()
    Campaign.objects.filter(pk=campaign.pk).update(
        status="live", opens_at=NOW - dt.timedelta(days=60), deadline=NOW, goal_cents=100_000
    )
    given = pledge(campaign, cents=cents, **bank.account() | fields)
    at(NOW)
    jobs.run_until_quiet(DRAINS)
    return again(given)


def letters(event: str) -> dict[str, str]:
    """The text of a letter, by language, after everything due was sent."""
    while send_due_notices():
        pass
    return {notice.language: notice.text for notice in Notice.objects.filter(event=event)}


class TestTheAccount:
    def test_what_was_really_saved_is_learnt_from_the_page(self, bank):
        given = saved(bank, language="en")
        assert (given.status, given.method, given.card_last4) == (PledgeStatus.ACTIVE, "sepa_debit", "3201")
        assert given.mandate_id.startswith("mandate_")
        assert given.mandate_reference
        assert "debited, once, from the account ending in 3201" in letters("pledge_active")["en"]
        assert "8 weeks" in given.consent.text

    @pytest.mark.parametrize(("wish", "first"), [("card", "card"), ("sepa_debit", "sepa_debit")])
    def test_the_page_offers_both_the_wish_first(self, bank, wish, first):
        given = place(world.campaign(), method=wish)
        open_card_session(pledge=given, now=NOW)
        session = bank.stripe.checkout.sessions.retrieve(given.session_id)
        assert session.payment_method_types[0] == first
        assert set(session.payment_method_types) == {"card", "sepa_debit"}

    def test_a_card_gives_way_to_an_account_and_back(self, bank):
        campaign = world.campaign()
        given = place(campaign)
        bank.pay(open_card_session(pledge=given, now=NOW))
        confirm_card(pledge_id=given.pk, now=NOW)
        card, token = again(given).payment_method_id, link_token(given, MANAGE)
        give_account(change_card(pledge=again(given), by=None, token=token, now=NOW))
        assert confirm_card(pledge_id=given.pk, now=NOW) is card_setup.Outcome.CARD_CHANGED
        assert (again(given).method, again(given).card_last4) == ("sepa_debit", "3201")
        clean_up()
        assert bank.stripe.payment_methods.retrieve(card).customer is None
        bank.pay(change_card(pledge=again(given), by=None, token=token, now=NOW))
        confirm_card(pledge_id=given.pk, now=NOW)
        back = again(given)
        assert (back.method, back.card_last4, back.mandate_id) == ("card", "4242", "")

    def test_a_debit_has_a_limit_of_its_own(self, bank, settings):
        settings.CARD_LIMIT_CENTS = 2_000_000
        campaign = world.campaign()
        with pytest.raises(Invalid) as refused:
            place(campaign, amount_cents=1_000_001, method="sepa_debit")
        assert refused.value.code == "above_debit_limit"
        assert not Pledge.objects.exists()
        by_card = place(campaign, amount_cents=1_000_001)
        open_card_session(pledge=by_card, now=NOW)
        session = bank.stripe.checkout.sessions.retrieve(by_card.session_id)
        assert session.payment_method_types == ["card"]

    def test_raising_a_debit_above_its_limit_is_refused(self, bank, settings):
        settings.CARD_LIMIT_CENTS = 2_000_000
        given = saved(bank)
        with pytest.raises(Invalid) as refused:
            change_amount(
                pledge=given, amount_cents=1_000_001, by=None, token=link_token(given, MANAGE), now=NOW,
                consent_version=given.consent.version,
            )  # fmt: skip
        assert refused.value.code == "above_debit_limit"
        assert again(given).amount_cents == 2_500

    def test_an_account_saved_for_more_than_a_debit_takes_is_given_back(self, bank, settings, client):
        """The amount was raised while the page was open."""
        settings.CARD_LIMIT_CENTS = 2_000_000
        given = place(world.campaign(), language="en")
        page = open_card_session(pledge=given, now=NOW)
        change_amount(
            pledge=given, amount_cents=1_500_000, by=None, token=link_token(given, MANAGE), now=NOW,
            consent_version=given.consent.version,
        )  # fmt: skip
        back = give_account(page)
        answer = client.get(back.removeprefix("http://localhost:8000"), follow=True)
        assert "more than a direct debit takes" in answer.content.decode()
        assert again(given).status == PledgeStatus.PENDING_CARD
        assert "at most €10,000.00" in letters("pledge_above_debit")["en"]
        clean_up()
        session = bank.stripe.checkout.sessions.retrieve(given.session_id, {"expand": ["setup_intent"]})
        method = bank.stripe.payment_methods.retrieve(str(session.setup_intent.payment_method))
        assert method.customer is None
        bank.pay(open_card_session(pledge=again(given), now=NOW))
        assert confirm_card(pledge_id=given.pk, now=NOW) is card_setup.Outcome.ACTIVATED

    @pytest.mark.parametrize(("method", "code"), [("cash", "unknown_method"), ("", "unknown_method")])
    def test_another_way_is_refused(self, method, code):
        with pytest.raises(Invalid) as refused:
            place(world.campaign(), method=method)
        assert (refused.value.code, refused.value.field) == (code, "method")

    def test_while_the_bank_has_not_answered_nothing_changes_and_the_close_waits(self, bank, at, monkeypatch):
        campaign = world.campaign(goal_cents=2_500)
        given = place(campaign)
        Pledge.objects.filter(pk=given.pk).update(session_id="cs_1")
        unanswered = CardSession(
            id="cs_1", url="", status="complete", mode="setup", setup_intent_id="seti_1",
            setup_status="processing", payment_method_id="pm_1", method="sepa_debit", mandate_id="mandate_1",
        )  # fmt: skip
        outcome = card_setup.apply_setup(pledge_id=given.pk, session=unanswered, now=NOW)
        assert outcome is card_setup.Outcome.NOTHING
        monkeypatch.setattr(close, "expire_card_session", lambda _id: unanswered)
        at(campaign.deadline)
        jobs.run_until_quiet(["campaigns.close"])
        campaign.refresh_from_db()
        assert (campaign.status, again(given).status) == (CampaignStatus.CLOSING, PledgeStatus.PENDING_CARD)
        at(campaign.deadline + dt.timedelta(hours=25))
        jobs.run_until_quiet(["campaigns.close"])
        campaign.refresh_from_db()
        assert (campaign.status, again(given).status) == (CampaignStatus.MISSED, PledgeStatus.CANCELLED)


class TestTheDebit:
    def test_it_is_on_its_way_for_days_and_then_collected_once(self, bank, at):
        given = debited(bank, at, language="en")
        assert given.status == PledgeStatus.PROCESSING
        attempt = ChargeAttempt.objects.get()
        assert attempt.status == AttemptStatus.PROCESSING
        assert attempt.due_at == NOW + dt.timedelta(hours=6) or attempt.due_at > NOW + dt.timedelta(hours=5)
        told = letters("pledge_debited")["en"]
        assert "€1,000.00" in told
        assert given.mandate_reference in told
        assert "8 weeks" in told
        assert credit_balance(f"held:{given.campaign_id}:card") == 0
        at(NOW + dt.timedelta(days=3))
        jobs.run_until_quiet(DRAINS)
        assert again(given).status == PledgeStatus.PROCESSING
        bank.answer_debit(given)
        at(NOW + dt.timedelta(days=4))
        jobs.run_until_quiet(DRAINS)
        collected = again(given)
        assert (collected.status, collected.method) == (PledgeStatus.COLLECTED, "sepa_debit")
        assert collected.fee_cents == DEBIT_FEE
        assert credit_balance(f"held:{given.campaign_id}:card") == 100_000 - DEBIT_FEE
        assert "were debited from your account" in letters("pledge_charged")["en"]
        assert bank.stripe.payment_methods.retrieve(given.payment_method_id).customer is None
        assert len(bank.charges(given)) == 1

    def test_its_event_tells_at_once(self, bank, at):
        given = debited(bank, at)
        bank.answer_debit(given)
        intent = ChargeAttempt.objects.get().payment_intent_id
        for _ in range(2):
            learn_of_charge(payment_intent_id=intent, now=NOW + dt.timedelta(days=3))
        assert again(given).status == PledgeStatus.COLLECTED
        assert debit_balance("cash:stripe") == 100_000 - DEBIT_FEE

    @pytest.mark.parametrize(
        ("code", "italian", "english"),
        [
            (
                "insufficient_funds",
                "Sul conto non c'era abbastanza denaro",
                "not enough money on the account",
            ),
            ("account_closed", "Il conto è stato chiuso", "The account has been closed"),
            ("debit_not_authorized", "non era autorizzato", "was not authorised"),
            ("authorization_revoked", "non era autorizzato", "was not authorised"),
            ("charge_exceeds_source_limit", "supera un limite", "above a limit"),
            ("charge_exceeds_weekly_limit", "supera un limite", "above a limit"),
            ("refer_to_customer", "ha rifiutato l'addebito", "refused the debit"),
            ("generic_could_not_process", "ha rifiutato l'addebito", "refused the debit"),
        ],
    )
    def test_one_that_comes_back_asks_for_a_card_in_plain_words(self, bank, at, code, italian, english):
        given = debited(bank, at)
        bank.answer_debit(given, code)
        learn_of_charge(payment_intent_id=ChargeAttempt.objects.get().payment_intent_id, now=NOW)
        asked = again(given)
        assert (asked.status, asked.decline_code) == (PledgeStatus.REQUIRES_ACTION, code)
        assert not asked.attempts.filter(status=AttemptStatus.CREATED).exists(), "a debit is not tried again"
        notice = Notice.objects.get(event="pledge_needs_you")
        for language, words, advice in (
            ("it", italian, "Paga invece con una carta"),
            ("en", english, "card instead"),
        ):
            notice.language = language
            _rendered(notice)
            assert words in notice.text.replace("&#x27;", "'")
            assert advice in notice.text
            assert words in notice.html.replace("&#x27;", "'")
        assert debit_balance("cost:fees") == DEBIT_FEE, "the fee of a debit that came back is the platform's"
        assert credit_balance(f"held:{given.campaign_id}:card") == 0

    def test_by_another_means_it_is_collected_after_all(self, bank, at, client):
        given = debited(bank, at)
        bank.answer_debit(given, "insufficient_funds")
        learn_of_charge(payment_intent_id=ChargeAttempt.objects.get().payment_intent_id, now=NOW)
        address = reverse("pledge_recover", args=[link_token(given, RECOVER)])
        assert "Sul conto non c" in client.get(address).content.decode()
        bank.pay(open_recovery(pledge=again(given), now=NOW))
        client.get(reverse("pledge_recovered", args=[link_token(given, RECOVER)]))
        paid = again(given)
        assert (paid.status, paid.method, paid.card_last4) == (PledgeStatus.COLLECTED, "card", "4242")

    def test_a_mandate_taken_back_is_a_refusal_of_the_bank(self, bank, at):
        campaign = world.campaign()
        fields = bank.account()
        given = debited(bank, at, campaign=campaign, **fields)
        bank.answer_debit(given, "account_closed")
        learn_of_charge(payment_intent_id=ChargeAttempt.objects.get().payment_intent_id, now=NOW)
        second = pledge(campaign, cents=5_000, **fields)
        jobs.run_until_quiet(DRAINS)
        assert again(second).decline_code == "payment_intent_mandate_invalid"


def _rendered(notice: Notice) -> None:
    from accounts.notices.services import render

    with translation.override(notice.language):
        render(notice)


class TestTheWindow:
    def test_it_does_not_end_while_a_debit_is_on_its_way(self, bank, at):
        given = debited(bank, at)
        at(ENDS + dt.timedelta(minutes=1))
        jobs.run_until_quiet(DRAINS)
        assert Campaign.objects.get().status == CampaignStatus.COLLECTING
        bank.answer_debit(given)
        at(ENDS + dt.timedelta(days=1))
        jobs.run_until_quiet(DRAINS)
        assert again(given).status == PledgeStatus.COLLECTED
        assert Campaign.objects.get().status == CampaignStatus.FUNDED

    def test_one_that_comes_back_late_leaves_days_to_pay_otherwise(self, bank, at):
        campaign = world.campaign()
        given = debited(bank, at, campaign=campaign)
        late = ENDS + dt.timedelta(days=2)
        bank.answer_debit(given, "insufficient_funds")
        at(late)
        jobs.run_until_quiet(DRAINS)
        asked = again(given)
        assert asked.status == PledgeStatus.REQUIRES_ACTION
        assert asked.window_ends_at == asked.recover_until
        assert abs(asked.recover_until - (late + dt.timedelta(days=3))) < dt.timedelta(minutes=1)
        assert Campaign.objects.get().status == CampaignStatus.COLLECTING
        assert Notice.objects.filter(event="pledge_needs_you").exists()
        at(late + dt.timedelta(days=1, hours=2))
        jobs.run_until_quiet(DRAINS)
        assert Notice.objects.filter(event="pledge_reminder").count() == 1
        bank.pay(open_recovery(pledge=asked, now=late + dt.timedelta(days=2)))
        at(late + dt.timedelta(days=3, hours=1))
        jobs.run_until_quiet(DRAINS)
        assert again(given).status == PledgeStatus.COLLECTED
        assert Campaign.objects.get().status == CampaignStatus.FUNDED

    def test_their_own_days_end_too(self, bank, at):
        given = debited(bank, at)
        bank.answer_debit(given, "insufficient_funds")
        at(ENDS - dt.timedelta(hours=1))
        jobs.run_until_quiet(DRAINS)
        with pytest.raises(Refused) as refused:
            open_recovery(pledge=again(given), now=ENDS + dt.timedelta(days=4))
        assert refused.value.code == "window_closed"
        at(ENDS + dt.timedelta(days=4))
        jobs.run_until_quiet(DRAINS)
        assert again(given).status == PledgeStatus.FAILED
        assert Campaign.objects.get().status == CampaignStatus.MISSED

    def test_after_fifteen_business_days_the_collection_goes_on_without_it(self, bank, at):
        campaign = world.campaign()
        paid = pledge(campaign, bank, cents=50_000, token=WORKS)
        given = debited(bank, at, campaign=campaign, language="en")
        last_day = NOW + dt.timedelta(
            days=19
        )  # Sunday 22 November 2026 + 15 business days = Friday 11 December
        at(last_day)
        jobs.run_until_quiet(DRAINS)
        assert again(given).status == PledgeStatus.PROCESSING
        at(last_day + dt.timedelta(days=1))
        jobs.run_until_quiet(DRAINS)
        assert (again(paid).status, again(given).status) == (PledgeStatus.COLLECTED, PledgeStatus.FAILED)
        attempt = given.attempts.get()
        assert attempt.status == AttemptStatus.PROCESSING, "it is looked at on"
        assert Settlement.objects.get().collected_cents == 50_000
        assert "we give back all of it at once" in letters("pledge_unanswered")["en"]
        assert "pledge_failed" not in Notice.objects.values_list("event", flat=True)
        bank.answer_debit(given)
        learn_of_charge(payment_intent_id=attempt.payment_intent_id, now=last_day + dt.timedelta(days=3))
        refund = Refund.objects.get()
        assert (refund.reason, refund.amount_cents) == ("late", 100_000)
        assert again(given).status == PledgeStatus.FAILED
        attempt.refresh_from_db()
        assert (attempt.status, attempt.fee_cents) == (AttemptStatus.SUCCEEDED, DEBIT_FEE)
        assert attempt.charge_id

    def test_one_that_fails_after_the_collection_went_on_changes_nothing_but_its_fee(self, bank, at):
        given = debited(bank, at)
        at(NOW + dt.timedelta(days=30))
        jobs.run_until_quiet(DRAINS)
        assert again(given).status == PledgeStatus.FAILED
        bank.answer_debit(given, "insufficient_funds")
        at(NOW + dt.timedelta(days=31))
        jobs.run_until_quiet(DRAINS)
        assert given.attempts.get().status == AttemptStatus.FAILED
        assert again(given).status == PledgeStatus.FAILED
        assert not Notice.objects.filter(event="pledge_needs_you").exists()
        assert debit_balance("cost:fees") == DEBIT_FEE

    def test_one_that_stripe_still_cancels_is_closed_without_a_charge(self, bank, at, monkeypatch):
        """Stripe cancels a debit on its way "in rare cases"; the stand-in never does."""
        given = debited(bank, at)
        intent = given.attempts.get().payment_intent_id
        cancelled = ChargeResult(outcome=Outcome.CANCELLED, payment_intent_id=intent)
        monkeypatch.setattr(windows, "close_charge", lambda _id: cancelled)
        at(NOW + dt.timedelta(days=30))
        jobs.run_until_quiet(DRAINS)
        assert given.attempts.get().status == AttemptStatus.ABANDONED
        assert again(given).status == PledgeStatus.FAILED
        assert Notice.objects.filter(event="pledge_failed").exists()

    def test_while_stripe_can_not_be_asked_it_waits(self, bank, at, settings):
        given = debited(bank, at)
        settings.STRIPE_API_BASE = "http://127.0.0.1:9"
        at(NOW + dt.timedelta(days=30))
        jobs.run_until_quiet(["pledges.recovery_end"])
        assert again(given).status == PledgeStatus.PROCESSING
        assert Campaign.objects.get().status == CampaignStatus.COLLECTING

    def test_there_is_nothing_to_recover_meanwhile(self, bank, at, client):
        given = debited(bank, at, language="en")
        with pytest.raises(Refused) as refused:
            open_recovery(pledge=given, now=NOW)
        assert refused.value.code == "debit_under_way"
        with translation.override("en"):
            address = reverse("pledge_recover", args=[link_token(given, RECOVER)])
        assert "at most 14 working days" in client.get(address).content.decode()
