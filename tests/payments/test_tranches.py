"""A tranche of the match hangs on an accepted milestone, its share and the report before it; a stop freezes all."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.notices.models import Notice
from campaigns.reporting.models import SpendingReport
from campaigns.reporting.services import stops
from campaigns.reporting.services.planning import plan_reports
from campaigns.reporting.services.reports import submit_report, write_note
from campaigns.reporting.services.stops import confirm_stop, declare_stop, reject_stop
from crowdfund.kit import jobs
from crowdfund.kit.errors import Invalid, Refused
from payments.formula import milestone_left
from payments.ledger.selectors import credit_balance, debit_balance, faults
from payments.matching.models import MatchFund, Reservation
from payments.matching.selectors import books_that_disagree
from payments.models import Disbursement
from payments.selectors.tranches import shares_of
from payments.services import disburse, tranches
from payments.services.disburse import approve_disbursement
from payments.services.payout import confirm_receipt, record_mandate
from payments.services.totals import fold
from payments.services.tranches import check_not_stopped
from tests import world
from tests.campaigns.reporting import accepted, milestone
from tests.payments.receipt_rows import collected
from tests.payments.test_disburse import account_of, committed, funded, propose
from tests.race import race
from tests.world import NOW

TODAY = NOW.date()


def paid(campaign, step, cents: int) -> Disbursement:
    """A tranche that the treasury has paid."""
    officer = world.staff(Role.OFFICER)
    decision = propose(campaign, cents, channel="match", milestone=step, by=officer, despite="Prova")
    payout = approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)
    record_mandate(payout=payout, number="1", on=TODAY, amount_cents=cents, by=officer, now=NOW)
    confirm_receipt(payout=payout, receipt_on=TODAY, by=officer, now=NOW)
    return decision


# The share of a milestone


@given(
    match=st.integers(0, 10**9),
    cuts=st.lists(st.integers(1, 99), unique=True, max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_whole_shares_add_up_to_the_match_in_whatever_order(match, cuts, order):
    marks = [0, *sorted(cuts), 100]
    percents = {n: b - a for n, (a, b) in enumerate(itertools.pairwise(marks))}
    keys = list(percents)
    standing: dict[int, int] = {}
    order.shuffle(keys)
    for key in keys:
        left = milestone_left(key, match_cents=match, percents=percents, standing=standing)
        assert match * percents[key] // 100 <= left < match * percents[key] // 100 + len(keys)
        standing[key] = left
    assert sum(standing.values()) == match


@pytest.mark.django_db
class TestShares:
    def test_never_above_the_share_and_the_last_takes_the_rest(self):
        campaign = committed(600_000)
        first = accepted(campaign, share=33)
        last = accepted(campaign, "Apertura", 67, due_on=TODAY + dt.timedelta(days=90))
        with pytest.raises(Invalid) as refused:
            propose(campaign, 198_001, channel="match", milestone=first)
        assert (refused.value.code, refused.value.field) == ("above_share", "amount_cents")
        propose(campaign, 198_000, channel="match", milestone=first)
        with pytest.raises(Invalid):
            propose(campaign, 1, channel="match", milestone=first)
        assert [share.left_cents for share in shares_of(campaign)] == [0, 402_000]
        propose(campaign, 402_000, channel="match", milestone=last, despite="Il rendiconto arriva lunedì")
        assert [share.left_cents for share in shares_of(campaign)] == [0, 0]

    def test_the_report_on_the_tranche_before_is_there_or_somebody_says_why(self):
        owner = world.person()
        campaign = committed(600_000)
        first = accepted(campaign, share=50)
        last = accepted(campaign, "Apertura", 50, due_on=TODAY + dt.timedelta(days=90))
        paid(campaign, first, 300_000)
        for planned, due_on, code in (
            (False, None, "missing"),
            (True, TODAY, "missing"),
            (True, None, "late"),
        ):
            if planned:
                plan_reports(campaign=campaign, now=NOW)
                due = due_on or TODAY - dt.timedelta(days=1)
                SpendingReport.objects.filter(milestone=first).update(due_on=due)
            with pytest.raises(Refused) as refused:
                propose(campaign, 1_000, channel="match", milestone=last, despite="  ")
            assert (refused.value.code, refused.value.field) == (f"report_{code}", "despite")
        row = propose(campaign, 1_000, channel="match", milestone=last, despite="Consegnato a mano")
        assert row.events.get().why == "report late: Consegnato a mano"
        report = SpendingReport.objects.get(milestone=first)
        campaign.project.organisation.memberships.create(user=owner, role="owner", since=NOW)
        write_note(report=report, note="Nulla ancora.", by=owner, now=NOW)
        submit_report(report=report, by=owner, now=NOW)
        assert propose(campaign, 1_000, channel="match", milestone=last).events.get().why == ""

    def test_money_by_card_asks_for_no_report(self):
        campaign = funded()
        account_of(campaign)
        milestone(campaign)
        assert propose(campaign).status == "proposed"


# Two tranches for one milestone


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_tranches_for_one_milestone_at_once(monkeypatch, locked):
    """Behind the locks the second sees the first; the control shows the share paid twice."""
    campaign = committed(600_000)
    step = accepted(campaign)
    officers = [world.staff(Role.OFFICER) for _ in range(2)]
    if not locked:
        import threading

        gate, check = threading.Barrier(2), shares_of
        unlocked = lambda pk: type(campaign).objects.select_related("project").get(pk=pk)  # noqa: E731

        def together(*args):
            found = check(*args)
            gate.wait(10)
            return found

        monkeypatch.setattr(disburse, "lock_campaign", unlocked)
        monkeypatch.setattr(disburse, "lock_money", lambda *_a: None)
        monkeypatch.setattr(tranches, "shares_of", together)

    ends = race(2, lambda n: propose(campaign, 300_000, channel="match", milestone=step, by=officers[n]))
    standing = sum(Disbursement.objects.values_list("amount_cents", flat=True))
    refused = [end for end in ends if isinstance(end, Invalid)]
    assert (standing, len(refused)) == ((300_000, 1) if locked else (600_000, 0)), ends


# A project that stops


@pytest.mark.django_db
class TestStop:
    def declared(self, campaign):
        owner = world.person()
        campaign.project.organisation.memberships.create(user=owner, role="owner", since=NOW)
        return declare_stop(campaign=campaign, reason="L'associazione si scioglie", by=owner, now=NOW)

    def test_nothing_leaves_from_the_declaration_on(self):
        campaign = committed(600_000)
        step = accepted(campaign)
        approver, officer = world.staff(Role.APPROVER), world.staff(Role.OFFICER)
        proposed = propose(campaign, 1_000, channel="match", milestone=step)
        payout = approve_disbursement(
            disbursement=propose(campaign, 2_000, channel="match", milestone=step), by=approver, now=NOW
        )
        stop = self.declared(campaign)
        for deed in (
            lambda: propose(campaign, 1_000, channel="match", milestone=step),
            lambda: approve_disbursement(disbursement=proposed, by=approver, now=NOW),
            lambda: record_mandate(
                payout=payout, number="1", on=TODAY, amount_cents=2_000, by=officer, now=NOW
            ),
        ):
            with pytest.raises(Refused) as refused:
                deed()
            assert refused.value.code == "project_stopped"
        reject_stop(stop=stop, why="Subentra un'altra associazione", by=approver, now=NOW)
        record_mandate(payout=payout, number="1", on=TODAY, amount_cents=2_000, by=officer, now=NOW)

    def test_what_has_not_left_is_void_and_the_match_is_free_again(self):
        campaign = committed(600_000)
        step = accepted(campaign)
        fund = MatchFund.objects.get()
        paid(campaign, step, 100_000)
        propose(campaign, 50_000, channel="match", milestone=step)
        given = collected(campaign)
        confirm_stop(stop=self.declared(campaign), by=world.staff(Role.APPROVER), now=NOW)
        assert sorted(Disbursement.objects.values_list("status", flat=True)) == ["paid", "void"]
        reservation = Reservation.objects.get()
        assert (reservation.bound_cents, reservation.disbursed_cents) == (0, 100_000)
        assert MatchFund.objects.get().free_cents == fund.free_cents + 500_000
        assert debit_balance(f"bound:f{fund.pk}:{campaign.pk}") == 0
        jobs.run_until_quiet(["stops.tell"])
        fold()
        assert Notice.objects.get(event="project_stopped").email == given.email
        assert Notice.objects.filter(event="stop_decided", context__outcome="confirmed").exists()
        campaign.refresh_from_db()
        assert (list(faults()), list(books_that_disagree()), campaign.match_cents) == ([], [], 100_000)

    def test_the_final_report_is_due_and_the_others_are_dropped(self):
        campaign = committed(600_000)
        milestone(campaign, due_on=TODAY + dt.timedelta(days=300))
        confirm_stop(stop=self.declared(campaign), by=world.staff(Role.APPROVER), now=NOW)
        found = dict(SpendingReport.objects.values_list("status", "due_on"))
        assert found["draft"] == TODAY + dt.timedelta(days=60)
        assert set(found) == {"draft", "dropped"}

    def test_held_money_of_residents_is_not_lost(self):
        campaign = funded()
        account_of(campaign)
        propose(campaign)
        confirm_stop(stop=self.declared(campaign), by=world.staff(Role.APPROVER), now=NOW)
        assert credit_balance(f"held:{campaign.pk}:card") == 300_000

    @pytest.mark.parametrize(
        ("fields", "code"), [({"status": "live"}, "not_funded"), ({"status": "cancelled"}, "not_funded")]
    )
    def test_only_a_funded_project_stops(self, fields, code):
        campaign = world.campaign(**fields)
        with pytest.raises(Refused) as refused:
            self.declared(campaign)
        assert refused.value.code == code

    def test_it_is_declared_once(self):
        campaign = funded()
        self.declared(campaign)
        with pytest.raises(Refused) as refused:
            self.declared(campaign)
        assert refused.value.code == "stop_declared"

    def test_an_act_that_waits_is_decided_first(self):
        campaign = committed(600_000)
        stop = self.declared(campaign)
        Reservation.objects.update(status="recorded")
        with pytest.raises(Refused) as refused:
            confirm_stop(stop=stop, by=world.staff(Role.APPROVER), now=NOW)
        stop.refresh_from_db()
        assert (refused.value.code, stop.status) == ("act_waits", "declared")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_a_tranche_meets_a_declaration(monkeypatch, locked):
    """Behind the campaign's lock one waits for the other; the control shows a tranche of a stopped project."""
    import threading

    campaign = committed(600_000)
    step = accepted(campaign)
    by = world.staff(Role.OFFICER)
    asked, said = threading.Event(), threading.Event()
    check = check_not_stopped

    def then_wait(campaign_id):
        check(campaign_id)
        asked.set()
        said.wait(0.3 if locked else 10)

    monkeypatch.setattr(disburse, "check_not_stopped", then_wait)
    if not locked:
        unlocked = lambda pk: type(campaign).objects.select_related("project__organisation").get(pk=pk)  # noqa: E731
        monkeypatch.setattr(stops, "hold_campaign", unlocked)

    def work(n):
        if n:
            asked.wait(10)
            made = declare_stop(campaign=campaign, reason="Fine", by=by, now=NOW)
            said.set()
            assert made.pk
            return Disbursement.objects.filter(status="proposed").count()
        return propose(campaign, 1_000, channel="match", milestone=step, by=by)

    ends = race(2, work)
    # who declares sees every tranche that was proposed before, or none is proposed
    assert ends[1] == (1 if locked else 0), ends
