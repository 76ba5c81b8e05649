"""Refunds by decision: two people, never more than came in, to the cent, once."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.enums import Role, TeamRole
from accounts.models import Membership
from accounts.notices.models import Notice
from accounts.notices.services import send_due_notices
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.enums import RefundReason
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import credit_balance, debit_balance
from payments.models import Refund, RefundDecision, RefundRequest
from payments.permissions import MANAGE, link_token
from payments.services.other_ways import approve_other_way, propose_other_way, reject_other_way
from payments.services.refund import decide_refund, fail_refund, finish_refund
from payments.services.refund_decisions import approve_refund, propose_refund, reject_refund
from payments.services.refund_requests import ask_refund, refuse_request
from payments.services.refund_send import execute_refunds, learn_of_refund
from tests import world
from tests.payments.back import (
    advance,
    again,
    as_collected,
    books,  # noqa: F401 - a fixture
    collected,
    decided,
    fee_of,
    funded,
    held,
    propose,
    run,
    sound,
)
from tests.world import NOW

pytestmark = pytest.mark.django_db


class TestTwoPeople:
    def test_one_proposes_another_approves(self):
        given = as_collected(funded())
        refund = decided(given, 4_000)
        assert (refund.status, refund.amount_cents, refund.reason) == ("created", 4_000, "decided")
        assert held(given.campaign) == 10_000 - 175 - 4_000
        assert credit_balance(f"refund_due:{given.campaign_id}") == 4_000
        assert Notice.objects.get(event="pledge_refunded").context["why"] == "Progetto cambiato"
        sound()

    def test_nobody_else(self):
        owner = world.person()
        given = as_collected(funded(project=world.project(owner)))
        both = world.staff(Role.OFFICER, Role.APPROVER)
        decision = propose(given, 4_000, by=both)
        organisation = given.campaign.project.organisation
        member = world.staff(Role.OFFICER, Role.APPROVER)
        Membership.objects.create(user=member, organisation=organisation, role=TeamRole.EDITOR, since=NOW)
        for by in (member, owner, world.person(), world.staff(Role.AUDITOR), world.staff(Role.APPROVER)):
            with pytest.raises(NotAllowed):
                propose(given, 1_000, by=by)
        for by in (both, member, owner, world.person(), world.staff(Role.OFFICER)):
            with pytest.raises(NotAllowed):
                approve_refund(decision=decision, by=by, now=NOW)
            with pytest.raises(NotAllowed):
                reject_refund(decision=decision, why="no", by=by, now=NOW)
        decision.refresh_from_db()
        assert decision.status == "proposed"
        assert not Refund.objects.exists()

    def test_rejected_with_its_reason(self):
        given = as_collected(funded())
        decision = propose(given, 4_000)
        approver = world.staff(Role.APPROVER)
        with pytest.raises(Invalid):
            reject_refund(decision=decision, why=" ", by=approver, now=NOW)
        reject_refund(decision=decision, why="Non serve", by=approver, now=NOW)
        assert decision.events.last().why == "Non serve"
        with pytest.raises(Refused):
            approve_refund(decision=decision, by=approver, now=NOW)
        assert not Refund.objects.exists()

    def test_void_when_the_pledge_has_changed_since(self):
        given = as_collected(funded())
        first, second = propose(given, 4_000), propose(given, 5_000)
        approve_refund(decision=first, by=world.staff(Role.APPROVER), now=NOW)
        with pytest.raises(Refused) as refused:
            approve_refund(decision=second, by=world.staff(Role.APPROVER), now=NOW)
        assert refused.value.code == "void"
        assert RefundDecision.objects.get(pk=second.pk).status == "void"
        assert Refund.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"amount_cents": 0}, "amount"),
            ({"amount_cents": -1}, "amount"),
            ({"amount_cents": 10_001}, "above_refundable"),
            ({"reason": "  "}, "missing"),
            ({"reason": "x" * 201}, "too_long"),
        ],
    )
    def test_bad_input_is_said_and_changes_nothing(self, fields, code):
        given = as_collected(funded())
        with pytest.raises(Invalid) as refused:
            propose_refund(
                **{"pledge": given, "amount_cents": 1, "reason": "r", "by": world.staff(Role.OFFICER)}
                | {"now": NOW}
                | fields
            )
        assert refused.value.code == code
        assert not RefundDecision.objects.exists()

    @pytest.mark.parametrize("status", ["active", "failed", "refunded", "lost", "released"])
    def test_only_of_a_collected_pledge(self, status):
        given = as_collected(funded())
        type(given).objects.filter(pk=given.pk).update(status=status)
        with pytest.raises(Refused) as refused:
            propose(again(given), 1)
        assert refused.value.code == "not_collected"

    def test_never_more_than_came_in_whoever_asks(self):
        given = as_collected(funded())
        attempt = given.attempts.get()
        decided(given, 6_000)
        with pytest.raises(Refused) as refused:
            decide_refund(
                pledge=again(given), cents=4_001, reason=RefundReason.DECIDED, attempt=attempt, now=NOW
            )
        assert refused.value.code == "above_refundable"
        with pytest.raises(Refused):
            decide_refund(
                pledge=again(given), cents=4_001, reason=RefundReason.LATE, attempt=attempt, now=NOW
            )


@pytest.mark.usefixtures("books")
class TestThroughStripe:
    @pytest.mark.parametrize("bears", [True, False])
    def test_part_by_part_to_the_cent(self, bank, at, bears):
        advance(bank)
        [given] = collected(bank, at, 10_000, fees_borne_by_campaign=bears)
        campaign, fee = given.campaign, fee_of(10_000)
        mine, ours = (fee, 0) if bears else (0, fee)
        for cents, left, status in ((3_333, 6_667, "partly_refunded"), (3_333, 3_334, "partly_refunded")):
            decided(again(given), cents)
            run()
            assert again(given).status == status
            assert (held(campaign), debit_balance("cost:fees")) == (left - mine, ours)
        decided(again(given), 3_334)  # the rest: the whole charge went back, its fee is the platform's
        run()
        assert again(given).status == "refunded"
        assert (held(campaign), debit_balance("cost:fees")) == (0, fee)
        [intent] = bank.charges(given)
        refunds = bank.stripe.refunds.list({"payment_intent": intent.id}).data
        assert sorted(refund.amount for refund in refunds) == [3_333, 3_333, 3_334]
        assert credit_balance(f"refund_due:{campaign.pk}") == 0

    @pytest.mark.parametrize("kind", ["error_before", "error_after", "cut_before", "cut_after"])
    def test_an_unknown_outcome_refunds_once(self, bank, at, kind):
        advance(bank)
        [given] = collected(bank, at, 10_000)
        for n, cents in enumerate((2_000, 3_000), start=1):  # the second must not be taken for the first
            decided(again(given), cents)
            bank.fault("POST /v1/refunds", kind, times=3)
            run()
            bank.no_faults()
            at(
                NOW + dt.timedelta(minutes=15 * n)
            )  # Stripe answers the old key with its old 500: a new one is due
            run()
            assert Refund.objects.get(amount_cents=cents).status == "done"
        [intent] = bank.charges(given)
        refunds = bank.stripe.refunds.list({"payment_intent": intent.id}).data
        assert sorted(refund.amount for refund in refunds) == [2_000, 3_000]
        assert {row.refund_id for row in Refund.objects.all()} == {refund.id for refund in refunds}

    def test_one_that_finds_no_money_waits_for_it(self, bank, at):
        advance(bank)
        [given] = collected(bank, at, 10_000, token="pm_card_visa")
        bank.control("make-available")
        bank.control("clock", move=3600)
        available = bank.stripe.balance.retrieve().available[0].amount
        bank.drain_balance()
        refund = decided(given, 10_000)
        run()
        refund.refresh_from_db()
        assert (refund.status, refund.error) == ("failed", "balance_insufficient")
        assert refund.paid_reference == ""
        bank.control("top-up", amount=available)  # what the test sent away comes back
        at(NOW + dt.timedelta(hours=2))
        run()
        refund.refresh_from_db()
        assert (refund.status, refund.error) == ("done", "")

    def test_one_that_the_bank_returns_is_owed_again_and_paid_another_way(self, bank, at):
        advance(bank)
        advance(into="cash:bank")
        [given] = collected(bank, at, 10_000, token="pm_card_refundFail")
        refund = decided(given, 10_000)
        run()
        assert again(given).status == "refunded"
        bank.control("clock", move=3_700)
        refund.refresh_from_db()
        for _ in range(2):  # the event comes twice
            learn_of_refund(refund_id=refund.refund_id, now=NOW)
        refund.refresh_from_db()
        assert (refund.status, refund.due_at, refund.paid_reference) == ("failed", None, "")
        assert again(given).status == "collected"
        assert credit_balance(f"refund_due:{given.campaign_id}") == 10_000
        [back] = LedgerTransfer.objects.filter(code="refund_paid", reverses__isnull=False)
        assert back.amount_cents == 10_000
        run()
        refund.refresh_from_db()
        assert refund.status == "failed", "nothing is sent again by itself"
        self._another_way(refund)
        learn_of_refund(refund_id=refund.refund_id, now=NOW)  # the old event, once more
        refund.refresh_from_db()
        assert (refund.status, again(given).status) == ("done", "refunded")
        assert credit_balance(f"refund_due:{given.campaign_id}") == 0
        assert debit_balance("cash:bank") == 40_000

    def _another_way(self, refund) -> None:
        officer = world.staff(Role.OFFICER, Role.APPROVER)
        facts = {"refund": refund, "by": officer, "now": NOW}
        other = propose_other_way(proof="CRO 1", paid_on=NOW.date(), reason="Per telefono", **facts)
        with pytest.raises(Refused):
            propose_other_way(proof="CRO 2", paid_on=NOW.date(), reason="Ancora", **facts)
        with pytest.raises(NotAllowed):
            approve_other_way(other=other, by=officer, now=NOW)
        reject_other_way(other=other, why="Manca", by=world.staff(Role.APPROVER), now=NOW)
        other = propose_other_way(proof="CRO 1", paid_on=NOW.date(), reason="Per telefono", **facts)
        approve_other_way(other=other, by=world.staff(Role.APPROVER), now=NOW)

    def test_one_that_is_pending_is_booked_when_the_money_leaves(self, bank, at):
        advance(bank)
        [given] = collected(bank, at, 10_000, token="pm_card_pendingRefund")
        refund = decided(given, 10_000)
        run()
        refund.refresh_from_db()
        assert (refund.status, bool(refund.paid_reference)) == ("unknown", True)
        assert credit_balance(f"refund_due:{given.campaign_id}") == 0
        bank.control("clock", move=3_700)
        learn_of_refund(refund_id=refund.refund_id, now=NOW)
        refund.refresh_from_db()
        assert (refund.status, again(given).status) == ("done", "refunded")

    def test_somebody_elses_refund_is_ignored(self, bank, at):
        [given] = collected(bank, at, 10_000)
        [intent] = bank.charges(given)
        made = bank.stripe.refunds.create({"payment_intent": intent.id, "amount": 100})
        learn_of_refund(refund_id=made.id, now=NOW)
        assert not Refund.objects.exists()
        bank.control("top-up", amount=100)  # so that the books fit


class TestOtherChannels:
    @pytest.mark.parametrize("channel", ["bank", "cash"])
    def test_out_of_the_account_it_came_into(self, channel):
        given = as_collected(funded(), channel=channel)
        refund = decided(given, 10_000)
        assert (refund.status, refund.due_at) == ("created", None)
        execute_refunds()
        refund.refresh_from_db()
        assert refund.status == "created", "Stripe has nothing to do with it"
        type(refund).objects.filter(pk=refund.pk).update(status="unknown")
        refund.refresh_from_db()
        leaves = "cash:bank" if channel == "bank" else "cash:desk:1"
        finish_refund(refund=refund, proof="E2E 1", leaves=leaves, now=NOW)
        assert again(given).status == "refunded"
        assert debit_balance(leaves) == held(given.campaign, channel) == 0
        fail_refund(refund=refund, why="closed account", now=NOW)
        assert again(given).status == "collected"
        assert debit_balance(leaves) == credit_balance(f"refund_due:{given.campaign_id}") == 10_000
        sound()

    def test_they_are_not_paid_another_way(self):
        given = as_collected(funded(), channel="bank")
        refund = decided(given, 10_000)
        type(refund).objects.filter(pk=refund.pk).update(status="failed")
        with pytest.raises(Refused):
            propose_other_way(
                refund=refund,
                proof="1",
                paid_on=NOW.date(),
                reason="r",
                by=world.staff(Role.OFFICER),
                now=NOW,
            )


class TestBackersAsk:
    def test_by_the_signed_link_and_the_answer_comes_by_email(self):
        given = as_collected(funded(), language="en")
        token = link_token(given, MANAGE)
        request = ask_refund(pledge=given, text="Ho cambiato idea", by=None, token=token, now=NOW)
        with pytest.raises(Refused):
            ask_refund(pledge=given, text="Allora?", by=None, token=token, now=NOW)
        officer = world.staff(Role.OFFICER)
        for by in (world.person(), world.staff(Role.APPROVER)):
            with pytest.raises(NotAllowed):
                refuse_request(request=request, answer="No", by=by, now=NOW)
        with pytest.raises(Invalid):
            refuse_request(request=request, answer=" ", by=officer, now=NOW)
        refuse_request(request=request, answer="The works have begun.", by=officer, now=NOW)
        while send_due_notices():
            pass
        notice = Notice.objects.get(event="refund_refused")
        assert (notice.status, notice.email) == ("sent", given.email)
        assert "The works have begun." in notice.text
        anew = ask_refund(pledge=given, text="Una ragione nuova", by=None, token=token, now=NOW)
        assert anew.status == "open"

    def test_a_yes_is_a_decision_by_two_people(self):
        given = as_collected(funded())
        ask_refund(pledge=given, text="Per favore", by=None, token=link_token(given, MANAGE), now=NOW)
        decided(given, 10_000)
        request = RefundRequest.objects.get()
        assert (request.status, request.answer) == ("granted", "Progetto cambiato")
        assert Notice.objects.filter(event="pledge_refunded", email=given.email).count() == 1

    def test_a_strangers_link_opens_nothing(self):
        given, other = as_collected(funded()), as_collected(funded())
        for by, token in ((world.person(), ""), (None, link_token(other, MANAGE)), (None, "forged")):
            with pytest.raises(NotAllowed):
                ask_refund(pledge=given, text="x", by=by, token=token, now=NOW)
        with pytest.raises(Invalid):
            ask_refund(pledge=given, text=" ", by=None, token=link_token(given, MANAGE), now=NOW)
        assert not RefundRequest.objects.exists()


class TestTheLetters:
    @pytest.mark.parametrize("language", ["it", "en"])
    def test_each_says_how_the_money_comes_back_and_why(self, language):
        hows = {
            "card": ("cinque", "five to ten days"),
            "bank": ("conto", "account you gave"),
            "cash": ("ricevuta", "receipt"),
        }
        for channel, words in hows.items():
            decided(as_collected(funded(), channel=channel, language=language), 4_000)
            while send_due_notices():
                pass
            notice = Notice.objects.filter(event="pledge_refunded").latest("pk")
            assert notice.status == "sent"
            assert words[language == "en"] in notice.text
            for text in (notice.text, notice.html):
                assert "Progetto cambiato" in text
                assert "40" in text

    @pytest.mark.parametrize("language", ["it", "en"])
    def test_the_officers_are_told_in_their_language(self, language):
        officer = world.staff(Role.OFFICER)
        type(officer).objects.filter(pk=officer.pk).update(language=language)
        decided(as_collected(funded()), 10_000)
        execute_refunds()
        execute_refunds()
        while send_due_notices():
            pass
        notice = Notice.objects.get(event="reserve_empty", user=officer)
        assert notice.status == "sent"
        assert "1,75" in notice.text or "1.75" in notice.text
        assert ("riserva" if language == "it" else "reserve") in notice.subject
