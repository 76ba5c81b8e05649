"""Cash that goes back: against a signature at a desk that holds it, or by bank transfer."""

from __future__ import annotations

import pytest

from accounts.enums import Role
from accounts.notices.models import Notice
from accounts.notices.services import render
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments import postings
from payments.bank.services.lists import export_list
from payments.cash.enums import ReceiptKind
from payments.cash.models import CashDesk, DeskReceipt, ReturnByTransfer
from payments.cash.selectors.desks import find_returns
from payments.cash.services.give_back import ask_for_transfer, return_cash
from payments.cash.services.withdraw import withdraw_cash
from payments.enums import PledgeStatus, RefundStatus
from payments.ledger.selectors import balances
from payments.permissions import DESK_RECEIPT, MANAGE, link_token
from payments.services.refund_send import execute_refunds
from payments.services.totals import fold, totals_that_disagree
from tests import world
from tests.payments import counter
from tests.payments.bank_files.acting import TODAY, a_list, bring
from tests.payments.bank_files.writing import BO, OURS, Move
from tests.payments.counter import miss, owed, take, till
from tests.world import NOW

pytestmark = pytest.mark.django_db
IBAN = "IT60 X054 2811 1010 0000 0123 456"


@pytest.fixture
def desk() -> CashDesk:
    return counter.desk()


@pytest.fixture
def nina(desk):
    return counter.operator(desk)


@pytest.fixture
def campaign() -> Campaign:
    return world.campaign()


@pytest.fixture
def receipt(desk, nina, campaign) -> DeskReceipt:
    """Cash of Dario's, for a campaign that then misses its goal."""
    made = take(desk, nina, campaign, email="dario@example.org")
    miss(campaign)
    return made


def test_a_missed_goal_owes_the_cash_back_and_says_where_to_fetch_it(receipt, campaign):
    refund = owed(receipt)
    receipt.pledge.refresh_from_db()
    assert (refund.channel, refund.status, refund.amount_cents) == ("cash", RefundStatus.CREATED, 5_000)
    assert receipt.pledge.status == PledgeStatus.RETURNING
    assert (counter.held(campaign), balances()[postings.refund_due(campaign.pk)]) == (0, -5_000)
    notice = Notice.objects.get(event="pledge_refunded")
    render(notice)
    assert "Vieni a una cassa con la tua ricevuta" in notice.text
    assert "/cassa/la-mia-ricevuta/" in notice.text
    assert execute_refunds() == 0, "no drain sends cash"


def test_cash_is_handed_back_against_a_signature(receipt, desk, nina, campaign):
    made = return_cash(refund=owed(receipt), desk=desk, signature_name="Dario  Fo", by=nina, now=NOW)
    refund, pledge = owed(receipt), receipt.pledge
    pledge.refresh_from_db()
    assert (made.kind, made.number, made.signed_by) == (ReceiptKind.RETURNED, 2, "Dario Fo")
    assert (refund.status, refund.refund_id, made.refund) == (RefundStatus.DONE, made.full_number, refund)
    assert pledge.status == PledgeStatus.REFUNDED
    assert (till(desk), balances()[postings.refund_due(campaign.pk)]) == (0, 0)
    assert Notice.objects.filter(event="cash_handed_back").count() == 1
    fold()
    assert not totals_that_disagree()
    with pytest.raises(Refused) as caught:
        return_cash(refund=refund, desk=desk, signature_name="Dario", by=nina, now=NOW)
    assert caught.value.code == "returned_already"


def test_any_desk_that_holds_enough_hands_it_back(receipt, nina, campaign):
    other = counter.desk()
    there = counter.operator(other, name="Ivo")
    with pytest.raises(Refused) as caught:
        return_cash(refund=owed(receipt), desk=other, signature_name="Dario", by=there, now=NOW)
    assert caught.value.code == "till_too_low"
    assert "0,00" in str(caught.value)
    take(other, there, world.campaign(), cents=6_000)
    made = return_cash(refund=owed(receipt), desk=other, signature_name="Dario", by=there, now=NOW)
    assert (made.desk, till(other)) == (other, 1_000)


