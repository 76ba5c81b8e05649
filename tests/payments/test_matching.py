"""The pot: opened, reserved, proposed, committed, released. Never over-committed, always agreeing with the ledger."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, connections

from accounts.enums import Role
from campaigns.calls.enums import ApplicationStatus, CallStatus
from campaigns.calls.models import Application, Call, MatchRule, Programme
from campaigns.enums import CampaignStatus
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from crowdfund.kit.states import StaleState
from payments.ledger.selectors import debit_balance
from payments.matching.formula import Crowd
from payments.matching.models import MatchFund, Reservation
from payments.matching.selectors import books_that_disagree, fund_ladder, match_explained, programme_ladder
from payments.matching.services import (
    Act,
    Ladder,
    confirm_act,
    disburse_tranche,
    open_fund,
    open_programme_ladder,
    propose_match,
    record_act,
    release_reservation,
    reserve_match,
    return_act,
)
from tests import world
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
        summary="s", text="t", status=CallStatus.PUBLISHED, rule=rule, pot_cents=pot_cents,
        opens_at=NOW - dt.timedelta(days=30), closes_at=NOW + dt.timedelta(days=30), created_at=NOW,
    )  # fmt: skip
    open_fund(call=made, now=NOW)
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
        fund = reserve_match(application=application(call()), now=NOW).fund
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
            assert reserve_match(application=app, now=NOW).exposure_cents == 600_000
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
        return reserve_match(application=application(call()), now=NOW)

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


def race(work, count: int) -> list[Exception | None]:
    """Run `work(n)` in `count` threads with connections of their own, all let go at once."""
    gate = threading.Barrier(count)
    ends: list[Exception | None] = [None] * count

    def run(n: int) -> None:
        try:
            gate.wait()
            work(n)
        except Exception as error:  # noqa: BLE001 - the test looks at each end
            ends[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.mark.django_db(transaction=True)
class TestTheLastEuro:
    """Eight admissions want a pot that carries three."""

    def applications(self) -> list[Application]:
        of = call(pot_cents=1_800_000)
        return [application(of) for _ in range(8)]

    def test_exactly_three_get_it(self):
        apps = self.applications()
        ends = race(lambda n: reserve_match(application=apps[n], now=NOW), 8)
        assert [end.code for end in ends if isinstance(end, Refused)] == ["pot_empty"] * 5
        assert Reservation.objects.count() == 3
        assert MatchFund.objects.get().free_cents == 0
        assert books_that_disagree() == []

    def test_the_control_overspends(self):
        """The same without the conditional update: read, check, write, and the pot gives more than it holds."""
        apps = self.applications()
        given = []

        def careless(n: int) -> None:
            fund = MatchFund.objects.get(pk=apps[n].call.fund.pk)
            if fund.free_cents >= 600_000:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.05)")
                MatchFund.objects.filter(pk=fund.pk).update(free_cents=fund.free_cents - 600_000)
                given.append(n)

        race(careless, 8)
        assert len(given) * 600_000 > 1_800_000

    def test_two_confirmations_bind_once(self):
        reservation = reserve_match(application=self.applications()[0], now=NOW)
        propose_match(
            campaign=reservation.campaign, pledged=Crowd(400_000, 10), collected=Crowd(400_000, 10), now=NOW
        )
        reservation.refresh_from_db()
        act = record_act(reservation=reservation, act=ACT, by=world.staff(Role.OFFICER), now=NOW)
        approvers = [world.staff(Role.APPROVER) for _ in range(2)]
        from payments.matching.models import CommitmentAct

        acts = [
            CommitmentAct.objects.select_related("reservation__campaign__project").get(pk=act.pk)
            for _ in range(2)
        ]
        ends = race(lambda n: confirm_act(act=acts[n], by=approvers[n], now=NOW), 2)
        assert sum(isinstance(end, StaleState) for end in ends) == 1
        assert books_that_disagree() == []
