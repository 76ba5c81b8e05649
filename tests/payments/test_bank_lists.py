"""Money that leaves by bank transfer: two people, frozen, compared again, done when a statement shows it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.db import IntegrityError, transaction

from accounts.enums import Role, TeamRole
from accounts.models import Membership, User
from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.bank.documents import list_file
from payments.bank.enums import ItemStatus, LineStatus, ListStatus
from payments.bank.models import BankLine, CreditList, ListItem
from payments.bank.selectors.balance import our_account
from payments.bank.services.lists import (
    approve_list,
    draft_list,
    drop_item,
    export_list,
    fail_item,
    propose_list,
    reject_list,
)
from payments.bank.services.pledges import cancel_transfer_pledge, change_account_back
from payments.bank.services.returns import set_return_account
from payments.bank.services.sources import everything_due
from payments.enums import PledgeStatus, RefundStatus
from payments.ledger.selectors import credit_balance, debit_balance, faults
from payments.models import PayoutIban, Pledge, Refund
from payments.permissions import MANAGE, link_token
from payments.postings import bank_fee
from payments.selectors.payees import payee_now
from tests import world
from tests.payments.bank_files.acting import (
    DEADLINE,
    TODAY,
    a_list,
    approver,
    bring,
    line,
    officer,
    paid,
    promise,
)
from tests.payments.bank_files.writing import BO, Move
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def missed(at: Any, count: int = 2) -> list[Pledge]:
    """Pledges whose transfers arrived for a campaign that missed its goal: all of it is owed back."""
    campaign = world.campaign()
    pledges = [promise(campaign, email=f"{n}@example.org") for n in range(count)]
    bring(*(paid(pledge) for pledge in pledges))
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.MISSED)
    at(NOW)
    jobs.run_until_quiet(["pledges.release"])
    return pledges


def debit(item: ListItem, **fields: Any) -> Move:
    """A transfer of ours as the bank books it."""
    return Move(
        **{"cents": -item.amount_cents, "e2e": item.end_to_end_id, "on": TODAY + DAY, "ref": f"D{item.pk}"}
        | fields
    )


def back(item: ListItem, **fields: Any) -> Move:
    """A transfer of ours that its payee's bank sent back."""
    return Move(
        **{"cents": item.amount_cents, "e2e": item.end_to_end_id, "on": TODAY + 3 * DAY, "back": "AC04"}
        | {"ref": f"R{item.pk}"}
        | fields
    )


def change_iban(pledge: Pledge, iban: str = BO) -> None:
    token = link_token(pledge, MANAGE)
    change_account_back(pledge=pledge, iban=iban, holder="Bo", by=None, token=token, now=NOW)