@pytest.mark.parametrize("name", ["", "   ", "<script>", "x" * 121])
def test_without_a_signature_nothing_leaves(receipt, desk, nina, name):
    with pytest.raises(Invalid) as caught:
        return_cash(refund=owed(receipt), desk=desk, signature_name=name, by=nina, now=NOW)
    assert caught.value.field == "signature_name"
    assert (till(desk), DeskReceipt.objects.count()) == (5_000, 1)


def test_only_who_works_at_the_desk_hands_back(receipt, desk):
    for who in (counter.operator(counter.desk()), world.staff(Role.OFFICER)):
        with pytest.raises(NotAllowed):
            return_cash(refund=owed(receipt), desk=desk, signature_name="D", by=who, now=NOW)
    assert till(desk) == 5_000


def test_a_cancelled_campaign_gives_cash_back_too(desk, nina, campaign):
    receipt = take(desk, nina, campaign)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.CANCELLED)
    counter.release_due()
    assert owed(receipt).reason == "cancelled"


def test_cash_is_found_by_number_or_name(receipt, desk, nina):
    refund = owed(receipt)
    for text in (receipt.full_number, "1", "dario", "  Dario FO "):
        assert find_returns(text) == [refund], text
    for text in ("", "da", "%%%", f"{desk.pk}/2025/1", "1/2", "99999999999", "2", "²", "a/b/c"):
        assert find_returns(text) == [], text
    return_cash(refund=refund, desk=desk, signature_name="Dario", by=nina, now=NOW)
    assert find_returns("dario") == []


def test_the_donor_may_ask_for_a_transfer_with_the_link_of_the_receipt(receipt, desk, nina):
    refund = owed(receipt)
    token = link_token(receipt.pledge, DESK_RECEIPT)
    asked = ask_for_transfer(refund=refund, iban=IBAN, holder="Dario Fo", by=None, token=token, now=NOW)
    assert (asked.iban, asked.holder, asked.asked_by) == ("IT60X0542811101000000123456", "Dario Fo", None)
    with pytest.raises(Refused) as caught:
        return_cash(refund=refund, desk=desk, signature_name="Dario", by=nina, now=NOW)
    assert caught.value.code == "by_transfer"
    assert ask_for_transfer(refund=refund, iban=IBAN, holder="Franca", by=nina, now=NOW).pk == asked.pk
    asked.refresh_from_db()
    assert (asked.holder, asked.asked_by, till(desk)) == ("Franca", nina, 5_000)


def test_a_wrong_account_or_another_link_asks_for_nothing(receipt, desk, nina):
    refund = owed(receipt)
    for problem in (
        {"iban": "IT60X0542811101000000123457"},
        {"iban": ""},
        {"holder": " "},
        {"holder": "x" * 71},
    ):
        with pytest.raises(Invalid):
            ask_for_transfer(refund=refund, by=nina, now=NOW, **{"iban": IBAN, "holder": "D"} | problem)
    for who, token in (
        (None, ""),
        (world.person(), ""),
        (None, link_token(receipt.pledge, MANAGE)),
        (world.staff(Role.HUB_OPERATOR), ""),
    ):
        with pytest.raises(NotAllowed):
            ask_for_transfer(refund=refund, iban=IBAN, holder="D", by=who, token=token, now=NOW)
    return_cash(refund=refund, desk=desk, signature_name="Dario", by=nina, now=NOW)
    with pytest.raises(Refused):
        ask_for_transfer(refund=refund, iban=IBAN, holder="D", by=nina, now=NOW)
    assert not ReturnByTransfer.objects.exists()


