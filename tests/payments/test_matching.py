"""The pot: opened, reserved, proposed, committed, released. Never over-committed, always agreeing with the ledger."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from campaigns.calls.enums import ApplicationStatus, CallStatus
from campaigns.calls.models import Application, Call, MatchRule, Programme
from campaigns.enums import CampaignStatus
from crowdfund.kit import desk
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from crowdfund.kit.states import IllegalTransition
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import debit_balance
from payments.matching.formula import Crowd
from payments.matching.models import FundChange, MatchFund, Reservation
from payments.matching.selectors import books_that_disagree, fund_ladder, match_explained, programme_ladder
from payments.matching.services import (
    Act,
    Ladder,
    approve_fund_change,
    confirm_act,
    disburse_tranche,
    open_programme_ladder,
    propose_match,
    propose_opening,
    propose_top_up,
    record_act,
    reject_fund_change,
    release_reservation,
    reserve_match,
    return_act,
)
from tests import world
from tests.campaigns import calling
from tests.world import NOW

RULE = {"crowd_threshold_percent": 40, "match_share_percent": 60, "match_cap_cents": 6_000_000}
ACT = Act("Area Economia Urbana", "123/2026", dt.date(2026, 11, 1), "B49D16010990006", "Prot. 55/2026")


def programme(code: str = "MI-TEST", cents: int = 100_000_000) -> Programme:
    made = Programme.objects.create(
        title=code, slug=code.lower(), code=code, city="Milano", implementing_body="Comune di Milano",
        starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2027, 1, 1), updated_at=NOW,
    )  # fmt: skip
    open_programme_ladder(
        programme=made, figures=Ladder(cents, cents, 0, 0), by=world.staff(Role.OFFICER), now=NOW
    )
    return made


def call(pot_cents: int = 55_000_000, **fields) -> Call:
    rule = MatchRule.objects.create(
        **{
            "name": f"r{MatchRule.objects.count()}",
            "kind": "threshold_share",
            "data": RULE,
            "created_at": NOW,
        }
        | fields.pop("rule", {})
    )
    made = Call.objects.create(
        programme=fields.pop("programme", None) or programme(), title="Bando", slug=f"bando-{Call.objects.count()}",
        summary="s", text="t", status=CallStatus.PROPOSED, rule=rule, pot_cents=pot_cents,
        opens_at=NOW - dt.timedelta(days=30), closes_at=NOW + dt.timedelta(days=30), created_at=NOW,
    )  # fmt: skip
    change = propose_opening(call=made, by=world.staff(Role.OFFICER), now=NOW)
    approve_fund_change(change=change, by=world.staff(Role.APPROVER), now=NOW)
    return made


def application(of: Call, *, cost_cents: int = 1_000_000, goal_cents: int = 400_000) -> Application:
    campaign = world.campaign(status=CampaignStatus.DRAFT, cost_cents=cost_cents, goal_cents=goal_cents)
    return Application.objects.create(
        call=of, project=campaign.project, campaign=campaign, status=ApplicationStatus.ADMITTED,
        cost_cents=cost_cents, motivation="m", plan="p", created_at=NOW,
    )  # fmt: skip


@pytest.mark.django_db
class TestThePot:
    def test_a_programme_publishes_its_figures_from_balances(self):
        made = Programme.objects.create(
            title="Hub", slug="hub", code="MI3.3.1.d", city="Milano", implementing_body="Comune di Milano",
            starts_on=dt.date(2016, 12, 1), ends_on=dt.date(2021, 12, 1), updated_at=NOW,
        )  # fmt: skip
        officer = world.staff(Role.OFFICER)
        figures = Ladder(297_198_600, 297_198_600, 159_049_100, 8_500_000)
        open_programme_ladder(programme=made, figures=figures, by=officer, now=NOW)
        assert [c for _n, c in programme_ladder(made).steps()] == [
            297_198_600,
            297_198_600,
            159_049_100,
            8_500_000,
        ]
        assert debit_balance(f"admitted:{made.pk}") == 138_149_500
        assert debit_balance(f"bound:p{made.pk}:opening") == 150_549_100
        with pytest.raises(Refused):
            open_programme_ladder(programme=made, figures=figures, by=officer, now=NOW)
        assert programme_ladder(made).disbursed_cents == 8_500_000

    def test_a_ladder_only_goes_down(self):
        made = Programme.objects.create(
            title="x", slug="x", code="x", city="x", implementing_body="x",
            starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 1, 2), updated_at=NOW,
        )  # fmt: skip
        with pytest.raises(Invalid):
            open_programme_ladder(
                programme=made, figures=Ladder(1, 2, 0, 0), by=world.staff(Role.OFFICER), now=NOW
            )
        with pytest.raises(NotAllowed):
            open_programme_ladder(programme=made, figures=Ladder(2, 1, 0, 0), by=world.person(), now=NOW)
        assert programme_ladder(made).programmed_cents == 0

    def test_a_pot_larger_than_the_programme_is_refused(self):
        with pytest.raises(Refused) as refused:
            call(pot_cents=100_000_001)
        assert refused.value.code == "programme_short"
        assert MatchFund.objects.count() == 0

    def test_admission_reserves_the_maximum(self):
        fund = reserve_match(application=application(call()), now=NOW)[0].fund
        fund.refresh_from_db()
        assert fund.free_cents == 55_000_000 - 600_000
        assert fund_ladder(fund).admitted_cents == 600_000
        assert books_that_disagree() == []

    def test_the_pot_refuses_what_it_cannot_carry(self):
        of = call(pot_cents=1_000_000)
        reserve_match(application=application(of), now=NOW)
        with pytest.raises(Refused) as refused:
            reserve_match(application=application(of), now=NOW)
        assert refused.value.code == "pot_empty"
        assert Reservation.objects.count() == 1
        assert MatchFund.objects.get().free_cents == 400_000
        assert books_that_disagree() == []

    @pytest.mark.parametrize(
        ("goal_cents", "code"), [(399_999, "goal_below_threshold"), (400_000, None), (1_000_000, None)]
    )
    def test_a_goal_reaches_the_threshold(self, goal_cents, code):
        app = application(call(), goal_cents=goal_cents)
        if code is None:
            assert reserve_match(application=app, now=NOW)[0].exposure_cents == 600_000
            return
        with pytest.raises(Refused) as refused:
            reserve_match(application=app, now=NOW)
        assert refused.value.code == code

    def test_goal_and_match_cover_the_cost(self):
        # cost € 200,000: share € 120,000, capped at € 60,000; a goal of € 80,000 leaves € 60,000 to nobody
        with pytest.raises(Refused) as refused:
            reserve_match(
                application=application(call(), cost_cents=20_000_000, goal_cents=8_000_000), now=NOW
            )
        assert refused.value.code == "cost_uncovered"

    def test_release_gives_everything_back_once(self):
        of = call()
        app = application(of)
        reserve_match(application=app, now=NOW)
        release_reservation(campaign=app.campaign, now=NOW)
        release_reservation(campaign=app.campaign, now=NOW)
        assert MatchFund.objects.get().free_cents == 55_000_000
        assert books_that_disagree() == []


@pytest.mark.django_db
class TestTheMatch:
    @pytest.fixture
    def reservation(self):
        return reserve_match(application=application(call()), now=NOW)[0]

    def test_proposed_on_collected_money(self, reservation):
        # threshold € 4,000; € 4,200 pledged, € 3,900 collected: € 6,000 × 3,900 ÷ 4,000 = € 5,850
        propose_match(
            campaign=reservation.campaign, pledged=Crowd(420_000, 10), collected=Crowd(390_000, 9), now=NOW
        )
        reservation.refresh_from_db()
        assert reservation.proposed_cents == reservation.reserved_cents == 585_000
        assert reservation.fund.opened_cents - MatchFund.objects.get().free_cents == 585_000
        assert match_explained(reservation.campaign).steps[-1]["code"] == "shortfall"
        assert books_that_disagree() == []

    def committed(self, reservation):
        officer, approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
        propose_match(
            campaign=reservation.campaign, pledged=Crowd(400_000, 10), collected=Crowd(400_000, 10), now=NOW
        )
        reservation.refresh_from_db()
        act = record_act(reservation=reservation, act=ACT, by=officer, now=NOW)
        confirm_act(act=act, by=approver, now=NOW)
        return act

    def test_an_act_recorded_by_one_and_confirmed_by_another_binds(self, reservation):
        self.committed(reservation)
        ladder = fund_ladder(reservation.fund)
        assert (ladder.admitted_cents, ladder.bound_cents, ladder.disbursed_cents) == (600_000, 600_000, 0)
        disburse_tranche(campaign_id=reservation.campaign_id, cents=250_000, reference="payout:1", now=NOW)
        assert fund_ladder(reservation.fund).disbursed_cents == 250_000
        with pytest.raises(Refused):
            disburse_tranche(
                campaign_id=reservation.campaign_id, cents=350_001, reference="payout:2", now=NOW
            )
        assert books_that_disagree() == []

    def test_nobody_confirms_his_own_act(self, reservation):
        both = world.staff(Role.OFFICER, Role.APPROVER)
        propose_match(
            campaign=reservation.campaign, pledged=Crowd(400_000, 10), collected=Crowd(400_000, 10), now=NOW
        )
        reservation.refresh_from_db()
        act = record_act(reservation=reservation, act=ACT, by=both, now=NOW)
        with pytest.raises(NotAllowed):
            confirm_act(act=act, by=both, now=NOW)
        with pytest.raises(NotAllowed):
            confirm_act(act=act, by=world.staff(Role.OFFICER), now=NOW)
        with pytest.raises(NotAllowed):
            record_act(reservation=reservation, act=ACT, by=world.person(), now=NOW)
        assert fund_ladder(reservation.fund).bound_cents == 0

    def test_nobody_confirms_by_another_account_of_theirs(self, reservation):
        officer, other = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
        propose_match(
            campaign=reservation.campaign, pledged=Crowd(400_000, 10), collected=Crowd(400_000, 10), now=NOW
        )
        reservation.refresh_from_db()
        act = record_act(reservation=reservation, act=ACT, by=officer, now=NOW)
        User.objects.filter(pk=other.pk).update(person=officer.person)
        with pytest.raises(NotAllowed):
            confirm_act(act=act, by=User.objects.get(pk=other.pk), now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            type(act).objects.filter(pk=act.pk).update(**act.decision(officer, NOW))
        with pytest.raises(IntegrityError), transaction.atomic():
            type(act).objects.filter(pk=act.pk).update(amount_cents=1)
        assert fund_ladder(reservation.fund).bound_cents == 0

    def test_an_act_is_void_when_the_match_has_changed(self, reservation):
        propose_match(
            campaign=reservation.campaign, pledged=Crowd(400_000, 10), collected=Crowd(400_000, 10), now=NOW
        )
        reservation.refresh_from_db()
        act = record_act(reservation=reservation, act=ACT, by=world.staff(Role.OFFICER), now=NOW)
        Reservation.objects.update(proposed_cents=599_999)
        act.refresh_from_db()
        with pytest.raises(Refused) as refused:
            confirm_act(act=act, by=world.staff(Role.APPROVER), now=NOW)
        assert refused.value.code == "amount_changed"
        assert fund_ladder(reservation.fund).bound_cents == 0

    def test_an_act_sent_back_is_recorded_anew(self, reservation):
        officer, approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
        propose_match(
            campaign=reservation.campaign, pledged=Crowd(400_000, 10), collected=Crowd(400_000, 10), now=NOW
        )
        reservation.refresh_from_db()
        act = record_act(reservation=reservation, act=ACT, by=officer, now=NOW)
        return_act(act=act, reason="Numero sbagliato", by=approver, now=NOW)
        again = record_act(reservation=reservation, act=ACT, by=officer, now=NOW)
        confirm_act(act=again, by=approver, now=NOW)
        assert reservation.acts.count() == 2
        assert fund_ladder(reservation.fund).bound_cents == 600_000

    @pytest.mark.parametrize(
        ("change", "field"), [({"dated_on": dt.date(2027, 1, 1)}, "dated_on"), ({"number": ""}, "number")]
    )
    def test_a_bad_act_changes_nothing(self, reservation, change, field):
        import dataclasses

        propose_match(
            campaign=reservation.campaign, pledged=Crowd(400_000, 10), collected=Crowd(400_000, 10), now=NOW
        )
        reservation.refresh_from_db()
        with pytest.raises(Invalid) as refused:
            record_act(
                reservation=reservation,
                act=dataclasses.replace(ACT, **change),
                by=world.staff(Role.OFFICER),
                now=NOW,
            )
        assert refused.value.field == field
        reservation.refresh_from_db()
        assert reservation.status == "proposed"


def draft(pot_cents: int = 10_000_000, **fields) -> Call:
    """A call that was handed over for publication, its pot not yet set aside."""
    return calling.publish_call(
        call=calling.call(published=False, pot_cents=pot_cents, **fields), by=calling.officer(), now=NOW
    )


def top_up(of: Call, cents: int = 5_000_000, **fields) -> FundChange:
    given = {"call": of, "amount_cents": cents, "reason": "Assestamento di bilancio", "now": NOW}
    return propose_top_up(**given | {"by": world.staff(Role.OFFICER)} | fields)


@pytest.mark.django_db
class TestAPotTakesTwoPeople:
    def test_a_call_is_published_when_its_pot_is_approved(self):
        waiting = draft()
        assert waiting.status == "proposed"
        assert not MatchFund.objects.exists()
        with pytest.raises(Refused) as refused:
            calling.application(world.person(), call=waiting)
        assert refused.value.code == "call_not_published"
        change = waiting.fund_changes.get()
        approver = world.staff(Role.APPROVER)
        assert [task.url for task in desk.officer_tasks(approver, NOW)] == [
            reverse("fund_change", args=[change.pk])
        ]
        fund = approve_fund_change(change=change, by=approver, now=NOW)
        waiting.refresh_from_db()
        assert (waiting.status, fund.opened_cents, fund.free_cents) == ("published", 10_000_000, 10_000_000)
        assert (change.decided_person, change.status) == (approver.person, "approved")
        with pytest.raises(IllegalTransition):
            approve_fund_change(change=change, by=world.staff(Role.APPROVER), now=NOW)
        assert MatchFund.objects.get().opened_cents == 10_000_000
        assert books_that_disagree() == []

    def test_nobody_approves_their_own_or_another_account_of_theirs(self):
        both, other = world.staff(Role.OFFICER, Role.APPROVER), world.staff(Role.APPROVER)
        of = call()
        change = top_up(of, by=both)
        User.objects.filter(pk=other.pk).update(person=both.person)
        for by in (both, User.objects.get(pk=other.pk), world.staff(Role.OFFICER), world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                approve_fund_change(change=change, by=by, now=NOW)
            with pytest.raises(NotAllowed):
                reject_fund_change(change=change, why="no", by=by, now=NOW)
        for by in (other, world.person(), world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                top_up(of, by=by)
        assert MatchFund.objects.get().opened_cents == 55_000_000

    def test_a_pot_refused_makes_the_call_a_draft_again(self):
        waiting = draft()
        change, approver = waiting.fund_changes.get(), world.staff(Role.APPROVER)
        with pytest.raises(Invalid):
            reject_fund_change(change=change, why=" ", by=approver, now=NOW)
        reject_fund_change(change=change, why="Manca la variazione di bilancio", by=approver, now=NOW)
        waiting.refresh_from_db()
        assert waiting.status == "draft"
        assert waiting.events.last().why == "Manca la variazione di bilancio"
        calling.publish(waiting, calling.officer())
        assert waiting.status == "published"
        assert [one.status for one in waiting.fund_changes.order_by("pk")] == ["rejected", "approved"]

    def test_the_programmes_money_is_looked_at_again(self):
        first, second = draft(pot_cents=600_000_000), draft(pot_cents=600_000_000)
        approve_fund_change(change=first.fund_changes.get(), by=world.staff(Role.APPROVER), now=NOW)
        with pytest.raises(Refused) as refused:
            approve_fund_change(change=second.fund_changes.get(), by=world.staff(Role.APPROVER), now=NOW)
        assert refused.value.code == "programme_short"
        second.refresh_from_db()
        assert (second.status, second.fund_changes.get().status) == ("proposed", "proposed")
        assert MatchFund.objects.count() == 1

    def test_a_top_up_adds_to_pot_and_free(self):
        of = call()
        reserve_match(application=application(of), now=NOW)
        change = top_up(of)
        assert MatchFund.objects.get().opened_cents == 55_000_000
        fund = approve_fund_change(change=change, by=world.staff(Role.APPROVER), now=NOW)
        of.refresh_from_db()
        assert (fund.opened_cents, fund.free_cents) == (60_000_000, 59_400_000)
        assert of.pot_cents == 60_000_000  # what the call's page shows
        assert debit_balance(f"admitted:{of.programme_id}") == 40_000_000
        assert LedgerTransfer.objects.get(code="topped_up").amount_cents == 5_000_000
        assert books_that_disagree() == []

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"cents": 0}, "amount"),
            ({"cents": 45_000_001}, "programme_short"),
            ({"reason": " "}, "missing"),
        ],
    )
    def test_a_bad_top_up_changes_nothing(self, fields, code):
        of = call()
        with pytest.raises(Refused) as refused:
            top_up(of, **fields)
        assert refused.value.code == code
        assert of.fund_changes.count() == 1

    def test_one_change_at_a_time_and_only_of_an_open_pot(self):
        of = call()
        top_up(of)
        with pytest.raises(Refused) as refused:
            top_up(of)
        assert refused.value.code == "change_waiting"
        with pytest.raises(Refused) as refused:
            top_up(draft())
        assert refused.value.code == "fund_not_open"

    def test_what_was_proposed_never_changes(self):
        change = top_up(call())
        for row, name in ((change, "amount_cents"), (change, "reason")):
            with pytest.raises(IntegrityError), transaction.atomic():
                type(row).objects.filter(pk=row.pk).update(**{name: 1})


@pytest.mark.django_db
class TestThePagesOfAPot:
    @pytest.fixture
    def proved(self, client, monkeypatch):
        monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)

        def log_in(user):
            client.force_login(user)
            return client

        return log_in

    def test_the_whole_way(self, proved):
        of = call()
        officer, approver, auditor = (
            world.staff(role) for role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR)
        )
        page = reverse("fund", args=[of.funds.get().pk])
        wrong = proved(officer).post(page, {"amount_cents": "900.000", "reason": "Di più"})
        assert wrong.status_code == 422
        assert "amount_cents" in wrong.context["form"].errors
        assert proved(officer).post(page, {"amount_cents": "1.000", "reason": "Di più"}).status_code == 302
        change = FundChange.objects.get(kind="top_up")
        decide = reverse("fund_change", args=[change.pk])
        assert proved(officer).post(decide, {"approve": "1"}).status_code == 403
        assert proved(auditor).get(decide).status_code == 200
        assert decide in proved(auditor).get(reverse("funds")).content.decode()
        assert proved(approver).post(decide, {"reject": "1", "why": ""}).status_code == 422
        assert proved(approver).post(decide, {"approve": "1"}).status_code == 302
        assert MatchFund.objects.get().opened_cents == 55_100_000
        assert proved(auditor).get(page).status_code == 200
        assert proved(world.person()).get(decide).status_code == 403

    def test_the_api(self, proved):
        of = call()
        url, body = reverse("api_fund_changes"), {"amount_cents": 100_000, "reason": "Di più"}
        body["call"] = of.slug
        assert proved(world.staff(Role.AUDITOR)).post(url, body, "application/json").status_code == 403
        made = proved(world.staff(Role.OFFICER)).post(url, body, "application/json")
        assert made.status_code == 201
        again = proved(world.staff(Role.OFFICER)).post(url, body, "application/json")
        assert (again.status_code, again.json()["code"]) == (409, "change_waiting")
        browser = proved(world.staff(Role.APPROVER))
        assert browser.get(url, {"status": "proposed"}).json()["count"] == 1
        pk = made.json()["id"]
        assert browser.post(reverse("api_fund_change_reject", args=[pk]), {}).status_code == 400
        done = browser.post(reverse("api_fund_change_approve", args=[pk]))
        assert (done.json()["status"], MatchFund.objects.get().opened_cents) == ("approved", 55_100_000)
