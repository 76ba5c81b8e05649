"""Disputed charges: frozen, won, lost, before and after refunds and payouts; told once, booked once, to the cent."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from accounts.enums import Role
from accounts.notices.models import Notice
from accounts.notices.services import send_due_notices
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import desk
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments import postings
from payments.gateway.disputes import SeenDispute, read_dispute
from payments.ledger.selectors import credit_balance, debit_balance
from payments.models import (
    ChargeAttempt,
    Dispute,
    DisputeAnswer,
    Receivable,
    Refund,
    Settlement,
    TransferReversal,
)
from payments.selectors.disputes import facts_of
from payments.services import dispute_answers, disputes
from payments.services.dispute_acceptance import approve_acceptance, propose_acceptance
from payments.services.disputes import apply_dispute, learn_of_dispute
from payments.services.refund import decide_refund, finish_refund
from payments.services.refund_send import learn_of_refund
from payments.services.reversals import confirm_impossible
from payments.services.settle import finish_collection
from payments.webhooks.handlers import apply_event
from payments.webhooks.models import StripeEvent
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
    pay_out,
    propose,
    run,
    sound,
)
from tests.payments.bank import pledge
from tests.world import NOW

pytestmark = pytest.mark.django_db
FEE, DISPUTE_FEE = fee_of(10_000), 2_000


def opened(bank, given, **more) -> Dispute:
    """The holder goes to their bank, and we learn of it."""
    attempt = given.attempts.get(status="succeeded")
    made = bank.control("dispute", charge=attempt.charge_id, **more)
    learn_of_dispute(dispute_id=made["id"], now=NOW)
    return Dispute.objects.get(stripe_id=made["id"])


def verdict(bank, dispute: Dispute, word: str) -> Dispute:
    """The bank decides, and we learn of it."""
    bank.control("dispute", dispute=dispute.stripe_id, verdict=word)
    learn_of_dispute(dispute_id=dispute.stripe_id, now=NOW)
    return Dispute.objects.get(pk=dispute.pk)


def seen_of(given, **more) -> SeenDispute:
    """What Stripe could say of a charge that exists as a row only."""
    attempt = given.attempts.get()
    whole = attempt.amount_cents
    return SeenDispute(
        **{
            "id": f"du_{attempt.pk}",
            "status": "needs_response",
            "amount_cents": whole,
            "charge_id": attempt.charge_id,
            "payment_intent_id": attempt.payment_intent_id,
            "withdrawn_cents": whole,
            "fee_cents": DISPUTE_FEE,
        }
        | more
    )


@pytest.mark.usefixtures("books")
class TestBeforeThePayout:
    def test_opened_it_freezes_that_money(self, bank, at):
        given, other = collected(bank, at, 10_000, 30_000)
        campaign = given.campaign
        dispute = opened(bank, given)
        assert (dispute.status, dispute.out_cents, dispute.fee_cents) == (
            "needs_response",
            10_000,
            DISPUTE_FEE,
        )
        assert (again(given).status, again(other).status) == ("disputed", "collected")
        assert debit_balance(f"disputed:{campaign.pk}") == 10_000
        assert held(campaign) == 40_000 - FEE - fee_of(30_000), "held is what it was, less what is disputed"
        assert debit_balance("cost:fees") == DISPUTE_FEE
        with pytest.raises(Refused) as refused:
            propose(again(given), 1_000)
        assert refused.value.code == "disputed"

    def test_won_it_is_as_before(self, bank, at):
        [given] = collected(bank, at, 10_000)
        before = held(given.campaign)
        dispute = verdict(bank, opened(bank, given), "won")
        assert (dispute.status, again(given).status) == ("won", "collected")
        assert dispute.settled_at
        assert held(given.campaign) == before
        assert debit_balance(f"disputed:{given.campaign_id}") == 0
        assert debit_balance("cost:fees") == DISPUTE_FEE

    def test_lost_the_campaign_loses_it_and_the_platform_bears_the_fees(self, bank, at):
        given, other = collected(bank, at, 10_000, 10_000)
        dispute = verdict(bank, opened(bank, given), "lost")
        assert (dispute.status, dispute.lost_cents, again(given).status) == ("lost", 10_000, "lost")
        assert held(given.campaign) == 10_000 - FEE
        assert debit_balance(f"disputed:{given.campaign_id}") == 0
        assert debit_balance("cost:fees") == DISPUTE_FEE + FEE
        assert again(other).status == "collected"
        assert not TransferReversal.objects.exists()

    def test_of_a_part(self, bank, at):
        [given] = collected(bank, at, 10_000)
        dispute = verdict(bank, opened(bank, given, amount=4_000), "lost")
        assert (dispute.lost_cents, again(given).status) == (4_000, "partly_refunded")
        assert held(given.campaign) == 10_000 - 4_000 - FEE, "the fee stays until the whole charge went back"
        advance(bank)
        decided(again(given), 6_000)
        with pytest.raises(Refused):
            propose(again(given), 1)

    def test_of_what_a_refund_left(self, bank, at):
        advance(bank)
        [given] = collected(bank, at, 10_000)
        decided(given, 4_000)
        run()
        dispute = opened(bank, given)
        assert (dispute.amount_cents, again(given).status) == (6_000, "disputed")
        assert again(given).status == "disputed"
        verdict(bank, dispute, "lost")
        assert again(given).status == "lost"
        assert held(given.campaign) == 0
        assert debit_balance("cost:fees") == DISPUTE_FEE + FEE

    def test_won_after_a_refund_it_is_partly_refunded(self, bank, at):
        advance(bank)
        [given] = collected(bank, at, 10_000)
        decided(given, 4_000)
        run()
        verdict(bank, opened(bank, given), "won")
        assert again(given).status == "partly_refunded"
        assert held(given.campaign) == 6_000 - FEE

    def test_an_inquiry_moves_nothing_and_may_grow_into_a_dispute(self, bank, at):
        advance(bank)
        given, other = collected(bank, at, 10_000, 10_000)
        asked, grown = opened(bank, given, inquiry=True), opened(bank, other, inquiry=True)
        assert (asked.status, asked.out_cents, again(given).status) == ("inquiry", 0, "collected")
        asked = verdict(bank, asked, "won")
        assert (asked.status, bool(asked.settled_at)) == ("closed", True)
        assert debit_balance("cost:fees") == 0
        decided(again(other), 9_000)
        run()
        assert again(other).status == "partly_refunded"
        grown = verdict(bank, grown, "escalated")
        assert (grown.status, again(other).status) == ("needs_response", "disputed")
        learn_of_refund(refund_id=Refund.objects.get().refund_id, now=NOW)
        assert Refund.objects.get().status == "cancelled", "Stripe has taken it back"
        verdict(bank, grown, "lost")
        assert again(other).status == "lost"
        assert held(given.campaign) == 10_000 - FEE


@pytest.mark.usefixtures("books")
class TestRefundsUnderWay:
    def test_one_not_sent_is_dropped_and_lost_with_the_dispute(self, bank, at):
        [given] = collected(bank, at, 10_000)
        refund = decided(given, 10_000)  # waits: the platform has no money of its own
        verdict(bank, opened(bank, given), "lost")
        refund.refresh_from_db()
        assert (refund.status, again(given).status) == ("cancelled", "lost")
        assert held(given.campaign) == credit_balance(f"refund_due:{given.campaign_id}") == 0
        advance(bank)
        run()
        refund.refresh_from_db()
        assert refund.status == "cancelled"

    def test_one_not_sent_is_owed_again_when_the_dispute_is_won(self, bank, at):
        [given] = collected(bank, at, 10_000)
        first = decided(given, 4_000)
        verdict(bank, opened(bank, given), "won")
        again_owed = Refund.objects.exclude(pk=first.pk).get()
        assert (again_owed.amount_cents, again_owed.decision, again_owed.status) == (
            4_000,
            first.decision,
            "created",
        )
        advance(bank)
        run()
        assert again(given).status == "partly_refunded"
        assert held(given.campaign) == 6_000 - FEE

    def test_one_that_stripe_refuses_is_dropped(self, bank, at):
        advance(bank)
        [given] = collected(bank, at, 10_000)
        decided(given, 10_000)
        attempt = given.attempts.get()
        made = bank.control("dispute", charge=attempt.charge_id)  # we are not told yet
        run()
        assert (Refund.objects.get().status, Refund.objects.get().error) == ("failed", "charge_disputed")
        learn_of_dispute(dispute_id=made["id"], now=NOW)
        assert (Refund.objects.get().status, again(given).status) == ("cancelled", "disputed")

    def test_a_charge_given_back_already_is_paid_twice_by_the_platform(self, bank):
        given = as_collected(funded())
        advance()
        refund = decided(given, 10_000)
        type(refund).objects.filter(pk=refund.pk).update(status="unknown")
        refund.refresh_from_db()
        finish_refund(refund=refund, proof="re_1", now=NOW)
        apply_dispute(seen=seen_of(given), now=NOW)
        assert again(given).status == "disputed"
        apply_dispute(seen=seen_of(given, status="lost"), now=NOW)
        assert (again(given).status, Dispute.objects.get().lost_cents) == ("refunded", 0)
        assert debit_balance("cost:losses") == 10_000
        assert held(given.campaign) == debit_balance(f"disputed:{given.campaign_id}") == 0
        sound()
        undo(bank)

    def test_a_refund_on_its_way_is_awaited_before_the_loss_is_taken(self, bank):
        given = as_collected(funded())
        refund = decided(given, 4_000)
        type(refund).objects.filter(pk=refund.pk).update(status="unknown")
        seen = seen_of(given, amount_cents=6_000, withdrawn_cents=6_000, status="lost")
        apply_dispute(seen=seen, now=NOW)
        assert (again(given).status, Dispute.objects.get().settled_at) == ("disputed", None)
        refund.refresh_from_db()
        finish_refund(refund=refund, proof="re_1", now=NOW)
        apply_dispute(seen=seen, now=NOW)
        assert (again(given).status, held(given.campaign)) == ("lost", 0)
        sound()
        undo(bank)


def undo(bank) -> None:
    """Bring Stripe's balance to what rows that never were there say, so that the books fit."""
    missing = debit_balance("cash:stripe")
    if missing > 0:
        bank.control("top-up", amount=missing)
    elif missing < 0:
        postings.own_advance(into="cash:stripe", cents=-missing, reference="test:undo", now=NOW)


