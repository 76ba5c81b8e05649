"""Money on its way out: held up while something lacks, failed and tried again, void when what was approved changed."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connections, transaction
from django.urls import reverse

from accounts.enums import Role, TeamRole
from accounts.models import Membership
from accounts.notices.models import Notice
from accounts.notices.services import render
from crowdfund.kit import desk, jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from crowdfund.kit.states import IllegalTransition
from payments import postings
from payments.ledger.selectors import credit_balance, debit_balance, faults
from payments.matching.models import MatchFund, Reservation
from payments.matching.selectors import books_that_disagree
from payments.models import Disbursement, Payout, PayoutAccount
from payments.selectors.releasable import releasable, releasable_by_channel
from payments.services import credit, disburse, transfer
from payments.services.disburse import approve_disbursement
from payments.services.payout import fail_payout, retry_payout
from payments.services.payout_account import refresh_payout_account
from payments.services.void import void_disbursement
from tests import world
from tests.payments import paying
from tests.payments.test_disburse import committed
from tests.race import race
from tests.world import NOW

HOUR = dt.timedelta(hours=1)


def run(payout: Payout) -> Payout:
    jobs.run_until_quiet(["payouts.execute"])
    payout.refresh_from_db()
    return payout


def held(campaign, channel: str = "card") -> tuple[int, int]:
    """What is held, and what is payable."""
    return (
        credit_balance(f"held:{campaign.pk}:{channel}"),
        credit_balance(f"payable:{campaign.pk}"),
    )


def told(event: str, **context) -> int:
    """How many letters of an event there are; each can be rendered in both languages."""
    found = [
        notice for notice in Notice.objects.filter(event=event) if context.items() <= notice.context.items()
    ]
    for notice in found:
        for notice.language in ("it", "en"):
            render(notice)
            assert notice.subject
    return len(found)


@pytest.fixture
def campaign(bank):
    """A funded campaign with a ready account, and exactly what it holds available at Stripe."""
    made = paying.funded()
    paying.account_of(bank, made)
    bank.drain_balance()
    bank.control("top-up", amount=100_000)
    return made


@pytest.mark.django_db
class TestHeldUp:
    def test_too_little_is_available_waits_from_the_approval_on_and_leaves_later(self, bank, campaign, at):
        officer = world.staff(Role.OFFICER)
        bank.drain_balance()
        payout = paying.approved(campaign)
        assert (payout.status, payout.error) == ("waiting", "balance")  # asked before the approval
        at(NOW + HOUR)
        assert run(payout).status == "waiting"
        assert paying.transfers(bank, campaign) == []
        assert reverse("disbursement", args=[payout.disbursement_id]) in [
            task.url for task in desk.officer_tasks(officer, NOW)
        ]
        bank.control("top-up", amount=100_000)
        assert run(payout).status == "waiting"  # not before it is due again
        at(NOW + 2 * HOUR)
        assert run(payout).status == "done"
        assert held(campaign) == (0, 0)
        assert told("disbursement_paid") == 1

    def test_money_that_goes_between_reading_and_sending_is_refused_by_stripe_and_waits(
        self, bank, campaign, at, monkeypatch
    ):
        payout = paying.approved(campaign)
        monkeypatch.setattr(transfer, "available_cents", lambda: 10**9)
        bank.drain_balance()
        assert (run(payout).status, payout.error, payout.try_n) == ("waiting", "balance", 2)
        assert told("payout_stopped", stage="held_up", why="balance") == 1  # the officer who proposed
        bank.control("top-up", amount=100_000)
        at(NOW + HOUR)
        assert run(payout).status == "done"  # under a new key: the old one answers with the refusal for ever
        assert len(paying.transfers(bank, campaign)) == 1

    def test_nobody_overtakes_who_waits_for_money(self, bank, campaign, at):
        second = paying.funded(cents=10_000)
        paying.account_of(bank, second)
        bank.drain_balance()
        bank.control("top-up", amount=50_000)
        older = paying.approved(campaign)
        younger = paying.approved(second, 10_000)
        assert (older.status, younger.status) == ("waiting", "waiting")
        bank.control("top-up", amount=50_000)
        at(NOW + HOUR)
        run(older)
        younger.refresh_from_db()
        assert (older.status, younger.status) == ("done", "waiting")

    def test_an_account_that_lost_its_capability_waits_and_goes_on_by_itself(self, bank, campaign):
        world.staff(Role.OFFICER)
        payout = paying.approved(campaign)
        account = PayoutAccount.objects.get()
        bank.control("account", account=account.stripe_account_id, transfers="inactive")
        refresh_payout_account(account_id=account.stripe_account_id, now=NOW)
        refresh_payout_account(account_id=account.stripe_account_id, now=NOW)
        assert told("payout_account_stopped", for_officers=False) == 1  # the owner
        assert (
            told("payout_account_stopped", for_officers=True)
            == Notice.objects.filter(event="payout_account_stopped", user__grants__role="officer").count()
        )
        assert (run(payout).status, payout.error) == ("waiting", "capability")
        assert held(campaign) == (0, 100_000)
        bank.control("account", account=account.stripe_account_id, transfers="active")
        refresh_payout_account(account_id=account.stripe_account_id, now=NOW)  # account.updated
        assert run(payout).status == "done"

    def test_a_capability_lost_without_a_word_is_learnt_of_by_the_refusal(self, bank, campaign):
        payout = paying.approved(campaign)
        account = PayoutAccount.objects.get()
        bank.control("account", account=account.stripe_account_id, transfers="inactive")
        assert (run(payout).status, payout.error) == ("waiting", "capability")
        account.refresh_from_db()
        assert not account.transfers_active
        assert told("payout_account_stopped", for_officers=False) == 1
        assert told("payout_stopped", stage="held_up") >= 1

    def test_disputes_and_an_empty_reserve_hold_it_until_they_are_over(self, bank, campaign, at):
        payout = paying.approved(campaign)
        postings.dispute_opened(campaign_id=campaign.pk, cents=2_500, reference="x:1", now=NOW)
        assert (run(payout).status, payout.error) == ("waiting", "frozen")
        postings.dispute_won(campaign_id=campaign.pk, cents=2_500, reference="x:1", now=NOW)
        postings.dispute_fee(cents=2_000, reference="x:1", now=NOW)
        at(NOW + HOUR)
        assert (run(payout).status, payout.error) == ("waiting", "reserve")
        postings.own_advance(into="cash:stripe", cents=2_000, reference="x:1", now=NOW)
        at(NOW + 6 * HOUR)
        assert run(payout).status == "done"
        assert told("payout_stopped", why="frozen") == told("payout_stopped", why="reserve") == 1

    def test_an_unknown_outcome_is_looked_up_before_anything_else(self, bank, campaign, at):
        payout = paying.approved(campaign)
        bank.fault("POST /v1/transfers", "error_after", times=1)
        assert run(payout).status == "unknown"
        bank.no_faults()
        PayoutAccount.objects.update(stripe_account_id="acct_of_somebody_else")
        at(NOW + HOUR)
        assert run(payout).status == "done"  # it had left: what changed afterwards changes nothing
        assert len(paying.transfers(bank, campaign)) == 1
        assert not list(faults())


@pytest.mark.django_db
class TestVoid:
    def test_a_payee_that_changed_after_the_approval_is_not_paid(self, bank, campaign):
        payout = paying.approved(campaign)
        PayoutAccount.objects.update(stripe_account_id="acct_of_a_thief")
        assert run(payout).status == "cancelled"
        assert Disbursement.objects.get().status == "void"
        assert held(campaign) == (100_000, 0)
        assert told("payout_stopped", stage="void") >= 1
        assert paying.transfers(bank, campaign) == []
        assert not list(faults())

    def test_one_that_never_arrived_is_void_when_the_payee_changed(self, bank, campaign, at):
        payout = paying.approved(campaign)
        bank.fault("POST /v1/transfers", "cut_before", times=3)
        assert run(payout).status == "unknown"
        bank.no_faults()
        PayoutAccount.objects.update(stripe_account_id="acct_of_a_thief")
        at(NOW + HOUR)
        assert run(payout).status == "cancelled"
        assert held(campaign) == (100_000, 0)

    @pytest.mark.parametrize("status", ["created", "waiting", "failed"])
    def test_an_officer_gives_up_what_has_not_left(self, status):
        made = paying.funded()
        paying.account_row(made.project.organisation)
        payout = paying.approved(made)
        Payout.objects.update(status=status)
        officer = world.staff(Role.OFFICER)
        with pytest.raises(Invalid):
            void_disbursement(disbursement=payout.disbursement, why=" ", by=officer, now=NOW)
        void_disbursement(disbursement=payout.disbursement, why="Rinunciano", by=officer, now=NOW)
        payout.refresh_from_db()
        assert (payout.status, payout.disbursement.status) == ("cancelled", "void")
        assert held(made) == (100_000, 0)
        assert paying.approved(made).status == "created"  # and it is decided anew
        with pytest.raises(IllegalTransition):
            void_disbursement(disbursement=payout.disbursement, why="x", by=officer, now=NOW)

    @pytest.mark.parametrize("status", ["unknown", "done"])
    def test_not_what_is_on_its_way(self, status):
        made = paying.funded()
        paying.account_row(made.project.organisation)
        payout = paying.approved(made)
        Payout.objects.update(status=status, transfer_id="tr_1")
        with pytest.raises(Refused) as refused:
            void_disbursement(
                disbursement=payout.disbursement, why="x", by=world.staff(Role.OFFICER), now=NOW
            )
        assert refused.value.code == "payout_under_way"
        assert held(made) == (0, 100_000)

    def test_what_was_approved_never_changes(self):
        made = paying.funded()
        paying.account_row(made.project.organisation)
        payout = paying.approved(made)
        for row, change in (
            (payout, {"amount_cents": 1}),
            (payout.disbursement, {"amount_cents": 1}),
            (payout.disbursement, {"destination": "acct_x"}),
            (payout.disbursement, {"payee": "x"}),
            (payout.disbursement, {"channel": "bank"}),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                type(row).objects.filter(pk=row.pk).update(**change)


@pytest.mark.django_db
class TestFailed:
    def test_a_refusal_fails_it_and_an_officer_tries_again(self, bank, campaign, at):
        officer = world.staff(Role.OFFICER)
        account = PayoutAccount.objects.get()
        PayoutAccount.objects.update(stripe_account_id="acct_gone")
        payout = paying.approved(campaign)
        assert (run(payout).status, payout.error) == ("failed", "resource_missing")
        assert (told("payout_failed"), told("payout_stopped", stage="failed")) == (1, 2)
        at(NOW + 24 * HOUR)
        assert run(payout).status == "failed"  # by itself nothing happens
        page = reverse("disbursement", args=[payout.disbursement_id])
        assert [task.url for task in desk.officer_tasks(officer, NOW)] == [page]
        retry_payout(payout=payout, by=officer, now=NOW + 24 * HOUR)
        assert (payout.status, payout.try_n) == ("created", 2)
        assert run(payout).status == "failed"
        assert account.stripe_account_id != "acct_gone"
        with pytest.raises(NotAllowed):
            retry_payout(payout=payout, by=world.staff(Role.APPROVER), now=NOW)
        assert held(campaign) == (0, 100_000)

    def test_a_transfer_that_came_back_is_payable_again_and_another_one_is_sent(self, bank, campaign, at):
        payout = run(paying.approved(campaign))
        first = payout.transfer_id
        bank.stripe.transfers.reversals.create(first, {})
        fail_payout(payout=payout, why="account_closed", now=NOW)
        fail_payout(payout=payout, why="account_closed", now=NOW)  # told twice
        assert (payout.status, Disbursement.objects.get().status) == ("failed", "approved")
        assert held(campaign) == (0, 100_000)
        assert debit_balance("cash:stripe") == 100_000
        retry_payout(payout=payout, by=world.staff(Role.OFFICER), now=NOW)
        bank.fault("POST /v1/transfers", "error_after", times=1)
        assert run(payout).status == "unknown"
        bank.no_faults()
        at(NOW + HOUR)
        assert run(payout).status == "done"
        assert payout.transfer_id != first
        assert len(paying.transfers(bank, campaign)) == 2
        assert held(campaign) == (0, 0)
        assert not list(faults())

    def test_only_what_failed_is_tried_again(self):
        made = paying.funded()
        paying.account_row(made.project.organisation)
        payout = paying.approved(made)
        with pytest.raises(Refused) as refused:
            retry_payout(payout=payout, by=world.staff(Role.OFFICER), now=NOW)
        assert refused.value.code == "not_failed"
        member = world.staff(Role.OFFICER)
        Membership.objects.create(
            user=member, organisation=made.project.organisation, role=TeamRole.EDITOR, since=NOW
        )
        for deed in (
            lambda: retry_payout(payout=payout, by=member, now=NOW),
            lambda: void_disbursement(disbursement=payout.disbursement, why="x", by=member, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                deed()


@pytest.mark.django_db
@pytest.mark.parametrize("channel", ["bank", "cash"])
class TestByBank:
    def _approved(self, channel: str) -> Payout:
        made = paying.funded(channel)
        paying.iban_of(made.project.organisation)
        return paying.approved(made, channel=channel)

    def test_an_iban_is_needed(self, channel):
        with pytest.raises(Refused) as refused:
            paying.proposed(paying.funded(channel), channel=channel)
        assert refused.value.code == "no_payout_iban"

    def test_it_waits_for_a_list_and_a_statement_books_it(self, channel):
        payout = self._approved(channel)
        decision, campaign = payout.disbursement, payout.disbursement.campaign
        assert (payout.kind, payout.due_at) == ("credit_transfer", None)
        assert (decision.destination, decision.holder) == (paying.IBAN, "Terra di Mezzo APS")
        assert run(payout).status == "created"
        credit.send_credit_payout(payout=payout, now=NOW)
        assert payout.status == "unknown"
        with pytest.raises(Refused):
            credit.send_credit_payout(payout=payout, now=NOW)
        credit.finish_credit_payout(payout=payout, proof="CF-L1-1", now=NOW)
        decision.refresh_from_db()
        assert (payout.status, decision.status, payout.transfer_id) == ("done", "paid", "CF-L1-1")
        assert held(campaign, channel) == (0, 0)
        assert debit_balance("cash:bank") == 0
        assert (told("disbursement_released"), told("disbursement_paid", by_card=False)) == (1, 1)
        assert not list(faults())

    def test_it_comes_back_days_later_and_goes_out_again(self, channel):
        payout = self._approved(channel)
        credit.send_credit_payout(payout=payout, now=NOW)
        credit.finish_credit_payout(payout=payout, proof="CF-L1-1", now=NOW)
        fail_payout(payout=payout, why="AC04", now=NOW)
        assert debit_balance("cash:bank") == 100_000
        retry_payout(payout=payout, by=world.staff(Role.OFFICER), now=NOW)
        credit.send_credit_payout(payout=payout, now=NOW)
        credit.finish_credit_payout(payout=payout, proof="CF-L2-1", now=NOW)
        assert debit_balance("cash:bank") == 0
        assert held(payout.disbursement.campaign, channel) == (0, 0)

    def test_a_refused_one_is_given_up(self, channel):
        payout = self._approved(channel)
        credit.send_credit_payout(payout=payout, now=NOW)
        fail_payout(payout=payout, why="AC01", now=NOW)
        void_disbursement(
            disbursement=payout.disbursement, why="IBAN errato", by=world.staff(Role.OFFICER), now=NOW
        )
        assert held(payout.disbursement.campaign, channel) == (100_000, 0)

    def test_a_payee_that_changed_or_an_empty_reserve_keeps_it_off_the_list(self, channel):
        payout = self._approved(channel)
        organisation = payout.disbursement.campaign.project.organisation
        organisation.payout_iban.iban = paying.OTHER_IBAN
        organisation.payout_iban.save()
        with pytest.raises(Refused) as refused:
            credit.send_credit_payout(payout=payout, now=NOW)
        assert refused.value.code == "payee_changed"
        organisation.payout_iban.iban = paying.IBAN
        organisation.payout_iban.save()
        postings.bank_fee(cents=100, reference="x:1", now=NOW)
        payout = Payout.objects.get()
        assert credit.why_not_yet(payout, NOW) == "reserve"
        postings.own_advance(into="cash:bank", cents=100, reference="x:1", now=NOW)
        assert credit.why_not_yet(payout, NOW) == ""


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_approvals_at_once_release_once(self):
        ends, made = self._two_approvals()
        assert sum(isinstance(end, Payout) for end in ends) == 1
        assert sum(isinstance(end, Refused) for end in ends) == 1
        assert held(made) == (0, 100_000)

    def test_the_control_without_locks_runs_into_the_ledgers_last_defence(self, monkeypatch):
        """Both release, and only the uniqueness of the business event in the ledger keeps the second one out."""
        together = threading.Barrier(2, timeout=5)

        def careless(decision, to, **changes):
            together.wait()  # both have read that it is proposed
            decision.status = to

        def let_go():
            found = Disbursement.objects.select_related("campaign__project__organisation")
            monkeypatch.setattr(disburse, "lock_campaign", lambda pk: found.get().campaign)
            monkeypatch.setattr(disburse, "lock_channel", lambda *_args: None)
            monkeypatch.setattr(disburse, "lock_disbursement", lambda pk: found.get(pk=pk))
            monkeypatch.setattr(disburse, "advance", careless)

        ends, _made = self._two_approvals(let_go)
        assert sum(isinstance(end, IntegrityError) for end in ends) == 1

    def _two_approvals(self, let_go=lambda: None):
        made = paying.funded()
        paying.account_row(made.project.organisation)
        decision = paying.proposed(made)
        approvers = [world.staff(Role.APPROVER) for _ in range(2)]
        let_go()
        ends = race(
            2,
            lambda n: approve_disbursement(
                disbursement=Disbursement.objects.get(pk=decision.pk), by=approvers[n], now=NOW
            ),
        )
        return ends, made

    def test_a_proposal_and_a_refund_share_no_euro(self, monkeypatch):
        for _ in range(3):
            assert self._proposal_and_refund(monkeypatch, careless=False) == 1

    def test_the_control_without_the_channels_lock_promises_it_twice(self, monkeypatch):
        assert self._proposal_and_refund(monkeypatch, careless=True) == 2

    def _proposal_and_refund(self, monkeypatch, *, careless: bool) -> int:
        """Race a proposal of all with a refund of all; how many got it."""
        from payments import locks
        from payments.selectors import releasable as selectors

        made, officer = paying.funded(), world.staff(Role.OFFICER)
        paying.account_row(made.project.organisation)
        together = threading.Barrier(2, timeout=5)
        read = selectors.releasable

        def read_together(*args):
            found = read(*args)
            if careless:
                together.wait()
            return found

        monkeypatch.setattr(disburse, "releasable", read_together)
        if careless:
            monkeypatch.setattr(disburse, "lock_channel", lambda *_args: None)

        def refund() -> None:
            with transaction.atomic():
                if not careless:
                    locks.lock_channel(made.pk, "card")
                if read_together(made, "card", NOW).maximum_cents < 100_000:
                    raise Refused("above_held", "")
                postings.refund_decided(
                    campaign_id=made.pk, channel="card", cents=100_000, reference="x:1", now=NOW
                )

        ends = race(2, lambda n: refund() if n else paying.proposed(made, by=officer))
        connections.close_all()
        return sum(not isinstance(end, Exception) for end in ends)


@pytest.fixture
def proved(client, monkeypatch):
    """Log staff in with a second factor."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)

    def log_in(user):
        client.force_login(user)
        return client

    return log_in


