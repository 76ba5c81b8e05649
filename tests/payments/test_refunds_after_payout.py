"""Money that was paid out comes back before it goes back: reversed transfers, or debts."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.enums import Role
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments import postings
from payments.ledger.selectors import credit_balance, debit_balance
from payments.models import Receivable, ReceivableClosing, Refund, TransferReversal
from payments.selectors.reserve import reserve, reserve_left_cents
from payments.services.receivables import approve_closing, propose_closing, reject_closing
from payments.services.reversals import confirm_impossible, try_again
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
    release,
    run,
    sound,
)
from tests.world import NOW

pytestmark = pytest.mark.django_db
FEE = fee_of(10_000)


@pytest.mark.usefixtures("books")
class TestCardMoney:
    def test_the_transfer_comes_back_first(self, bank, at):
        advance(bank)
        given, other = collected(bank, at, 10_000, 10_000)
        campaign = given.campaign
        payout = pay_out(bank, campaign)
        refund = decided(given, 4_000)
        assert refund.status == "waiting"
        assert held(campaign) == credit_balance(f"refund_due:{campaign.pk}") == 0, "nothing is booked yet"
        run()
        refund.refresh_from_db()
        reversal = TransferReversal.objects.get()
        assert (refund.status, reversal.status, reversal.amount_cents) == ("done", "done", 4_000)
        assert (reversal.refund, reversal.payout) == (refund, payout)
        assert held(campaign) == 0
        assert again(given).status == "partly_refunded"
        assert bank.stripe.transfers.retrieve(payout.transfer_id).amount_reversed == 4_000
        decided(again(given), 6_000)  # the whole charge: what the organisation never got is not asked of it
        run()
        assert TransferReversal.objects.latest("pk").amount_cents == 6_000 - FEE
        assert debit_balance("cost:fees") == FEE
        decided(other, 10_000)
        run()
        assert held(campaign) == 0
        assert bank.stripe.transfers.retrieve(payout.transfer_id).reversed

    def test_what_is_held_is_used_first_then_the_newest_transfer(self, bank, at):
        advance(bank)
        given = collected(bank, at, 10_000, 10_000)[0]
        campaign = given.campaign
        first, second = pay_out(bank, campaign, 5_000), pay_out(bank, campaign, 8_000)
        assert held(campaign) == 20_000 - 2 * FEE - 13_000
        decided(given, 10_000)
        run()
        taken = {row.payout_id: row.amount_cents for row in TransferReversal.objects.all()}
        assert taken == {second.pk: 10_000 - FEE - held_before(20_000)}
        assert Refund.objects.get().status == "done"
        assert held(campaign) == 0
        assert first.reversals.count() == 0

    def test_several_transfers_for_one_refund(self, bank, at):
        advance(bank)
        [given] = collected(bank, at, 10_000)
        pay_out(bank, given.campaign, 3_000)
        pay_out(bank, given.campaign, 3_000)
        pay_out(bank, given.campaign)
        decided(given, 10_000)
        run()
        taken = sorted(TransferReversal.objects.values_list("amount_cents", flat=True))
        assert taken == [3_000, 3_000, 10_000 - FEE - 6_000]
        assert (again(given).status, held(given.campaign)) == ("refunded", 0)

    @pytest.mark.parametrize("kind", ["error_before", "error_after", "cut_before", "cut_after"])
    def test_an_unknown_outcome_takes_back_once(self, bank, at, kind):
        advance(bank)
        [given] = collected(bank, at, 10_000)
        payout = pay_out(bank, given.campaign)
        bank.fault(f"POST /v1/transfers/{payout.transfer_id}/reversals", kind, times=3)
        decided(given, 4_000)
        run()
        bank.no_faults()
        at(NOW + dt.timedelta(minutes=15))
        run()
        assert bank.stripe.transfers.retrieve(payout.transfer_id).amount_reversed == 4_000
        assert Refund.objects.get().status == "done"

    def test_refused_it_waits_for_an_officer_who_tries_again(self, bank, at):
        advance(bank)
        [given] = collected(bank, at, 10_000)
        payout = pay_out(bank, given.campaign)
        account = payout.disbursement.destination
        bank.control("spend", account=account)
        refund = decided(given, 10_000)
        run()
        reversal = TransferReversal.objects.get()
        refund.refresh_from_db()
        assert (reversal.status, reversal.error, refund.status) == (
            "failed",
            "balance_insufficient",
            "waiting",
        )
        for by in (world.person(), world.staff(Role.APPROVER)):
            with pytest.raises(NotAllowed):
                try_again(reversal=reversal, by=by, now=NOW)
        bank.control("top-up", amount=10_000)  # somebody gives the organisation what it lacks
        bank.stripe.transfers.create({"amount": 10_000, "currency": "eur", "destination": account})
        try_again(reversal=reversal, by=world.staff(Role.OFFICER), now=NOW)
        with pytest.raises(Refused):
            try_again(reversal=reversal, by=world.staff(Role.OFFICER), now=NOW)
        run()
        refund.refresh_from_db()
        assert (refund.status, TransferReversal.objects.get().status) == ("done", "done")

    def test_impossible_the_organisation_owes_it_and_the_platform_pays(self, bank, at):
        [given] = collected(bank, at, 10_000)
        campaign = given.campaign
        payout = pay_out(bank, campaign)
        bank.control("spend", account=payout.disbursement.destination)
        refund = decided(given, 10_000)
        run()
        confirm_impossible(reversal=TransferReversal.objects.get(), by=world.staff(Role.OFFICER), now=NOW)
        refund.refresh_from_db()
        debt = Receivable.objects.get()
        assert (refund.status, debt.amount_cents, debt.status) == ("created", 10_000 - FEE, "open")
        assert reserve_left_cents("stripe") == -10_000
        run()
        refund.refresh_from_db()
        assert refund.status == "created", "the platform has no money of its own"
        advance(bank, 10_000)
        run()
        refund.refresh_from_db()
        assert (refund.status, again(given).status, held(campaign)) == ("done", "refunded", 0)
        assert reserve_left_cents("stripe") == 0

    def test_a_release_that_has_not_left_is_void(self, bank, at):
        advance(bank)
        given = collected(bank, at, 10_000, 10_000)[0]
        campaign = given.campaign
        payout = release(bank, campaign)
        refund = decided(given, 10_000)
        payout.refresh_from_db()
        assert (payout.status, payout.disbursement.status) == ("cancelled", "void")
        assert refund.status == "created"
        run()
        assert (again(given).status, held(campaign)) == ("refunded", 10_000 - FEE)
        assert credit_balance(f"payable:{campaign.pk}") == 0

    def test_one_on_its_way_is_awaited(self, bank, at):
        advance(bank)
        [given] = collected(bank, at, 10_000)
        payout = release(bank, given.campaign)
        bank.fault("POST /v1/transfers", "cut_after", times=1)
        bank.fault("POST /v1/transfers", "cut_before", times=3)
        run("payouts.execute")
        refund = decided(given, 10_000)
        run()
        refund.refresh_from_db()
        payout.refresh_from_db()
        assert (payout.status, refund.status, TransferReversal.objects.count()) == ("unknown", "waiting", 0)
        bank.no_faults()
        at(NOW + dt.timedelta(minutes=15))
        run("payouts.execute")
        run()
        refund.refresh_from_db()
        assert (refund.status, held(given.campaign)) == ("done", 0)


def held_before(gross: int) -> int:
    """What was left of two charges after the two payouts."""
    return gross - 2 * FEE - 13_000


class TestBankMoney:
    def _paid_out(self, channel: str):
        given = as_collected(funded(), channel=channel)
        facts = {"campaign_id": given.campaign_id, "cents": 10_000, "reference": "row:out", "now": NOW}
        postings.crowd_released(channel=channel, **facts)
        postings.payout_executed(leaves="cash:bank", **facts)
        return given

    @pytest.mark.parametrize("channel", ["bank", "cash"])
    def test_the_organisation_owes_it_at_once_and_the_refund_waits_for_the_reserve(self, channel):
        given = self._paid_out(channel)
        refund = decided(given, 4_000)
        debt = Receivable.objects.get()
        assert (refund.status, debt.amount_cents, debt.channel) == ("waiting", 4_000, channel)
        assert held(given.campaign, channel) == 4_000
        assert (reserve_left_cents("bank"), reserve_left_cents("stripe")) == (-4_000, 0)
        advance(cents=4_000, into="cash:bank")
        Refund.objects.update(due_at=NOW)
        run()
        refund.refresh_from_db()
        assert (refund.status, refund.due_at, held(given.campaign, channel)) == ("created", None, 0)
        assert Receivable.objects.count() == 1

    def test_paid_back_in_part_and_the_rest_written_off(self):
        given = self._paid_out("bank")
        advance(cents=4_000, into="cash:bank")
        decided(given, 4_000)
        debt = Receivable.objects.get()
        officer, approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
        facts = {"receivable": debt, "by": officer, "now": NOW}
        paid = propose_closing(kind="paid", amount_cents=1_500, reason="CRO 5", **facts)
        with pytest.raises(Invalid) as refused:
            propose_closing(kind="write_off", amount_cents=2_501, reason="Sciolta", **facts)
        assert refused.value.code == "above_owed"
        lost = propose_closing(kind="write_off", amount_cents=2_500, reason="Sciolta", **facts)
        for closing in (paid, lost):
            with pytest.raises(NotAllowed):
                approve_closing(closing=closing, by=officer, now=NOW)
            approve_closing(closing=closing, by=approver, now=NOW)
        debt.refresh_from_db()
        assert (debt.status, debt.left_cents) == ("written_off", 0)
        assert debit_balance(f"receivable:{debt.organisation_id}") == 0
        assert debit_balance("cost:losses") == 2_500
        here = reserve("bank")
        assert (here.left_cents, here.losses_cents, here.receivable_cents) == (1_500, 2_500, 0)
        with pytest.raises(Refused):
            propose_closing(kind="paid", amount_cents=1, reason="Ancora", **facts)
        sound()

    def test_a_closing_that_is_rejected_changes_nothing(self):
        given = self._paid_out("bank")
        decided(given, 4_000)
        debt = Receivable.objects.get()
        closing = propose_closing(
            receivable=debt, kind="write_off", amount_cents=4_000, reason="r", by=world.staff(Role.OFFICER),
            now=NOW,
        )  # fmt: skip
        reject_closing(closing=closing, why="Si può ancora avere", by=world.staff(Role.APPROVER), now=NOW)
        debt.refresh_from_db()
        assert (debt.status, debt.left_cents) == ("open", 4_000)
        assert ReceivableClosing.objects.get().status == "rejected"

    @pytest.mark.parametrize(
        ("fields", "code"),
        [({"kind": "gift"}, "unknown_kind"), ({"amount_cents": 0}, "amount"), ({"reason": ""}, "missing")],
    )
    def test_bad_input_is_said(self, fields, code):
        given = self._paid_out("bank")
        decided(given, 4_000)
        with pytest.raises(Invalid) as refused:
            propose_closing(
                **{"receivable": Receivable.objects.get(), "kind": "paid", "amount_cents": 1, "reason": "r"}
                | {"by": world.staff(Role.OFFICER), "now": NOW}
                | fields
            )
        assert refused.value.code == code