@pytest.mark.usefixtures("books")
class TestAfterThePayout:
    def test_lost_the_transfer_comes_back_first(self, bank, at):
        given, other = collected(bank, at, 10_000, 20_000)
        campaign = given.campaign
        payout = pay_out(bank, campaign)
        dispute = verdict(bank, opened(bank, given), "lost")
        assert (dispute.settled_at, again(given).status) == (None, "disputed"), "not before the money is back"
        run()
        reversal = TransferReversal.objects.get()
        assert (reversal.status, reversal.amount_cents, reversal.dispute) == ("done", 10_000 - FEE, dispute)
        assert (again(given).status, held(campaign)) == ("lost", 0)
        assert bank.stripe.transfers.retrieve(payout.transfer_id).amount_reversed == 10_000 - FEE
        assert again(other).status == "collected"

    def test_won_nothing_is_taken_back(self, bank, at):
        [given] = collected(bank, at, 10_000)
        pay_out(bank, given.campaign)
        verdict(bank, opened(bank, given), "won")
        run()
        assert (again(given).status, TransferReversal.objects.count()) == ("collected", 0)

    def test_impossible_the_organisation_owes_it(self, bank, at):
        [given] = collected(bank, at, 10_000)
        payout = pay_out(bank, given.campaign)
        bank.control("spend", account=payout.disbursement.destination)
        verdict(bank, opened(bank, given), "lost")
        run()
        confirm_impossible(reversal=TransferReversal.objects.get(), by=world.staff(Role.OFFICER), now=NOW)
        debt = Receivable.objects.get()
        assert (debt.amount_cents, debt.dispute, debt.organisation) == (
            10_000 - FEE,
            Dispute.objects.get(),
            given.campaign.project.organisation,
        )
        assert (again(given).status, held(given.campaign)) == ("lost", 0)