@pytest.mark.django_db
class TestPagesAndApi:
    @pytest.fixture
    def failed(self):
        made = paying.funded("bank")
        paying.iban_of(made.project.organisation)
        payout = paying.approved(made, channel="bank")
        fail_payout(payout=payout, why="AC01", now=NOW)
        return payout

    def test_the_proposal_shows_how_the_maximum_is_made_up(self, proved):
        made = paying.funded(cents=123_456)
        paying.receive(made, "bank", 50_000)
        postings.dispute_opened(campaign_id=made.pk, cents=3_456, reference="x:1", now=NOW)
        text = proved(world.staff(Role.OFFICER)).get(reverse("disbursement_new", args=[made.slug]))
        for figure in ("1.234,56", "34,56", "1.200,00", "500,00"):
            assert figure in text.content.decode()

    def test_an_officer_tries_again_or_gives_up(self, proved, failed):
        page = reverse("disbursement", args=[failed.disbursement_id])
        retry, void = (
            reverse(name, args=[failed.disbursement_id]) for name in ("payout_retry", "disbursement_void")
        )
        for reader in (world.staff(Role.AUDITOR), world.staff(Role.APPROVER)):
            text = proved(reader).get(page).content.decode()
            assert retry not in text
            assert proved(reader).post(retry).status_code == 403
            assert proved(reader).post(void, {"why": "x"}).status_code == 403
        browser = proved(world.staff(Role.OFFICER))
        text = browser.get(page).content.decode()
        assert retry in text
        assert "IT60 X054 2811" in text
        assert browser.post(retry).status_code == 302
        assert browser.post(void, {"why": ""}).status_code == 422
        assert browser.get(void).status_code == 200
        assert browser.post(void, {"why": "Rinunciano"}).status_code == 302
        failed.refresh_from_db()
        assert failed.status == "cancelled"
        assert "Rinunciano" in browser.get(page).content.decode()
        assert proved(world.person()).post(retry).status_code == 403

    def test_the_api_has_the_same(self, proved, failed):
        pk, slug = failed.disbursement_id, failed.disbursement.campaign.slug
        retry, void = reverse("api_payout_retry", args=[pk]), reverse("api_disbursement_void", args=[pk])
        assert proved(world.staff(Role.AUDITOR)).post(retry).status_code == 403
        browser = proved(world.staff(Role.OFFICER))
        assert browser.post(retry).json()["payout"] == "created"
        assert browser.post(retry).json()["code"] == "not_failed"
        assert browser.post(void, {}, "application/json").status_code == 400
        assert browser.post(void, {"why": "x"}, "application/json").json()["status"] == "void"
        left = browser.get(reverse("api_releasable", args=[slug])).json()
        assert [(row["channel"], row["maximum_cents"]) for row in left] == [("bank", 100_000)]
        assert proved(world.person()).get(reverse("api_releasable", args=[slug])).status_code == 403
        owner = paying.owner_of(failed.disbursement.campaign)
        assert proved(owner).get(reverse("api_releasable", args=[slug])).status_code == 200

    def test_mandate_and_receipt_over_the_api(self, proved):
        payout = paying.approved(committed(), 200_000, "match")
        mandate, receipt = (
            reverse(name, args=[payout.disbursement_id]) for name in ("api_mandate", "api_receipt")
        )
        body = {"number": "4711", "on": "2026-11-20", "amount_cents": 200_000}
        assert proved(world.staff(Role.APPROVER)).post(mandate, body, "application/json").status_code == 403
        officer = world.staff(Role.OFFICER)
        wrong = proved(officer).post(mandate, body | {"amount_cents": 1}, "application/json")
        assert (wrong.status_code, wrong.json()["field"]) == (400, "amount_cents")
        assert proved(officer).post(mandate, body, "application/json").json()["payout"] == "unknown"
        done = proved(officer).post(receipt, {"receipt_on": "2026-11-21"}, "application/json")
        assert done.json()["status"] == "paid"
        payout.refresh_from_db()
        assert (payout.mandate_by, payout.receipt_by) == (officer, officer)