class TestTheWholeWay:
    def test_a_missed_goal_gives_everything_back(self, at):
        pledges = missed(at)
        campaign = pledges[0].campaign
        assert [due.cents for due in everything_due(NOW)] == [2_500, 2_500]
        made = a_list()
        assert (made.status, made.proposed_by, made.decided_by) == (
            ListStatus.EXPORTED,
            officer(),
            approver(),
        )
        assert {refund.status for refund in Refund.objects.all()} == {RefundStatus.UNKNOWN}
        assert list(everything_due(NOW)) == []
        assert (our_account().free_cents, our_account().leaving_cents) == (0, 5_000)
        root = fromstring(list_file(made))
        assert [one.text for one in root.iterfind(".//{*}EndToEndId")] == [
            i.end_to_end_id for i in made.items.all()
        ]
        assert root.findtext(".//{*}GrpHdr/{*}CtrlSum") == "50.00"
        bring(*(debit(item) for item in made.items.all()))
        made.refresh_from_db()
        assert (made.status, debit_balance("cash:bank")) == (ListStatus.CLOSED, 0)
        assert {row.status for row in Pledge.objects.all()} == {PledgeStatus.REFUNDED}
        assert {refund.status for refund in Refund.objects.all()} == {RefundStatus.DONE}
        assert {refund.refund_id for refund in Refund.objects.all()} == {
            i.end_to_end_id for i in made.items.all()
        }
        assert credit_balance(f"refund_due:{campaign.pk}") == 0
        assert {row.status for row in BankLine.objects.filter(credit=False)} == {LineStatus.OURS}
        assert list(faults()) == []

    def test_the_bank_may_book_the_whole_list_in_one_sum(self, at):
        missed(at)
        made = a_list()
        bring(Move(-5_000, batch_id=made.message_id, on=TODAY + DAY, ref="D"))
        made.refresh_from_db()
        assert (made.status, line(credit=False).status) == (ListStatus.CLOSED, LineStatus.OURS)
        assert made.items.filter(paid_by=line(credit=False)).count() == 2

    def test_the_file_is_the_same_whatever_happens_afterwards(self, at):
        missed(at)
        made = a_list()
        before = list_file(made)
        bring(debit(made.items.first()))
        export_list(transfers=made, by=officer(), now=NOW + DAY)
        made.refresh_from_db()
        assert list_file(made) == before
        assert made.exported_at == NOW

    def test_an_amount_that_is_not_ours_is_no_proof(self, at):
        missed(at, 1)
        item = a_list().items.get()
        bring(debit(item, cents=-2_499))
        assert (line(credit=False).status, ListItem.objects.get().status) == ("unexplained", ItemStatus.SENT)
        assert Refund.objects.get().status == RefundStatus.UNKNOWN