class TestTheCollection:
    def _collecting(self, bank, at, **fields):
        campaign = world.campaign(
            status=CampaignStatus.COLLECTING, recovery_ends_at=NOW + dt.timedelta(days=7), **fields
        )
        given = pledge(campaign, bank, cents=10_000)
        at(NOW)
        run("pledges.charge")
        return again(given)

    def test_a_dispute_does_not_count_when_the_collection_ends(self, bank, at, books):  # noqa: F811
        given = self._collecting(bank, at)
        Settlement.objects.create(
            campaign=given.campaign, decided_at=NOW, pledged_cents=10_000, pledges=1, goal_cents=400_000,
            goal_met=False,
        )  # fmt: skip
        dispute = opened(bank, given)
        settled = finish_collection(campaign=given.campaign, now=NOW)
        assert settled.collected_cents == 0
        assert Campaign.objects.get(pk=given.campaign_id).status == CampaignStatus.MISSED
        assert not Refund.objects.exists(), "it is with the bank"
        advance(bank)
        verdict(bank, dispute, "won")  # everybody was to be refunded
        run()
        assert Refund.objects.get().reason == "shortfall"
        assert (again(given).status, held(given.campaign)) == ("refunded", 0)

    def test_one_learnt_of_before_its_charge(self, bank, at, books):  # noqa: F811
        campaign = world.campaign(
            status=CampaignStatus.COLLECTING, recovery_ends_at=NOW + dt.timedelta(days=7)
        )
        given = pledge(campaign, bank, cents=10_000)
        at(NOW)
        bank.fault("POST /v1/payment_intents", "error_after", times=3)
        run("pledges.charge")
        bank.no_faults()
        assert ChargeAttempt.objects.get().status == "unknown"
        [intent] = bank.charges(given)
        made = bank.control("dispute", charge=intent.latest_charge)
        learn_of_dispute(dispute_id=made["id"], now=NOW)
        assert again(given).status == "disputed"

    def test_one_of_a_charge_that_came_too_late(self, bank, at, books):  # noqa: F811
        campaign = world.campaign(
            status=CampaignStatus.COLLECTING, recovery_ends_at=NOW + dt.timedelta(days=7)
        )
        given = pledge(campaign, bank, cents=10_000)
        at(NOW)
        bank.fault("POST /v1/payment_intents", "error_after", times=3)
        run("pledges.charge")
        bank.no_faults()
        type(given).objects.filter(pk=given.pk).update(status="failed")
        [intent] = bank.charges(given)
        made = bank.control("dispute", charge=intent.latest_charge)
        learn_of_dispute(dispute_id=made["id"], now=NOW)
        assert (again(given).status, Refund.objects.get().status) == ("failed", "cancelled")
        verdict(bank, Dispute.objects.get(), "won")
        late = Refund.objects.get(status="created")
        assert (late.reason, late.amount_cents) == ("late", 10_000)
        advance(bank)
        run()
        assert (again(given).status, held(campaign)) == ("failed", 0)


