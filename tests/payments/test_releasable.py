"""How much may leave: one formula, from the ledger, for every channel."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.enums import Role
from campaigns.enums import CampaignStatus
from crowdfund.kit.errors import Invalid, Refused
from payments import postings
from payments.ledger.selectors import credit_balance
from payments.models import Disbursement, Settlement
from payments.selectors import releasable as selectors
from payments.selectors.releasable import releasable, releasable_by_channel, releasable_cents
from payments.services.disburse import approve_disbursement
from payments.services.refund import decide_refund
from tests import world
from tests.campaigns import calling
from tests.payments import paying
from tests.payments.bank import pledge
from tests.payments.test_matching import application
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_every_line_of_the_formula(monkeypatch):
    campaign = paying.funded(cents=100_000)
    paying.account_row(campaign.project.organisation)
    postings.charge_fee(campaign_id=campaign.pk, cents=1_525, campaign_bears=True, reference="x:1", now=NOW)
    postings.refund_decided(campaign_id=campaign.pk, channel="card", cents=10_000, reference="x:1", now=NOW)
    postings.dispute_opened(campaign_id=campaign.pk, cents=5_000, reference="x:1", now=NOW)
    paying.approved(campaign, 20_000)
    paying.proposed(campaign, 7_000)
    postings.transfer_reversed(campaign_id=campaign.pk, cents=300, reference="x:1", now=NOW)
    monkeypatch.setattr(selectors, "held_back_cents", lambda *_args, **_more: 4_000)
    monkeypatch.setattr(selectors, "_waiting_refunds", lambda *_args: 2_000)
    found = releasable(campaign, "card", NOW)
    assert [cents for _words, cents in found.lines()] == [
        100_000, -1_525, -10_000, -20_000, 300, -5_000, -2_000, -4_000, -7_000,
    ]  # fmt: skip
    assert sum(cents for _words, cents in found.lines()) == found.maximum_cents == 50_775
    assert found.held_cents == credit_balance(f"held:{campaign.pk}:card") == 68_775
    assert releasable_cents(campaign, "card", NOW) == 50_775


def test_never_below_nought_and_channels_apart():
    campaign = paying.funded(cents=1_000)
    paying.receive(campaign, "bank", 7_000)
    postings.dispute_opened(campaign_id=campaign.pk, cents=5_000, reference="x:1", now=NOW)
    assert releasable_cents(campaign, "card", NOW) == 0
    assert releasable(campaign, "card", NOW).free_cents == -4_000
    assert releasable_cents(campaign, "bank", NOW) == 7_000
    assert releasable_cents(campaign, "cash", NOW) == 0
    assert [channel for channel, _left in releasable_by_channel(campaign, NOW)] == ["card", "bank"]


def test_what_the_rule_holds_back_waits_for_its_days():
    held_back = calling.DATA | {"hold_back_percent": 10, "hold_back_days": 30}
    campaign = application(calling.call(rule=calling.rule(data=held_back))).campaign
    pledge(campaign, cents=100_000, status="collected", collected_at=NOW)
    paying.receive(campaign, "card", 100_000)
    assert releasable_cents(campaign, "card", NOW) == 90_000
    Settlement.objects.create(
        campaign=campaign, decided_at=NOW, pledged_cents=400_000, pledges=1, goal_cents=400_000, goal_met=True,
        finished_at=NOW, collected_cents=100_000, collected_pledges=1, fees_cents=0,
    )  # fmt: skip
    assert releasable_cents(campaign, "card", NOW + dt.timedelta(days=29)) == 90_000
    assert releasable_cents(campaign, "card", NOW + dt.timedelta(days=30)) == 100_000


class TestTheBank:
    def test_bank_and_cash_leave_from_one_account_and_only_what_lies_there(self):
        campaign = paying.funded("bank", 50_000)
        paying.iban_of(campaign.project.organisation)
        postings.cash_received(desk_id=1, campaign_id=campaign.pk, cents=30_000, reference="x:1", now=NOW)
        with pytest.raises(
            Invalid
        ) as refused:  # held in cash, but still in the till: 50,000 of others' at the bank
            paying.proposed(campaign, 50_001, "bank")
        assert refused.value.code == "above_held"
        paying.approved(campaign, 40_000, "bank")
        assert releasable(campaign, "cash", NOW).place_cents == 0  # not out of others' transfers
        postings.cash_sent(desk_id=1, cents=30_000, reference="x:1", now=NOW)
        assert releasable_cents(campaign, "cash", NOW) == 0
        postings.cash_banked(cents=30_000, reference="x:1", now=NOW)
        assert releasable_cents(campaign, "cash", NOW) == 30_000
        postings.bank_received_unknown(cents=500, reference="x:1", now=NOW)
        assert (
            releasable(campaign, "bank", NOW).place_cents == 40_000
        )  # nobody's money is nobody's to pay out
        paying.approved(campaign, 20_000, "cash")
        assert (
            releasable(campaign, "cash", NOW).place_cents == releasable_cents(campaign, "cash", NOW) == 10_000
        )

    def test_returns_that_are_due_are_spoken_for(self):
        campaign = paying.funded("bank", 50_000)
        other = world.campaign(status=CampaignStatus.CANCELLED)
        back = pledge(
            other, cents=30_000, channel="bank", method="", status="returning", payment_method_id=""
        )
        paying.receive(other, "bank", 30_000)
        decide_refund(pledge=back, cents=30_000, reason="cancelled", now=NOW)
        assert releasable(campaign, "bank", NOW).place_cents == 50_000

    def test_it_has_to_be_there_at_the_approval_too(self):
        campaign = paying.funded("bank", 50_000)
        paying.iban_of(campaign.project.organisation)
        decision = paying.proposed(campaign, 50_000, "bank")
        postings.bank_fee(cents=1, reference="x:1", now=NOW)
        with pytest.raises(Refused) as refused:
            approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)
        assert refused.value.code == "above_held"
        assert Disbursement.objects.get().status == "proposed"
        assert credit_balance(f"held:{campaign.pk}:bank") == 50_000


def test_a_dispute_between_proposal_and_approval_is_seen():
    campaign = paying.funded(cents=100_000)
    paying.account_row(campaign.project.organisation)
    first, second = paying.proposed(campaign, 60_000), paying.proposed(campaign, 40_000)
    postings.dispute_opened(campaign_id=campaign.pk, cents=50_000, reference="x:1", now=NOW)
    approver = world.staff(Role.APPROVER)
    with pytest.raises(Refused) as refused:
        approve_disbursement(disbursement=first, by=approver, now=NOW)
    assert refused.value.code == "above_held"
    assert approve_disbursement(disbursement=second, by=approver, now=NOW).status == "created"