class TestTwoPeople:
    def test_nobody_approves_their_own_list(self, at):
        missed(at)
        both = world.staff(Role.OFFICER, Role.APPROVER)
        made = draft_list(by=both, now=NOW)
        propose_list(transfers=made, by=both, now=NOW)
        made.refresh_from_db()
        same_person = world.staff(Role.APPROVER)
        User.objects.filter(pk=same_person.pk).update(person=both.person)
        for by in (both, User.objects.get(pk=same_person.pk), officer(), world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                approve_list(transfers=made, by=by, now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            CreditList.objects.filter(pk=made.pk).update(
                decided_by=same_person, decided_person=both.person, decided_at=NOW
            )

    def test_who_is_paid_neither_proposes_nor_approves(self, at):
        mine = world.staff(Role.APPROVER)
        campaign = world.campaign()
        pledge = promise(campaign, by=mine)
        bring(paid(pledge))
        cancel_transfer_pledge(pledge=pledge, by=mine, now=NOW)
        made = draft_list(by=officer(), now=NOW)
        backing_officer = world.staff(Role.OFFICER)
        User.objects.filter(pk=backing_officer.pk).update(person=mine.person)
        with pytest.raises(NotAllowed):
            propose_list(transfers=made, by=User.objects.get(pk=backing_officer.pk), now=NOW)
        propose_list(transfers=made, by=officer(), now=NOW)
        made.refresh_from_db()
        with pytest.raises(NotAllowed):
            approve_list(transfers=made, by=mine, now=NOW)
        approve_list(transfers=made, by=world.staff(Role.APPROVER), now=NOW)

    @pytest.mark.parametrize("when", ["before the approval", "before the export"])
    def test_another_account_makes_the_list_void(self, at, when):
        [pledge] = missed(at, 1)
        made = draft_list(by=officer(), now=NOW)
        propose_list(transfers=made, by=officer(), now=NOW)
        made.refresh_from_db()
        if when == "before the export":
            approve_list(transfers=made, by=approver(), now=NOW)
            made.refresh_from_db()
        change_iban(pledge)
        with pytest.raises(Refused) as caught:
            if when == "before the export":
                export_list(transfers=made, by=officer(), now=NOW)
            else:
                approve_list(transfers=made, by=approver(), now=NOW)
        made.refresh_from_db()
        assert (caught.value.code, made.status) == ("list_void", ListStatus.VOID)
        assert ListItem.objects.get().status == ItemStatus.DROPPED
        assert Refund.objects.get().status == RefundStatus.CREATED
        assert [(due.iban, due.name) for due in everything_due(NOW)] == [(BO, "Bo")], (
            "it is due again, to the new account"
        )

    def test_another_amount_makes_the_list_void(self, at):
        missed(at, 1)
        made = a_list(sent=False)
        Refund.objects.update(amount_cents=2_000)
        with pytest.raises(Refused):
            export_list(transfers=made, by=officer(), now=NOW)
        made.refresh_from_db()
        assert made.status == ListStatus.VOID

    def test_an_item_changed_behind_the_list_makes_it_void(self, at):
        missed(at, 1)
        made = a_list(sent=False)
        change_iban(Pledge.objects.get())
        ListItem.objects.update(iban=BO, name="Bo")
        with pytest.raises(Refused) as caught:
            export_list(transfers=made, by=officer(), now=NOW)
        assert caught.value.code == "list_void", "the digest is over what was approved"

    def test_once_with_the_bank_the_account_can_not_change(self, at):
        [pledge] = missed(at, 1)
        a_list()
        with pytest.raises(Refused) as caught:
            change_iban(pledge)
        assert caught.value.code == "already_sent"

    def test_a_rejected_list_leaves_everything_due(self, at):
        missed(at)
        made = draft_list(by=officer(), now=NOW)
        propose_list(transfers=made, by=officer(), now=NOW)
        made.refresh_from_db()
        with pytest.raises(Invalid):
            reject_list(transfers=made, why=" ", by=approver(), now=NOW)
        reject_list(transfers=made, why="manca un nome", by=approver(), now=NOW)
        made.refresh_from_db()
        assert (made.status, len(list(everything_due(NOW)))) == (ListStatus.REJECTED, 2)
        with pytest.raises(Refused):
            export_list(transfers=made, by=officer(), now=NOW)

    def test_a_draft_can_be_changed_and_a_proposed_list_can_not(self, at):
        missed(at)
        made = draft_list(by=officer(), now=NOW)
        first, second = made.items.all()
        drop_item(item=first, by=officer(), now=NOW)
        propose_list(transfers=made, by=officer(), now=NOW)
        with pytest.raises(Refused) as caught:
            drop_item(item=second, by=officer(), now=NOW)
        assert caught.value.code == "list_frozen"
        assert [due.refund for due in everything_due(NOW)] == [first.refund]

    def test_what_is_on_a_list_is_on_no_other(self, at):
        missed(at)
        draft_list(by=officer(), now=NOW)
        with pytest.raises(Refused) as caught:
            draft_list(by=officer(), now=NOW)
        assert caught.value.code == "nothing_due"
        refund = Refund.objects.first()
        with pytest.raises(IntegrityError), transaction.atomic():
            other = CreditList.objects.create(**CreditList.proposal(officer(), NOW))
            ListItem.objects.create(
                list=other, n=1, refund=refund, amount_cents=1, name="x", iban=BO, text="", end_to_end_id="x"
            )

    def test_no_more_leaves_than_lies_on_the_account(self, at):
        missed(at)
        bring(Move(-3_000, batch_id="", text="?", on=TODAY + DAY))
        made = draft_list(by=officer(), now=NOW)
        propose_list(transfers=made, by=officer(), now=NOW)
        made.refresh_from_db()
        with pytest.raises(Refused) as caught:
            approve_list(transfers=made, by=approver(), now=NOW)
        assert caught.value.code == "not_enough"


class TestComesBack:
    @pytest.mark.parametrize("order", ["as it happened", "the other way round"])
    def test_a_transfer_that_comes_back_is_owed_again(self, at, order):
        [pledge] = missed(at, 1)
        item = a_list().items.get()
        moves = [debit(item), back(item)]
        for move in moves if order == "as it happened" else reversed(moves):
            bring(move, opening=0 if move.cents > 0 else 2_500)
        refund, item = Refund.objects.get(), ListItem.objects.get()
        assert (refund.status, item.status, item.list.status) == ("failed", "failed", "closed")
        assert (item.paid_by.credit, item.came_back_by.credit) == (False, True)
        assert (credit_balance(f"refund_due:{pledge.campaign_id}"), debit_balance("cash:bank")) == (
            2_500,
            2_500,
        )
        assert {row.status for row in BankLine.objects.exclude(status="matched")} == {LineStatus.OURS}
        letter = Notice.objects.get(event="transfer_bounced")
        assert "25,00" in letter.context["amount"]
        assert list(faults()) == []

    def test_with_another_account_it_is_sent_again(self, at):
        [pledge] = missed(at, 1)
        item = a_list().items.get()
        bring(debit(item))
        bring(back(item))
        change_iban(pledge)
        second = a_list(now=NOW + 4 * DAY).items.get()
        assert (second.iban, second.end_to_end_id != item.end_to_end_id) == (BO, True)
        bring(debit(second, on=TODAY + 5 * DAY))
        assert (Refund.objects.get().status, debit_balance("cash:bank")) == (RefundStatus.DONE, 0)
        assert list(faults()) == []

    def test_what_the_bank_refuses_is_due_again(self, at):
        missed(at, 1)
        made = a_list()
        item = made.items.get()
        with pytest.raises(Invalid):
            fail_item(item=item, why="", by=officer(), now=NOW)
        fail_item(item=item, why="conto chiuso", by=officer(), now=NOW)
        made.refresh_from_db()
        assert (Refund.objects.get().status, made.status) == (RefundStatus.FAILED, ListStatus.CLOSED)
        assert len(list(everything_due(NOW))) == 1
        with pytest.raises(Refused):
            fail_item(item=item, why="ancora", by=officer(), now=NOW)
        bring(debit(item))
        assert line(credit=False).status == LineStatus.UNEXPLAINED, (
            "refused, and carried out all the same: look"
        )


class TestLinesThatGoBack:
    def test_after_thirty_days_to_whoever_sent_them(self, at):
        bring(Move(700, text="auguri", on=TODAY, name="Carla"))
        at(NOW + 29 * DAY)
        jobs.run_until_quiet(["bank.returns"])
        assert line().status == LineStatus.UNMATCHED
        at(NOW + 30 * DAY)
        jobs.run_until_quiet(["bank.returns"])
        assert (line().status, credit_balance("refund_due:bank"), credit_balance("unmatched:bank")) == (
            "to_return",
            700,
            0,
        )
        [due] = everything_due(NOW)
        assert (due.name, due.cents) == ("Carla", 700)
        item = a_list(now=NOW + 30 * DAY).items.get()
        bring(debit(item, on=TODAY + 31 * DAY))
        assert (line(credit=True).status, debit_balance("cash:bank"), credit_balance("refund_due:bank")) == (
            "returned",
            0,
            0,
        )
        bring(back(item, on=TODAY + 33 * DAY))
        assert (line(amount_cents=700, status="to_return").credit, credit_balance("refund_due:bank")) == (
            True,
            700,
        )
        assert list(faults()) == []

    def test_without_an_account_an_officer_says_where(self, at):
        bring(Move(700, on=TODAY, name="", iban=""))
        at(NOW + 30 * DAY)
        jobs.run_until_quiet(["bank.returns"])
        assert [due.payable for due in everything_due(NOW)] == [False]
        with pytest.raises(Refused):
            draft_list(by=officer(), now=NOW)
        row = line()
        with pytest.raises(Invalid):
            set_return_account(line=row, iban="IT00", holder="Carla", by=officer(), now=NOW)
        set_return_account(line=row, iban=BO, holder="Carla", by=officer(), now=NOW)
        made = draft_list(by=officer(), now=NOW)
        assert [(item.iban, item.name) for item in made.items.all()] == [(BO, "Carla")]
        with pytest.raises(Refused) as caught:
            set_return_account(line=row, iban=BO, holder="Dario", by=officer(), now=NOW)
        assert caught.value.code == "on_a_list"


class TestPayouts:
    def test_a_payout_to_an_organisation_leaves_with_the_list(self):
        made, payout = a_payout()
        item = made.items.get()
        assert (item.iban, item.amount_cents, payout.status) == (BO, 2_500, "created")
        propose_list(transfers=made, by=officer(), now=NOW)
        made.refresh_from_db()
        member = world.staff(Role.APPROVER)
        organisation = payout.disbursement.campaign.project.organisation
        Membership.objects.create(user=member, organisation=organisation, role=TeamRole.EDITOR, since=NOW)
        with pytest.raises(NotAllowed):
            approve_list(transfers=made, by=member, now=NOW)
        approve_list(transfers=made, by=approver(), now=NOW)
        made.refresh_from_db()
        export_list(transfers=made, by=officer(), now=NOW)
        bring(debit(item))
        payout.refresh_from_db()
        assert (payout.status, payout.transfer_id, payout.disbursement.status) == (
            "done",
            item.end_to_end_id,
            "paid",
        )
        campaign_id = payout.disbursement.campaign_id
        assert (credit_balance(f"payable:{campaign_id}"), debit_balance("cash:bank")) == (0, 0)
        bring(back(item))
        payout.refresh_from_db()
        assert (payout.status, credit_balance(f"payable:{campaign_id}")) == ("failed", 2_500)
        assert list(faults()) == []

    def test_a_payout_that_may_not_leave_yet_gets_on_no_list(self):
        """The bank's charge has used up the reserve: payouts wait for the platform's own money."""
        made, _payout = a_payout()
        reject_list(transfers=made, why="r", by=officer(), now=NOW)
        assert [due.payable for due in everything_due(NOW)] == [True]
        bank_fee(cents=100, reference="test:fee", now=NOW)
        assert [due.payable for due in everything_due(NOW)] == [False]
        with pytest.raises(Refused):
            draft_list(by=officer(), now=NOW)

    def test_a_payee_that_changed_blocks_it(self):
        made, payout = a_payout()
        propose_list(transfers=made, by=officer(), now=NOW)
        made.refresh_from_db()
        organisation = payout.disbursement.campaign.project.organisation
        PayoutIban.objects.filter(organisation=organisation).update(holder="Altri")
        with pytest.raises(Refused):
            approve_list(transfers=made, by=approver(), now=NOW)
        assert [due.payable for due in everything_due(NOW)] == [False]


def a_payout() -> tuple[CreditList, Any]:
    """A payout of money that came by transfer, on a draft."""
    from payments.models import Disbursement, Payout
    from payments.postings import crowd_released

    campaign = world.campaign()
    bring(paid(promise(campaign)))
    organisation = campaign.project.organisation
    PayoutIban.objects.create(organisation=organisation, holder="Associazione", iban=BO, since=NOW)
    payee = dataclasses.asdict(payee_now(organisation, "bank"))
    decision = Disbursement.objects.create(
        campaign=campaign, channel="bank", amount_cents=2_500, reason="r", status="approved", **payee,
        **Disbursement.proposal(officer(), NOW), **Disbursement.decision(approver(), NOW),
    )  # fmt: skip
    crowd_released(campaign_id=campaign.pk, channel="bank", cents=2_500, reference="test:1", now=NOW)
    payout = Payout.objects.create(
        disbursement=decision, kind="credit_transfer", amount_cents=2_500, idempotency_key="k", created_at=NOW
    )
    return draft_list(by=officer(), now=NOW), payout


def test_the_close_of_the_campaign_is_long_over_and_the_list_still_goes(at):
    """A list proposed before the deadline may be approved after it."""
    missed(at, 1)
    made = draft_list(by=officer(), now=NOW)
    propose_list(transfers=made, by=officer(), now=NOW)
    made.refresh_from_db()
    approve_list(transfers=made, by=approver(), now=DEADLINE + 30 * DAY)