class TestForwardOnly:
    STAGES = ("needs_response", "under_review", "won")

    def _stage(self, given, status: str) -> SeenDispute:
        back = 10_000 if status == "won" else 0
        return seen_of(given, status=status, reinstated_cents=back)

    @pytest.mark.parametrize("order", sorted(set(itertools.permutations((0, 1, 2, 2)))))
    def test_events_shuffled_and_doubled_end_the_same(self, order):
        given = as_collected(funded())
        for stage in order:
            apply_dispute(seen=self._stage(given, self.STAGES[stage]), now=NOW)
        dispute = Dispute.objects.get()
        assert (dispute.status, again(given).status) == ("won", "collected")
        assert (dispute.withdrawn_cents, dispute.reinstated_cents) == (10_000, 10_000)
        assert debit_balance("cost:fees") == DISPUTE_FEE
        assert held(given.campaign) == 10_000 - 175
        sound()

    def test_lost_at_once_as_a_direct_debit_is(self):
        given = as_collected(funded(), method="sepa_debit", mandate_id="mandate_1")
        for _ in range(2):
            apply_dispute(seen=seen_of(given, status="lost"), now=NOW)
        assert (again(given).status, Dispute.objects.get().lost_cents) == ("lost", 10_000)
        assert {event.to_status for event in given.events.all()} == {"disputed", "lost"}
        sound()

    def test_a_fee_that_stripe_gives_back(self):
        given = as_collected(funded())
        apply_dispute(seen=seen_of(given), now=NOW)
        apply_dispute(seen=seen_of(given, status="won", reinstated_cents=10_000, fee_cents=0), now=NOW)
        assert debit_balance("cost:fees") == 0
        sound()

    def test_two_disputes_of_one_charge(self):
        given = as_collected(funded())
        half = {"amount_cents": 5_000, "withdrawn_cents": 5_000}
        apply_dispute(seen=seen_of(given, **half), now=NOW)
        apply_dispute(seen=seen_of(given, id="du_2", **half), now=NOW)
        apply_dispute(seen=seen_of(given, status="won", reinstated_cents=5_000, **half), now=NOW)
        assert again(given).status == "disputed"
        apply_dispute(seen=seen_of(given, id="du_2", status="lost", **half), now=NOW)
        assert again(given).status == "partly_refunded"
        assert held(given.campaign) == 5_000 - 175
        sound()

    def test_somebody_elses_is_ignored(self, bank):
        customer, method = bank.card()
        intent = bank.stripe.payment_intents.create(
            {"amount": 500, "currency": "eur", "customer": customer, "payment_method": method}
            | {"confirm": True, "off_session": True}
        )
        made = bank.control("dispute", charge=intent.latest_charge)
        learn_of_dispute(dispute_id=made["id"], now=NOW)
        assert not Dispute.objects.exists()

    def test_by_its_events_doubled_and_backwards(self, bank, at, books):  # noqa: F811
        [given] = collected(bank, at, 10_000)
        made = bank.control("dispute", charge=given.attempts.get().charge_id)
        bank.control("dispute", dispute=made["id"], verdict="lost")
        listed = bank.stripe.events.list({"type": "charge.dispute.*", "limit": 10}).data
        mine = [event for event in listed if event.data.object["id"] == made["id"]]
        assert len(mine) == 3
        for event in [*mine, *reversed(mine)]:
            told = StripeEvent(type=event.type, object_id=made["id"])
            apply_event(told, NOW)
        assert again(given).status == "lost"

    def test_one_nobody_told_of_is_read_again_each_day(self, bank, at, books):  # noqa: F811
        [given] = collected(bank, at, 10_000)
        dispute = opened(bank, given)
        bank.control("dispute", dispute=dispute.stripe_id, verdict="won")
        assert disputes.follow_disputes() == 0
        at(NOW + dt.timedelta(days=1, minutes=1))
        assert disputes.follow_disputes() == 1
        assert again(given).status == "collected"
        at(NOW + dt.timedelta(days=3))
        assert disputes.follow_disputes() == 0

    def test_a_dispute_refuses_a_refund_that_nobody_has_to_know_of(self):
        given = as_collected(funded())
        apply_dispute(seen=seen_of(given), now=NOW)
        with pytest.raises(Refused):
            decide_refund(
                pledge=again(given), cents=1, reason="decided", attempt=given.attempts.get(), now=NOW
            )


