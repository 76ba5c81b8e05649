"""Money leaves by two people, never more than is held, and each payout once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connections
from django.urls import reverse

from accounts.enums import Role, TeamRole
from accounts.models import Membership
from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Milestone
from crowdfund.kit import desk, jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.ledger.selectors import credit_balance, debit_balance, faults
from payments.matching.formula import Crowd
from payments.matching.models import Reservation
from payments.matching.selectors import books_that_disagree
from payments.matching.services import confirm_act, propose_match, record_act, reserve_match
from payments.models import Disbursement, Payout, PayoutAccount
from payments.postings import charge_collected
from payments.selectors import releasable as selectors
from payments.services import disburse
from payments.services.disburse import approve_disbursement, propose_disbursement, reject_disbursement
from payments.services.payout import confirm_receipt, record_mandate
from payments.services.payout_account import open_payout_account, refresh_payout_account
from tests import world
from tests.payments.bank import PAYS_AT_ONCE, pledge
from tests.payments.test_matching import ACT, application, call
from tests.world import NOW

TODAY = NOW.date()


def funded(cents: int = 300_000, **fields) -> Campaign:
    """A funded campaign that holds card money; no card was charged for it."""
    campaign = world.campaign(status=CampaignStatus.FUNDED, **fields)
    if cents:
        charge_collected(campaign_id=campaign.pk, cents=cents, reference=f"test:{campaign.pk}", now=NOW)
    return campaign


def account_of(campaign: Campaign, **fields) -> PayoutAccount:
    return PayoutAccount.objects.create(
        **{"organisation": campaign.project.organisation, "stripe_account_id": f"acct_{campaign.pk}"}
        | {"transfers_active": True, "checked_at": NOW}
        | fields
    )


def propose(campaign: Campaign, cents: int = 300_000, **fields) -> Disbursement:
    return propose_disbursement(
        **{
            "campaign": campaign,
            "channel": "card",
            "amount_cents": cents,
            "reason": "Terra e semi",
            "now": NOW,
        }
        | {"by": fields.pop("by", None) or world.staff(Role.OFFICER)}
        | fields
    )


def committed(bound_cents: int = 600_000) -> Campaign:
    """A funded campaign whose match was committed by an act."""
    asked = application(call())
    reserve_match(application=asked, now=NOW)
    crowd = Crowd(400_000, 4)
    [reservation] = propose_match(campaign=asked.campaign, pledged=crowd, collected=crowd, now=NOW)
    act = record_act(reservation=reservation, act=ACT, by=world.staff(Role.OFFICER), now=NOW)
    confirm_act(act=act, by=world.staff(Role.APPROVER), now=NOW)
    Campaign.objects.filter(pk=asked.campaign.pk).update(
        status=CampaignStatus.FUNDED, opens_at=NOW - dt.timedelta(days=70), deadline=NOW
    )
    assert Reservation.objects.get().bound_cents == bound_cents
    return Campaign.objects.get(pk=asked.campaign.pk)


@pytest.mark.django_db
class TestTwoPeople:
    def test_one_proposes_another_approves(self):
        campaign = funded()
        account_of(campaign)
        decision = propose(campaign)
        payout = approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)
        assert (payout.kind, payout.amount_cents) == ("connect_transfer", 300_000)
        assert credit_balance(f"held:{campaign.pk}:card") == 0
        assert credit_balance(f"payable:{campaign.pk}") == 300_000

    def test_nobody_else_proposes(self):
        owner = world.person()
        campaign = funded(project=world.project(owner))
        account_of(campaign)
        member = world.staff(Role.OFFICER)
        Membership.objects.create(
            user=member, organisation=campaign.project.organisation, role=TeamRole.ACCOUNTANT, since=NOW
        )
        for by in (owner, member, world.person(), world.staff(Role.APPROVER), world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                propose(campaign, by=by)
        assert not Disbursement.objects.exists()

    def test_nobody_else_decides(self):
        owner = world.person()
        campaign = funded(project=world.project(owner))
        account_of(campaign)
        both = world.staff(Role.OFFICER, Role.APPROVER)
        decision = propose(campaign, by=both)
        member = world.staff(Role.APPROVER)
        Membership.objects.create(
            user=member, organisation=campaign.project.organisation, role=TeamRole.EDITOR, since=NOW
        )
        for by in (both, owner, member, world.person(), world.staff(Role.OFFICER)):
            with pytest.raises(NotAllowed):
                approve_disbursement(disbursement=decision, by=by, now=NOW)
            with pytest.raises(NotAllowed):
                reject_disbursement(disbursement=decision, why="no", by=by, now=NOW)
        decision.refresh_from_db()
        assert decision.status == "proposed"
        assert credit_balance(f"held:{campaign.pk}:card") == 300_000

    def test_a_rejected_tranche_frees_its_money_and_says_why(self):
        campaign = funded()
        account_of(campaign)
        decision = propose(campaign)
        approver = world.staff(Role.APPROVER)
        with pytest.raises(Invalid):
            reject_disbursement(disbursement=decision, why=" ", by=approver, now=NOW)
        reject_disbursement(disbursement=decision, why="Manca la fattura", by=approver, now=NOW)
        assert decision.events.last().why == "Manca la fattura"
        assert propose(campaign).status == "proposed"
        with pytest.raises(Refused):
            approve_disbursement(disbursement=decision, by=approver, now=NOW)


@pytest.mark.django_db
class TestNeverAboveWhatIsHeld:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"amount_cents": 0}, "amount"),
            ({"amount_cents": -1}, "amount"),
            ({"amount_cents": 300_001}, "above_held"),
            ({"channel": "gold"}, "unknown_channel"),
            ({"reason": "  "}, "missing"),
        ],
    )
    def test_bad_input_is_said_and_changes_nothing(self, fields, code):
        campaign = funded()
        account_of(campaign)
        with pytest.raises(Invalid) as refused:
            propose(campaign, **fields)
        assert refused.value.code == code
        assert not Disbursement.objects.exists()

    def test_what_others_proposed_is_spoken_for(self):
        campaign = funded()
        account_of(campaign)
        first = propose(campaign, cents=200_000)
        with pytest.raises(Invalid) as refused:
            propose(campaign, cents=100_001)
        assert "1.000,00" in str(refused.value)
        approve_disbursement(disbursement=first, by=world.staff(Role.APPROVER), now=NOW)
        with pytest.raises(Invalid):
            propose(campaign, cents=100_001)
        assert propose(campaign, cents=100_000).status == "proposed"

    def test_only_after_the_collection(self):
        campaign = world.campaign(status=CampaignStatus.COLLECTING)
        account_of(campaign)
        with pytest.raises(Refused) as refused:
            propose(campaign, cents=1)
        assert refused.value.code == "not_funded"

    def test_only_to_an_account_that_can_receive(self):
        campaign = funded()
        for fields in (None, {"transfers_active": False}):
            if fields:
                account_of(campaign, **fields)
            with pytest.raises(Refused) as refused:
                propose(campaign)
            assert refused.value.code == "no_payout_account"
            assert campaign.project.organisation.name in str(refused.value)

    def test_an_approval_is_void_when_the_payee_changed(self):
        campaign = funded()
        account = account_of(campaign)
        decision = propose(campaign)
        PayoutAccount.objects.filter(pk=account.pk).update(stripe_account_id="acct_of_a_thief")
        with pytest.raises(Refused) as refused:
            approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)
        assert refused.value.code == "payee_changed"
        decision.refresh_from_db()
        assert (decision.status, decision.decided_by) == ("void", None)
        assert not Payout.objects.exists()
        assert credit_balance(f"held:{campaign.pk}:card") == 300_000


@pytest.mark.django_db(transaction=True)
class TestTheRace:
    def _race(self, careless: bool, monkeypatch) -> list[object]:
        campaign = funded(cents=100_000)
        account_of(campaign)
        officer = world.staff(Role.OFFICER)
        barrier, results = threading.Barrier(2, timeout=1), []
        if careless:  # both read what is left before either writes
            left = selectors.releasable

            def read_together(*args):
                found = left(*args)
                barrier.wait()
                return found

            monkeypatch.setattr(disburse, "releasable", read_together)
            monkeypatch.setattr(disburse, "lock_channel", lambda *_args: None)
            monkeypatch.setattr(disburse, "lock_campaign", lambda pk: Campaign.objects.get(pk=pk))

        def run() -> None:
            try:
                if not careless:
                    barrier.wait()
                results.append(propose(campaign, cents=100_000, by=officer).amount_cents)
            except Refused as refused:
                results.append(refused.code)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(results, key=str)

    def test_two_proposals_share_no_euro(self, monkeypatch):
        for _ in range(5):
            assert self._race(False, monkeypatch) == [100_000, "above_held"]

    def test_the_control_without_the_lock_promises_twice(self, monkeypatch):
        assert self._race(True, monkeypatch) == [100_000, 100_000]


@pytest.mark.django_db
class TestCardMoneyLeaves:
    def _ready(self, bank, at, *, token: str = PAYS_AT_ONCE) -> Payout:
        owner = world.person()
        campaign = world.campaign(
            owner, status=CampaignStatus.COLLECTING, recovery_ends_at=NOW + dt.timedelta(days=7)
        )
        bank.control("make-available")
        pledge(campaign, bank, cents=100_000, token=token)
        at(NOW)
        jobs.run_until_quiet(["pledges.charge"])
        Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.FUNDED)
        organisation = campaign.project.organisation
        bank.onboard(open_payout_account(organisation=organisation, by=owner, now=NOW))
        account = PayoutAccount.objects.get()
        assert not account.transfers_active
        refresh_payout_account(account_id=account.stripe_account_id, now=NOW)
        held = credit_balance(f"held:{campaign.pk}:card")
        assert held == 100_000 - 1_525
        decision = propose(campaign, cents=held)
        return approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)

    def test_by_transfer_to_the_connected_account(self, bank, at):
        payout = self._ready(bank, at)
        campaign = payout.disbursement.campaign
        jobs.run_until_quiet(["payouts.execute"])
        payout.refresh_from_db()
        assert payout.status == "done"
        assert Disbursement.objects.get().status == "paid"
        [transfer] = bank.stripe.transfers.list({"transfer_group": f"campaign:{campaign.pk}"}).data
        assert (transfer.id, transfer.amount) == (payout.transfer_id, payout.amount_cents)
        assert transfer.destination == PayoutAccount.objects.get().stripe_account_id
        for account in (f"held:{campaign.pk}:card", f"payable:{campaign.pk}"):
            assert credit_balance(account) == 0
        assert debit_balance("cash:stripe") == 0
        assert Notice.objects.filter(event="disbursement_paid").count() == 1
        assert not list(faults())

    @pytest.mark.parametrize("kind", ["error_after", "cut_before", "cut_after"])
    def test_an_unknown_outcome_pays_once(self, bank, at, kind):
        payout = self._ready(bank, at)
        bank.fault("POST /v1/transfers", kind, times=3)
        jobs.run_until_quiet(["payouts.execute"])
        bank.no_faults()
        at(NOW + dt.timedelta(minutes=2))
        jobs.run_until_quiet(["payouts.execute"])
        payout.refresh_from_db()
        assert payout.status == "done"
        assert (
            len(
                bank.stripe.transfers.list(
                    {"transfer_group": f"campaign:{payout.disbursement.campaign_id}"}
                ).data
            )
            == 1
        )
        assert credit_balance(f"payable:{payout.disbursement.campaign_id}") == 0

    def test_money_still_pending_waits_and_leaves_later(self, bank, at):
        payout = self._ready(bank, at, token="pm_card_visa")
        bank.drain_balance()
        jobs.run_until_quiet(["payouts.execute"])
        payout.refresh_from_db()
        assert (payout.status, payout.error) == ("waiting", "balance")
        assert credit_balance(f"payable:{payout.disbursement.campaign_id}") == payout.amount_cents
        bank.control("make-available")
        at(NOW + dt.timedelta(hours=2))
        jobs.run_until_quiet(["payouts.execute"])
        payout.refresh_from_db()
        assert (payout.status, payout.error) == ("done", "")

    def test_only_the_owner_opens_the_account(self, bank):
        owner = world.person()
        organisation = world.organisation(owner)
        accountant = world.person()
        Membership.objects.create(
            user=accountant, organisation=organisation, role=TeamRole.ACCOUNTANT, since=NOW
        )
        for by in (accountant, world.person(), world.staff(Role.OFFICER)):
            with pytest.raises(NotAllowed):
                open_payout_account(organisation=organisation, by=by, now=NOW)
        assert not PayoutAccount.objects.exists()
        first = open_payout_account(organisation=organisation, by=owner, now=NOW)
        second = open_payout_account(organisation=organisation, by=owner, now=NOW)
        assert first != second
        assert PayoutAccount.objects.count() == 1


@pytest.mark.django_db
class TestTheMatchLeaves:
    def _approved(self, cents: int = 200_000, **fields) -> Payout:
        decision = propose(committed(), cents=cents, channel="match", **fields)
        return approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)

    def test_by_mandate_and_receipt(self):
        payout = self._approved()
        officer = world.staff(Role.OFFICER)
        assert (payout.kind, payout.status) == ("treasury_mandate", "created")
        jobs.run_until_quiet(["payouts.execute"])
        record_mandate(payout=payout, number="4711", on=TODAY, amount_cents=200_000, by=officer, now=NOW)
        assert Reservation.objects.get().disbursed_cents == 0
        confirm_receipt(payout=payout, receipt_on=TODAY, by=officer, now=NOW)
        reservation = Reservation.objects.get()
        assert (reservation.bound_cents, reservation.disbursed_cents) == (400_000, 200_000)
        assert Disbursement.objects.get().status == "paid"
        assert debit_balance("cash:stripe") == 0
        assert books_that_disagree() == []
        with pytest.raises(Refused):
            confirm_receipt(payout=payout, receipt_on=TODAY, by=officer, now=NOW)

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"number": " "}, "missing"),
            ({"on": TODAY + dt.timedelta(days=1)}, "future_date"),
            ({"amount_cents": 199_999}, "other_amount"),
        ],
    )
    def test_a_wrong_mandate_is_said_and_changes_nothing(self, fields, code):
        payout = self._approved()
        with pytest.raises(Invalid) as refused:
            record_mandate(
                **{"payout": payout, "number": "1", "on": TODAY, "amount_cents": 200_000, "now": NOW}
                | {"by": world.staff(Role.OFFICER)}
                | fields
            )
        assert refused.value.code == code
        payout.refresh_from_db()
        assert (payout.status, payout.mandate_number) == ("created", "")

    def test_a_receipt_needs_a_mandate_and_is_not_older(self):
        payout = self._approved()
        officer = world.staff(Role.OFFICER)
        with pytest.raises(Refused):
            confirm_receipt(payout=payout, receipt_on=TODAY, by=officer, now=NOW)
        record_mandate(payout=payout, number="1", on=TODAY, amount_cents=200_000, by=officer, now=NOW)
        with pytest.raises(Invalid) as refused:
            confirm_receipt(payout=payout, receipt_on=TODAY - dt.timedelta(days=1), by=officer, now=NOW)
        assert refused.value.code == "before_mandate"
        assert Reservation.objects.get().disbursed_cents == 0

    def test_only_an_officer_records(self):
        payout = self._approved()
        for by in (world.person(), world.staff(Role.APPROVER), world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                record_mandate(payout=payout, number="1", on=TODAY, amount_cents=200_000, by=by, now=NOW)
            with pytest.raises(NotAllowed):
                confirm_receipt(payout=payout, receipt_on=TODAY, by=by, now=NOW)
        payout.refresh_from_db()
        assert payout.status == "created"

    def test_tranches_stay_within_what_is_bound(self):
        campaign = committed()
        propose(campaign, cents=400_000, channel="match")
        with pytest.raises(Invalid) as refused:
            propose(campaign, cents=200_001, channel="match")
        assert refused.value.code == "above_held"
        assert propose(campaign, cents=200_000, channel="match").status == "proposed"

    def test_a_tranche_hangs_on_a_milestone_that_was_accepted(self):
        campaign = committed()
        milestone = Milestone.objects.create(
            campaign=campaign, title="Lavori", due_on=TODAY, share_percent=50
        )
        for fields, code in (
            ({}, "milestone_needed"),
            ({"milestone": milestone}, "milestone_not_accepted"),
            (
                {
                    "milestone": Milestone.objects.create(
                        campaign=world.campaign(), title="x", due_on=TODAY, share_percent=1
                    )
                },
                "unknown_milestone",
            ),
        ):
            with pytest.raises(Invalid) as refused:
                propose(campaign, cents=1, channel="match", **fields)
            assert refused.value.code == code
        milestone.status = "reached"
        milestone.save()
        with pytest.raises(Invalid):
            propose(campaign, cents=1, channel="match", milestone=milestone)
        milestone.status = "accepted"
        milestone.save()
        assert propose(campaign, cents=1, channel="match", milestone=milestone).milestone == milestone


@pytest.fixture
def proved(client, monkeypatch):
    """Log staff in with a second factor."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)

    def log_in(user):
        client.force_login(user)
        return client

    return log_in