@pytest.mark.django_db
class TestASponsorsMoney:
    """A match paid out of what a sponsor has sent to our account for the pot, instead of by the treasury."""

    @pytest.fixture
    def matched(self):
        """A campaign with € 6,000 bound, and a sponsor who has sent € 2,500 for its pot."""
        made = committed()
        fund_id = made.reservations.get().fund_id
        MatchFund.objects.update(money="held")
        postings.sponsor_received(fund_id=fund_id, cents=250_000, reference="line:1", now=NOW)
        paying.iban_of(made.project.organisation)
        return made

    def left(self, campaign) -> tuple[int, ...]:
        return tuple(releasable(campaign, channel, NOW).maximum_cents for channel in ("match", "sponsor"))

    def test_the_whole_way_and_both_books(self, matched):
        fund_id = matched.reservations.get().fund_id
        assert self.left(matched) == (0, 250_000)
        with pytest.raises(Invalid):
            paying.proposed(matched, 250_001, "sponsor")
        payout = paying.approved(matched, 200_000, "sponsor")
        assert self.left(matched) == (0, 50_000)
        assert (credit_balance(f"held_fund:{fund_id}"), payout.kind) == (50_000, "credit_transfer")
        credit.send_credit_payout(payout=payout, now=NOW)
        credit.finish_credit_payout(payout=payout, proof="CF-L1-1", now=NOW)
        reservation = Reservation.objects.get()
        assert (reservation.bound_cents, reservation.disbursed_cents) == (400_000, 200_000)
        assert debit_balance("cash:bank") == 50_000
        assert books_that_disagree() == []
        assert told("disbursement_paid", by_sponsor=True) == 0  # nobody is in this team
        fail_payout(payout=payout, why="AC04", now=NOW)
        reservation.refresh_from_db()
        assert (reservation.bound_cents, reservation.disbursed_cents) == (600_000, 0)
        assert books_that_disagree() == []
        void_disbursement(disbursement=payout.disbursement, why="x", by=world.staff(Role.OFFICER), now=NOW)
        assert self.left(matched) == (0, 250_000)
        assert not list(faults())

    def test_two_campaigns_of_a_pot_share_what_the_sponsor_sent(self, matched):
        first = paying.proposed(matched, 250_000, "sponsor")
        postings.bank_received(campaign_id=matched.pk, cents=900_000, reference="x:9", now=NOW)
        approver = world.staff(Role.APPROVER)
        fund_id = matched.reservations.get().fund_id
        postings.sponsor_released(fund_id=fund_id, campaign_id=9, cents=1, reference="other:1", now=NOW)
        with pytest.raises(Refused) as refused:
            approve_disbursement(disbursement=first, by=approver, now=NOW)
        assert refused.value.code == "above_held"

    def test_without_a_sponsor_there_is_nothing_and_no_pot_no_match(self):
        made = committed()
        assert self.left(made) == (600_000, 0)
        assert "sponsor" not in [channel for channel, _left in releasable_by_channel(made, NOW)]
        paying.iban_of((other := paying.funded()).project.organisation)
        with pytest.raises(Refused) as refused:
            paying.proposed(other, 1, "sponsor")
        assert refused.value.code == "no_match"