class TestAnswers:
    @pytest.mark.parametrize(
        ("text", "status", "pledge_status"),
        [
            ("winning_evidence", "won", "collected"),
            ("losing_evidence", "lost", "lost"),
            ("Abbiamo consegnato l'orto.", "under_review", "disputed"),
        ],
    )
    def test_evidence_is_submitted_once(self, bank, at, books, text, status, pledge_status):  # noqa: F811
        [given] = collected(bank, at, 10_000)
        dispute = opened(bank, given)
        officer = world.staff(Role.OFFICER)
        dispute_answers.answer_with_evidence(dispute=dispute, text=text, by=officer, now=NOW)
        with pytest.raises(Refused):
            dispute_answers.answer_with_evidence(dispute=dispute, text="Ancora", by=officer, now=NOW)
        run()
        dispute.refresh_from_db()
        assert (dispute.status, again(given).status) == (status, pledge_status)
        kept = bank.stripe.disputes.retrieve(dispute.stripe_id)
        assert kept.evidence.uncategorized_text == text
        assert given.consent.text in kept.evidence.cancellation_policy_disclosure
        assert DisputeAnswer.objects.get().status == "done"

    def test_accepted_it_is_lost(self, bank, at, books):  # noqa: F811
        [given] = collected(bank, at, 10_000)
        dispute = opened(bank, given)
        officer = world.staff(Role.OFFICER, Role.APPROVER)
        made = propose_acceptance(dispute=dispute, reason="Ha ragione", by=officer, now=NOW)
        with pytest.raises(Refused) as twice:
            propose_acceptance(dispute=dispute, reason="Ancora", by=officer, now=NOW)
        assert twice.value.code == "proposed_already"
        with pytest.raises(NotAllowed):
            approve_acceptance(acceptance=made, by=officer, now=NOW)
        run()
        assert again(given).status == "disputed"
        approve_acceptance(acceptance=made, by=world.staff(Role.APPROVER), now=NOW)
        run()
        assert again(given).status == "lost"

    def test_one_that_was_answered_since_is_not_accepted(self):
        apply_dispute(seen=seen_of(as_collected(funded())), now=NOW)
        dispute, officer = Dispute.objects.get(), world.staff(Role.OFFICER)
        with pytest.raises(Invalid):
            propose_acceptance(dispute=dispute, reason=" ", by=officer, now=NOW)
        made = propose_acceptance(dispute=dispute, reason="r", by=officer, now=NOW)
        dispute_answers.answer_with_evidence(dispute=dispute, text="Consegnato", by=officer, now=NOW)
        with pytest.raises(Refused) as caught:
            approve_acceptance(acceptance=made, by=world.staff(Role.APPROVER), now=NOW)
        made.refresh_from_db()
        assert (caught.value.code, made.status, dispute.answer.kind) == ("void", "void", "evidence")

    @pytest.mark.parametrize("kind", ["error_before", "error_after", "cut_before", "cut_after"])
    def test_an_unknown_outcome_answers_once(self, bank, at, books, kind):  # noqa: F811
        [given] = collected(bank, at, 10_000)
        dispute = opened(bank, given)
        bank.fault(f"POST /v1/disputes/{dispute.stripe_id}", kind, times=3)
        by = world.staff(Role.OFFICER)
        dispute_answers.answer_with_evidence(dispute=dispute, text="Consegnato", by=by, now=NOW)
        run()
        bank.no_faults()
        at(NOW + dt.timedelta(minutes=15))
        run()
        assert DisputeAnswer.objects.get().status == "done"
        assert read_dispute(dispute.stripe_id).submitted
        dispute.refresh_from_db()
        assert dispute.status == "under_review"

    def test_the_team_writes_and_an_officer_submits(self):
        owner = world.person()
        given = as_collected(funded(project=world.project(owner)))
        apply_dispute(seen=seen_of(given, answer_by=NOW + dt.timedelta(days=7)), now=NOW)
        dispute = Dispute.objects.get()
        [task] = [task for task in desk.team_tasks(owner, NOW) if task.due_at]
        assert task.due_at == dispute.answer_by
        for by in (world.person(), world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                dispute_answers.write_draft(dispute=dispute, text="x", by=by, now=NOW)
        with pytest.raises(Invalid):
            dispute_answers.write_draft(dispute=dispute, text=" ", by=owner, now=NOW)
        dispute_answers.write_draft(dispute=dispute, text="Ecco le foto", by=owner, now=NOW)
        dispute.refresh_from_db()
        assert (dispute.draft, dispute.draft_by) == ("Ecco le foto", owner)
        with pytest.raises(NotAllowed):
            propose_acceptance(dispute=dispute, reason="r", by=owner, now=NOW)
        late = NOW + dt.timedelta(days=8)
        with pytest.raises(Refused) as refused:
            propose_acceptance(dispute=dispute, reason="r", by=world.staff(Role.OFFICER), now=late)
        assert refused.value.code == "too_late"
        assert not DisputeAnswer.objects.exists()

    def test_one_that_stripe_refuses_is_written_anew(self, bank, at, books):  # noqa: F811
        [given] = collected(bank, at, 10_000)
        dispute = opened(bank, given)
        officer = world.staff(Role.OFFICER)
        bank.stripe.disputes.update(dispute.stripe_id, {"evidence": {"uncategorized_text": "by hand"}})
        dispute_answers.answer_with_evidence(dispute=dispute, text="Consegnato", by=officer, now=NOW)
        run()
        answer = DisputeAnswer.objects.get()
        assert answer.status == "failed"
        dispute_answers.answer_with_evidence(dispute=dispute, text="Meglio", by=officer, now=NOW)
        answer.refresh_from_db()
        assert (answer.status, answer.text) == ("created", "Meglio")
        assert answer.idempotency_key.startswith(f"dispute:{dispute.pk}:answer:")

    def test_the_facts_name_no_address_and_no_device(self):
        given = as_collected(funded())
        apply_dispute(seen=seen_of(given), now=NOW)
        facts = facts_of(Dispute.objects.get())
        assert given.campaign.project.title in facts["product_description"]
        assert "EUR 100.00" in facts["access_activity_log"]
        assert not {"customer_purchase_ip", "billing_address"} & facts.keys()


class TestWhoIsTold:
    def test_team_and_officers_in_their_language_and_not_the_backer(self):
        owner = world.person("Piero", language="en")
        officer = world.staff(Role.OFFICER)
        given = as_collected(funded(project=world.project(owner)))
        for _ in range(2):
            apply_dispute(seen=seen_of(given, answer_by=NOW + dt.timedelta(days=7)), now=NOW)
            apply_dispute(seen=seen_of(given, status="lost"), now=NOW)
        while send_due_notices():
            pass
        told = {(notice.event, notice.user): notice for notice in Notice.objects.all()}
        assert set(told) == {
            (event, user) for event in ("dispute_opened", "dispute_ended") for user in (owner, officer)
        }
        assert all(notice.status == "sent" for notice in told.values())
        assert "/en/" in told["dispute_opened", owner].text
        assert "It was lost" in told["dispute_ended", owner].text
        assert given.campaign.project.title in told["dispute_opened", officer].subject