@pytest.mark.django_db
class TestThePages:
    def test_the_whole_way_through_the_pages(self, proved):
        campaign = committed()
        officer, approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
        browser = proved(officer)
        new = reverse("disbursement_new", args=[campaign.slug])
        wrong = browser.post(new, {"channel": "match", "amount_cents": "1.250,5,0", "reason": "Anticipo"})
        assert wrong.status_code == 422
        too_much = browser.post(new, {"channel": "match", "amount_cents": "6000,01", "reason": "Anticipo"})
        assert too_much.status_code == 422
        assert "6.000,00" in too_much.content.decode()
        assert not Disbursement.objects.exists()
        answer = browser.post(new, {"channel": "match", "amount_cents": "2.000", "reason": "Anticipo"})
        assert answer.status_code == 302
        row = Disbursement.objects.get()
        page = reverse("disbursement", args=[row.pk])
        assert [task.url for task in desk.officer_tasks(approver, NOW)] == [page]
        browser = proved(approver)
        assert page in browser.get(reverse("disbursements")).content.decode()
        assert browser.post(page, {"approve": "1"}).status_code == 302
        browser = proved(officer)
        mandate = reverse("mandate", args=[row.pk])
        assert browser.post(mandate, {"number": "", "on": "", "amount_cents": ""}).status_code == 422
        done = browser.post(mandate, {"number": "12", "on": "2026-11-20", "amount_cents": "2000"})
        assert done.status_code == 302
        assert browser.get(reverse("receipt", args=[row.pk])).status_code == 200
        assert (
            browser.post(reverse("receipt", args=[row.pk]), {"receipt_on": "2026-11-21"}).status_code == 302
        )
        row.refresh_from_db()
        assert row.status == "paid"
        for name, args in (
            ("disbursement", [row.pk]),
            ("officer_money", [campaign.slug]),
            ("campaign_money", [campaign.slug]),
            ("disbursement_new", [campaign.slug]),
            ("disbursements", []),
            ("ledger_transfers", []),
        ):
            assert browser.get(reverse(name, args=args)).status_code == 200, name
        account = f"held:{campaign.pk}:card"
        assert browser.get(reverse("ledger_transfers"), {"account": account}).status_code == 200

    def test_strangers_see_nothing(self, proved):
        campaign = funded()
        account_of(campaign)
        row = propose(campaign)
        browser = proved(world.person())
        for name, args in (
            ("disbursements", []),
            ("disbursement", [row.pk]),
            ("officer_money", [campaign.slug]),
            ("campaign_money", [campaign.slug]),
            ("disbursement_new", [campaign.slug]),
            ("mandate", [row.pk]),
            ("receipt", [row.pk]),
            ("ledger_transfers", []),
            ("payout_account", [campaign.project.organisation.slug]),
        ):
            assert browser.get(reverse(name, args=args)).status_code == 403, name

    def test_the_team_sees_its_money_and_the_owner_opens_the_account(self, bank, client):
        owner = world.person()
        campaign = funded(project=world.project(owner))
        page = reverse("campaign_money", args=[campaign.slug])
        assert page in [task.url for task in desk.team_tasks(owner, NOW)]
        client.force_login(owner)
        text = client.get(page).content.decode()
        assert "3.000" in text
        door = reverse("payout_account", args=[campaign.project.organisation.slug])
        assert door in text
        answer = client.post(door)
        assert answer["Location"].startswith(f"{bank.url}/onboarding/")
        bank.onboard(answer["Location"])
        assert client.get(door)["Location"] == page
        assert PayoutAccount.objects.get().transfers_active
        assert client.post(reverse("disbursement_new", args=[campaign.slug])).status_code == 403

    def test_pages_cost_few_queries(self, proved, django_assert_max_num_queries):
        officer = world.staff(Role.OFFICER)
        campaign = funded()
        for one in (campaign, funded(), funded()):
            account_of(one)
            propose(one)
        browser = proved(officer)
        with django_assert_max_num_queries(8):
            browser.get(reverse("disbursements"))
        with django_assert_max_num_queries(22):
            browser.get(reverse("officer_money", args=[campaign.slug]))