class TestByTransfer:
    @pytest.fixture(autouse=True)
    def _account(self, settings):
        settings.BANK_ACCOUNT_IBAN, settings.BANK_ACCOUNT_HOLDER = OURS, "Comune di Milano"

    @pytest.fixture
    def item(self, receipt):
        """Cash that goes back by transfer, on a list carried to the bank; the account holds enough."""
        ask_for_transfer(
            refund=owed(receipt), iban=IBAN, holder="Dario Fo", by=counter.operator(counter.desk()), now=NOW
        )
        bring(Move(90_000, on=TODAY, ref="A1"))
        return a_list().items.get()

    def test_cash_goes_back_with_the_next_list(self, item, receipt, campaign, desk):
        assert (item.amount_cents, item.name, item.iban) == (5_000, "Dario Fo", IBAN.replace(" ", ""))
        assert owed(receipt).status == RefundStatus.UNKNOWN
        bring(Move(-5_000, on=TODAY, e2e=item.end_to_end_id, ref="O1"))
        refund = owed(receipt)
        assert (refund.status, refund.refund_id) == (RefundStatus.DONE, item.end_to_end_id)
        receipt.pledge.refresh_from_db()
        assert receipt.pledge.status == PledgeStatus.REFUNDED
        assert (till(desk), balances()["cash:bank"]) == (5_000, 85_000)
        assert balances()[postings.refund_due(campaign.pk)] == 0

    def test_once_it_has_left_neither_the_account_nor_the_way_changes(self, item, receipt, desk, nina):
        for deed in (
            lambda: ask_for_transfer(refund=owed(receipt), iban=IBAN, holder="X", by=nina, now=NOW),
            lambda: return_cash(refund=owed(receipt), desk=desk, signature_name="D", by=nina, now=NOW),
        ):
            with pytest.raises(Refused):
                deed()
        assert ReturnByTransfer.objects.get().holder == "Dario Fo"

    def test_one_that_came_back_asks_for_another_account(self, item, receipt, nina):
        bring(Move(-5_000, on=TODAY, e2e=item.end_to_end_id, ref="O1"))
        bring(Move(5_000, on=TODAY, e2e=item.end_to_end_id, ref="R1", back="AC04"))
        assert owed(receipt).status == RefundStatus.FAILED
        notice = Notice.objects.get(event="transfer_bounced")
        assert "/cassa/la-mia-ricevuta/" in notice.context["action_url"]
        ask_for_transfer(refund=owed(receipt), iban=BO, holder="Franca Rame", by=nina, now=NOW)
        assert a_list().items.get().iban == BO

    def test_another_account_makes_an_approved_list_void(self, receipt, nina):
        refund = owed(receipt)
        ask_for_transfer(refund=refund, iban=IBAN, holder="Dario Fo", by=nina, now=NOW)
        bring(Move(90_000, on=TODAY, ref="A1"))
        approved = a_list(sent=False)
        ask_for_transfer(refund=refund, iban=BO, holder="Franca Rame", by=nina, now=NOW)
        with pytest.raises(Refused):
            export_list(transfers=approved, by=world.staff(Role.OFFICER), now=NOW)
        approved.refresh_from_db()
        assert (approved.status, owed(receipt).status) == ("void", RefundStatus.CREATED)


class TestTakenBack:
    def test_a_donor_changes_their_mind_until_the_deadline(self, desk, nina, campaign):
        reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000, stock=1)
        receipt = take(desk, nina, campaign, email="dario@example.org", reward=reward)
        token = link_token(receipt.pledge, DESK_RECEIPT)
        refund = withdraw_cash(pledge=receipt.pledge, by=None, token=token, now=NOW)
        receipt.pledge.refresh_from_db()
        reward.refresh_from_db()
        assert (refund.reason, refund.amount_cents) == ("withdrawn", 5_000)
        assert (receipt.pledge.status, reward.claimed) == (PledgeStatus.RETURNING, 0)
        fold()
        campaign.refresh_from_db()
        assert (campaign.pledged_cents, campaign.backers) == (0, 0)
        assert not totals_that_disagree()
        return_cash(refund=refund, desk=desk, signature_name="Dario Fo", by=nina, now=NOW)
        receipt.pledge.refresh_from_db()
        assert (receipt.pledge.status, till(desk)) == (PledgeStatus.REFUNDED, 0)
        assert not totals_that_disagree()

    def test_not_after_it_not_twice_and_not_by_others(self, desk, nina, campaign):
        receipt = take(desk, nina, campaign)
        for who in (None, world.person(), world.staff(Role.OFFICER), world.staff(Role.HUB_OPERATOR)):
            with pytest.raises(NotAllowed):
                withdraw_cash(pledge=receipt.pledge, by=who, now=NOW)
        with pytest.raises(Refused) as caught:
            withdraw_cash(pledge=receipt.pledge, by=nina, now=campaign.deadline)
        assert caught.value.code == "campaign_closed"
        withdraw_cash(pledge=receipt.pledge, by=nina, now=NOW)
        with pytest.raises(Refused) as caught:
            withdraw_cash(pledge=receipt.pledge, by=nina, now=NOW)
        assert caught.value.code == "pledge_settled"
        assert receipt.pledge.refunds.count() == 1
