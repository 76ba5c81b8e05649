"""The platform's own money: by place, by two people with a proof; refunds and payouts wait while it is used up."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.notices.models import Notice
from crowdfund.kit import desk
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments import postings
from payments.ledger.selectors import credit_balance, debit_balance
from payments.models import OwnAdvance, Refund
from payments.selectors.reserve import Reserve, reserve, reserve_left_cents
from payments.services.advances import approve_advance, propose_advance, reject_advance
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
    pay_out,
    run,
)
from tests.world import NOW

pytestmark = pytest.mark.django_db


class TestByPlace:
    def test_each_transfer_counts_where_its_money_lies(self):
        facts = {"now": NOW, "reference": "test"}
        postings.own_advance(into="cash:stripe", cents=1_000, now=NOW, reference="a")
        postings.own_advance(into="cash:bank", cents=500, now=NOW, reference="b")
        postings.charge_fee(campaign_id=1, cents=100, campaign_bears=False, **facts)
        postings.charge_fee(campaign_id=1, cents=70, campaign_bears=True, now=NOW, reference="theirs")
        postings.dispute_fee(cents=200, **facts)
        postings.dispute_fee_returned(cents=50, **facts)
        owed = {"organisation_id": 1, "campaign_id": 1, "now": NOW}
        postings.reversal_impossible(channel="card", cents=30, reference="c", **owed)
        postings.reversal_impossible(channel="bank", cents=20, reference="d", **owed)
        postings.receivable_paid(organisation_id=1, into="cash:bank", cents=5, **facts)
        postings.dispute_lost_again(campaign_id=1, cents=7, **facts)
        assert reserve("stripe") == Reserve(
            advanced_cents=1_000, fees_cents=250, losses_cents=7, receivable_cents=30
        )
        assert reserve("bank") == Reserve(advanced_cents=500, receivable_cents=15)
        assert (reserve_left_cents("stripe"), reserve_left_cents("bank")) == (713, 485)

    def test_what_banks_hold_of_paid_campaigns_is_missing_too(self):
        postings.charge_collected(campaign_id=1, cents=1_000, reference="a", now=NOW)
        postings.dispute_opened(campaign_id=1, cents=1_000, reference="a", now=NOW)
        assert reserve("stripe").covers, "the campaign still holds as much"
        postings.crowd_released(campaign_id=1, channel="card", cents=600, reference="a", now=NOW)
        here = reserve("stripe")
        assert (here.left_cents, here.fronted_cents, here.covers) == (0, 600, False)
        advance(cents=600)
        assert reserve("stripe").covers


class TestTwoPeopleSay:
    def _proposed(self, by=None, **fields) -> OwnAdvance:
        return propose_advance(
            **{"place": "bank", "amount_cents": 5_000, "proof": "CRO 1", "reason": "Fondo", "now": NOW}
            | {"by": by or world.staff(Role.OFFICER)}
            | fields
        )

    def test_that_money_was_paid_in(self):
        both = world.staff(Role.OFFICER, Role.APPROVER)
        found = self._proposed(by=both)
        assert credit_balance("own:funds") == 0
        for by in (both, world.person(), world.staff(Role.OFFICER), world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                approve_advance(advance=found, by=by, now=NOW)
        approver = world.staff(Role.APPROVER)
        approve_advance(advance=found, by=approver, now=NOW)
        assert credit_balance("own:funds") == debit_balance("cash:bank") == 5_000
        with pytest.raises(Refused):
            approve_advance(advance=found, by=approver, now=NOW)
        with pytest.raises(Refused) as refused:
            self._proposed()
        assert refused.value.code == "proof_used"

    def test_one_that_was_rejected_may_come_again(self):
        found = self._proposed()
        reject_advance(advance=found, why="Non si vede", by=world.staff(Role.APPROVER), now=NOW)
        assert self._proposed().status == "proposed"
        assert credit_balance("own:funds") == 0

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"place": "mattress"}, "unknown_place"),
            ({"amount_cents": 0}, "amount"),
            ({"proof": " "}, "missing"),
            ({"reason": ""}, "missing"),
        ],
    )
    def test_bad_input_is_said(self, fields, code):
        with pytest.raises(Invalid) as refused:
            self._proposed(**fields)
        assert refused.value.code == code
        assert not OwnAdvance.objects.exists()

    def test_a_top_up_is_looked_up(self, bank):
        at_stripe = {"place": "stripe"}
        with pytest.raises(Invalid) as refused:
            self._proposed(proof="tu_none", **at_stripe)
        assert refused.value.code == "no_top_up"
        pending = bank.stripe.topups.create({"amount": 5_000, "currency": "eur", "description": "x"})
        with pytest.raises(Invalid) as refused:
            self._proposed(proof=pending.id, **at_stripe)
        assert refused.value.code == "top_up_pending"
        bank.control("top-up", topup=pending.id)
        with pytest.raises(Invalid) as refused:
            self._proposed(proof=pending.id, amount_cents=5_001, **at_stripe)
        assert refused.value.code == "other_amount"
        found = self._proposed(proof=pending.id, **at_stripe)
        approve_advance(advance=found, by=world.staff(Role.APPROVER), now=NOW)
        assert debit_balance("cash:stripe") == 5_000

    def test_an_approval_is_void_when_the_top_up_has_changed(self, bank):
        top_up = bank.control("top-up", amount=5_000)
        found = self._proposed(proof=top_up["id"], place="stripe")
        OwnAdvance.objects.filter(pk=found.pk).update(amount_cents=4_999)
        found.refresh_from_db()
        with pytest.raises(Refused) as refused:
            approve_advance(advance=found, by=world.staff(Role.APPROVER), now=NOW)
        assert refused.value.code == "void"
        assert OwnAdvance.objects.get().status == "void"
        assert credit_balance("own:funds") == 0

    def test_with_stripe_away_nothing_is_written(self, bank):
        bank.fault("GET /v1/topups*", "cut_before")
        with pytest.raises(Refused) as refused:
            self._proposed(proof="tu_1", place="stripe")
        assert refused.value.code == "stripe_unreachable"
        assert not OwnAdvance.objects.exists()


@pytest.mark.usefixtures("books")
class TestWhatWaits:
    def test_refunds_and_payouts_wait_and_the_officers_are_told(self, bank, at):
        officer = world.staff(Role.OFFICER)
        [given] = collected(bank, at, 10_000)
        other = collected(bank, at, 20_000)[0]
        top_up = bank.control("top-up", amount=1_000)  # money is there, but nobody has said whose
        refund = decided(given, 10_000)
        run()
        run()
        refund.refresh_from_db()
        assert refund.status == "created"
        with pytest.raises(AssertionError):
            pay_out(bank, other.campaign)
        assert bank.stripe.transfers.list({"transfer_group": f"campaign:{other.campaign_id}"}).data == []
        assert Notice.objects.filter(event="reserve_empty", user=officer).count() == 1
        assert reverse("reserve") in [task.url for task in desk.officer_tasks(officer, NOW)]
        found = propose_advance(
            place="stripe", amount_cents=1_000, proof=top_up["id"], reason="Fondo", by=officer, now=NOW
        )
        approve_advance(advance=found, by=world.staff(Role.APPROVER), now=NOW)
        run()
        run("payouts.execute")
        refund.refresh_from_db()
        assert (refund.status, again(given).status) == ("done", "refunded")
        assert len(bank.stripe.transfers.list({"transfer_group": f"campaign:{other.campaign_id}"}).data) == 1
        assert reserve_left_cents("stripe") == 1_000 - fee_of(10_000)

    def test_plain_returns_of_bank_money_never_wait(self, bank):
        postings.dispute_fee(cents=2_000, reference="test", now=NOW)
        bank.stripe.payouts.list({})
        given = as_collected(funded(), channel="bank")
        assert decided(given, 10_000).status == "created"
        assert Refund.objects.get().due_at is None
        advance(cents=2_000)