@pytest.mark.django_db
class TestTheApi:
    def test_money_is_public(self, client):
        campaign = funded()
        answer = client.get(reverse("api_campaign_money", args=[campaign.slug]))
        assert answer.json() == {
            "pledged_cents": 0,
            "promised_cents": 0,
            "collected_cents": 300_000,
            "fees_cents": 0,
            "refunded_cents": 0,
            "disputed_cents": 0,
            "paid_out_cents": 0,
            "match_paid_cents": 0,
        }
        draft = world.campaign(status=CampaignStatus.DRAFT)
        assert client.get(reverse("api_campaign_money", args=[draft.slug])).status_code == 404

    def test_the_same_services_and_permissions(self, proved):
        campaign = funded()
        account_of(campaign)
        url = reverse("api_disbursements")
        body = {"campaign": campaign.slug, "channel": "card", "amount_cents": 300_001, "reason": "Semi"}
        assert proved(world.person()).post(url, body, "application/json").status_code == 403
        browser = proved(world.staff(Role.OFFICER))
        too_much = browser.post(url, body, "application/json")
        assert (too_much.status_code, too_much.json()["field"]) == (400, "amount_cents")
        made = browser.post(url, body | {"amount_cents": 1_000}, "application/json")
        assert made.status_code == 201
        pk = made.json()["id"]
        assert browser.post(reverse("api_disbursement_approve", args=[pk])).status_code == 403
        browser = proved(world.staff(Role.APPROVER))
        assert browser.get(url, {"status": "proposed"}).json()["count"] == 1
        approved = browser.post(reverse("api_disbursement_approve", args=[pk]))
        assert (approved.json()["status"], approved.json()["payout"]) == ("approved", "created")
        refused = browser.post(
            reverse("api_disbursement_reject", args=[pk]), {"why": "x"}, "application/json"
        )
        assert refused.status_code == 409
