"""`quadratic`, live: the pot stays whole until all campaigns have ended, then one deed shares it out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.enums import Role
from campaigns.calls.models import Application, Call, Session
from campaigns.models import Campaign
from campaigns.reporting.services.stops import confirm_stop, declare_stop
from crowdfund.kit import desk
from crowdfund.kit.errors import NotAllowed, Refused
from payments.matching.formula import quadratic
from payments.matching.models import MatchFund, MatchRound, Reservation, RoundEstimate, RoundMatch
from payments.matching.selectors import books_that_disagree, match_explained
from payments.matching.selectors.rounds import RoundKey
from payments.matching.services import approve_fund_change, reserve_match, share_pot_out
from payments.matching.services.estimates import estimate_rounds
from payments.services.totals import fold
from tests import world
from tests.campaigns import calling
from tests.payments.drawing import ENDS, active, again, collect, drawing, officer, running, settle
from tests.payments.pots import closing, sponsored
from tests.payments.test_matching import application
from tests.race import race
from tests.world import NOW

pytestmark = pytest.mark.django_db
AFTER = NOW + dt.timedelta(days=31)


@pytest.fixture
def second_factor(monkeypatch):
    """Staff who have shown theirs."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)


def quadratic_call(pot_cents: int = 50_000, **data: int) -> Call:
    return drawing(pot_cents, "quadratic", **data)


def three(of: Call) -> list[Campaign]:
    """Raw matches of 90,000, 40,000 and 10,000: a hundred-euro gift each from two, and so on."""
    made = [running(of, slug=slug) for slug in ("hub", "ortho", "radio")]
    for campaign, gift in zip(made, (45_000, 20_000, 5_000), strict=True):
        for who in ("a", "b"):
            active(campaign, gift, f"{who}@example.org")
    return made


def share(of: Call) -> MatchRound:
    return share_pot_out(key=RoundKey(of), by=officer(), now=AFTER)


def matches() -> dict[str, int]:
    return dict(RoundMatch.objects.values_list("campaign__slug", "cents"))


class TestAdmission:
    def test_nothing_is_reserved_and_goal_and_other_money_reach_the_cost(self):
        asked = application(quadratic_call(), cost_cents=10_000, goal_cents=9_000)
        with pytest.raises(Refused) as refused:
            reserve_match(application=asked, now=NOW)
        assert refused.value.code == "cost_uncovered"
        asked.other_source_cents = 1_000
        assert reserve_match(application=asked, now=NOW) == []
        assert MatchFund.objects.get().free_cents == 50_000

    def test_nobody_is_admitted_after_the_round(self):
        of = quadratic_call()
        collect(three(of)[0])
        Campaign.objects.exclude(status="funded").update(status="missed")
        share(of)
        with pytest.raises(Refused) as refused:
            reserve_match(application=application(of, goal_cents=1_000_000), now=NOW)
        assert refused.value.code == "round_over"


class TestTheRound:
    def test_the_example_of_the_documents(self):
        """Raw 90,000, 40,000 and 10,000, cap 30,000, pot 50,000: 30,000, 16,000 and 4,000."""
        of = quadratic_call(match_cap_cents=30_000)
        for campaign in three(of):
            collect(campaign)
        assert Reservation.objects.count() == 0
        made = share(of)
        assert matches() == {"hub": 30_000, "ortho": 16_000, "radio": 4_000}
        assert made.pots == [{"cents": 50_000, "campaigns": ["hub", "ortho", "radio"]}]
        rows = Reservation.objects.order_by("campaign__slug")
        assert [(row.status, row.proposed_cents) for row in rows] == [
            ("proposed", 30_000), ("proposed", 16_000), ("proposed", 4_000),
        ]  # fmt: skip
        assert (MatchFund.objects.get().free_cents, books_that_disagree()) == (0, [])
        told = match_explained(Campaign.objects.get(slug="ortho"))
        assert (told.status, told.cents, told.backers, told.raw_cents) == ("proposed", 16_000, 2, 40_000)
        assert told.scale == "20000/50000"
        assert [(step["code"], step["cents"]) for step in told.steps] == [
            ("gifts", None), ("raw", 40_000), ("scaled", 16_000),
        ]  # fmt: skip

    def test_only_what_was_collected_counts_and_the_rest_of_the_pot_stays_free(self):
        of = quadratic_call(500_000)
        hub = running(of, slug="hub")
        made = [active(hub, 10_000, f"{n}@example.org") for n in range(3)]
        collect(hub, but=(made[2],))
        missed = running(of, slug="missed", goal_cents=99_000)
        active(missed, 10_000)
        settle(missed)
        share(of)
        assert matches() == {"hub": 20_000, "missed": 0}
        assert MatchFund.objects.get().free_cents == 480_000

    def test_one_backer_of_two_pledges_is_one(self):
        of = quadratic_call(500_000)
        hub = running(of, slug="hub")
        user = world.person(email="ada@example.org")
        active(hub, 5_000, "ada@example.org")
        active(hub, 5_000, "ada@example.org", backer=user)
        collect(hub)
        share(of)
        assert matches() == {"hub": 0}

    def test_a_higher_cap_for_who_is_open_to_all_abilities(self):
        of = quadratic_call(match_cap_cents=10_000, accessible_match_cap_cents=30_000)
        for campaign in three(of):
            collect(campaign)
        Application.objects.filter(campaign__slug="hub").update(
            all_abilities=True, all_abilities_confirmed=True
        )
        share(of)
        assert matches() == {"hub": 30_000, "ortho": 10_000, "radio": 10_000}

    def test_a_sponsors_pot_is_shared_out_among_those_it_is_open_to(self):
        of = quadratic_call(14_000)
        for campaign in three(of):
            collect(campaign)
        theirs = MatchFund.objects.create(
            call=of, kind="sponsor", organisation=world.organisation(), priority=20, name="Fondazione",
            opened_cents=50_000, free_cents=50_000, opened_at=NOW, themes=["sport"],
        )  # fmt: skip
        project = Campaign.objects.get(slug="radio").project
        type(project).objects.filter(pk=project.pk).update(theme="sport")
        share(of)
        assert matches() == {"hub": 9_000, "ortho": 4_000, "radio": 10_000}  # 1,000 of the city, 9,000 theirs
        assert Reservation.objects.get(fund=theirs).proposed_cents == 9_000
        told = match_explained(Campaign.objects.get(slug="radio"))
        assert [(one.name != "", one.cents) for one in told.shares] == [(True, 1_000), (True, 9_000)]
        assert told.steps[-1]["cents"] == 10_000

    def test_pots_open_to_the_same_campaigns_give_only_to_whom_each_is_open_to(self):
        """By priority: one fund for A and B, one for A and C, one for B and C, and another for A and B.

        Taken in the order of priorities alone, the second part of A and B would come out of what is A's and C's.
        """
        of = quadratic_call(1)
        places = [world.neighbourhood(name) for name in ("Barona", "Corvetto", "Gallaratese")]
        for campaign, place in zip(three(of), places, strict=True):
            type(campaign.project).objects.filter(pk=campaign.project_id).update(neighbourhood=place)
            collect(campaign)
        a, b, c = places
        for priority, cents, open_to in (
            (11, 5_000, (a, b)), (12, 5_000, (a, c)), (13, 5_000, (b, c)), (14, 5_000, (a, b)),
        ):  # fmt: skip
            sponsored(of, cents, priority=priority, neighbourhoods=tuple(place.pk for place in open_to))
        share(of)
        given = matches()
        assert sum(given.values()) == 20_001
        assert sum(row.proposed_cents for row in Reservation.objects.all()) == 20_001
        for slug, cents in given.items():
            rows = Reservation.objects.filter(campaign__slug=slug)
            assert sum(row.proposed_cents for row in rows) == cents
        assert not MatchFund.objects.exclude(free_cents=0).exists()
        assert books_that_disagree() == []

    def test_a_project_that_has_stopped_is_given_nothing(self):
        of = quadratic_call(14_000)
        hub, ortho, radio = three(of)
        for campaign in (hub, ortho, radio):
            collect(campaign)
        stop = declare_stop(campaign=again(hub.pk), reason="Fine", by=officer(), now=ENDS)
        with pytest.raises(Refused) as refused:
            share(of)
        assert refused.value.code == "round_open"  # nobody knows yet whether it goes on
        confirm_stop(stop=stop, by=world.staff(Role.APPROVER), now=ENDS)
        share(of)
        assert matches() == {"hub": 0, "ortho": 11_200, "radio": 2_800}
        assert not Reservation.objects.filter(campaign=hub).exists()
        assert books_that_disagree() == []

    def test_a_pot_stays_open_until_its_round_was_held(self):
        of = quadratic_call(14_000)
        campaigns = three(of)
        pot = MatchFund.objects.get()
        with pytest.raises(Refused) as running_still:
            closing(pot)
        for campaign in campaigns:
            collect(campaign)
        with pytest.raises(Refused) as not_held:
            closing(pot)
        assert running_still.value.code == not_held.value.code == "round_open"
        share(of)
        change = closing(pot)
        approve_fund_change(change=change, by=world.staff(Role.APPROVER), now=AFTER)
        assert books_that_disagree() == []

    def test_sessions_are_rounds_of_their_own_within_their_share(self):
        of = calling.call(
            published=False, pot_cents=50_000, rule=calling.rule(kind="quadratic", data={}),
            opens_at=NOW - dt.timedelta(days=30),
        )  # fmt: skip
        first = Session.objects.create(
            call=of, number=1, opens_at=NOW - dt.timedelta(days=30), closes_at=NOW, pot_cents=20_000
        )
        second = Session.objects.create(
            call=of, number=2, opens_at=NOW, closes_at=NOW + dt.timedelta(days=20)
        )
        calling.publish(of, calling.officer())
        for session, slug in ((first, "hub"), (second, "ortho")):
            campaign = running(of, slug=slug, application={"session": session})
            for who in ("a", "b"):
                active(campaign, 45_000, f"{who}@example.org")
            if session == first:
                collect(campaign)
        share_pot_out(key=RoundKey(of, first), by=officer(), now=AFTER)
        assert matches() == {"hub": 20_000}
        with pytest.raises(Refused) as refused:
            share_pot_out(key=RoundKey(of, second), by=officer(), now=AFTER)
        assert refused.value.code == "round_open"

    def test_what_keeps_a_round_from_being_held(self, monkeypatch):
        of = quadratic_call(pairwise_bound_cents=1_000)
        campaigns = three(of)
        before = world.rows()
        with pytest.raises(NotAllowed):
            share_pot_out(key=RoundKey(of), by=world.staff(Role.APPROVER), now=AFTER)
        for now, code in ((NOW, "window_open"), (AFTER, "round_open")):
            with pytest.raises(Refused) as refused:
                share_pot_out(key=RoundKey(of), by=officer(), now=now)
            assert refused.value.code == code
            if code == "round_open":
                assert campaigns[0].project.title in str(refused.value)
        assert {row for row in world.rows() if "matching" in row[0]} == {
            row for row in before if "matching" in row[0]
        }
        for campaign in campaigns:
            collect(campaign)
        monkeypatch.setattr(quadratic, "PAIR_LIMIT", 5)
        with pytest.raises(Refused) as refused:
            share(of)
        assert (refused.value.code, "6" in str(refused.value)) == ("too_many_pairs", True)
        monkeypatch.undo()
        share(of)
        with pytest.raises(Refused) as refused:
            share(of)
        assert refused.value.code == "round_over"

    def test_another_rule_has_no_round(self):
        with pytest.raises(Refused) as refused:
            share(drawing(1_000))
        assert refused.value.code == "rule_kind"


class TestTheEstimate:
    def test_it_is_computed_by_the_drain_and_only_when_something_moved(
        self, client, django_assert_num_queries
    ):
        of = quadratic_call()
        hub = running(of, slug="hub")
        assert match_explained(hub) is None
        for who in ("a", "b"):
            active(hub, 5_000, f"{who}@example.org")
        fold()
        assert (estimate_rounds(), estimate_rounds()) == (1, 0)
        read = again(hub.pk)
        with django_assert_num_queries(4):
            told = match_explained(read)
        assert (told.status, told.cents, told.backers) == ("estimated", 10_000, 2)
        answer = client.get(reverse("api_campaign_match", args=["hub"])).json()
        assert (answer["status"], answer["cents"], answer["raw_cents"]) == ("estimated", 10_000, 10_000)
        page = client.get(reverse("campaign", args=["hub"])).content.decode()
        assert "Se finisse oggi" in page
        active(hub, 5_000, "c@example.org")
        assert match_explained(again(hub.pk)).cents == 10_000  # bounded: the page computes nothing
        fold()
        estimate_rounds()
        assert match_explained(again(hub.pk)).cents == 30_000

    def test_it_says_when_there_are_too_many_pairs(self, monkeypatch, client):
        monkeypatch.setattr(quadratic, "PAIR_LIMIT", 1)
        hub = running(quadratic_call(pairwise_bound_cents=1_000), slug="hub")
        for who in ("a", "b"):
            active(hub, 5_000, f"{who}@example.org")
        estimate_rounds()
        assert RoundEstimate.objects.get().too_many_pairs == 2
        assert "più di quante ne prende" in client.get(reverse("campaign", args=["hub"])).content.decode()


class TestPages:
    def test_an_officer_shares_the_pot_out_from_the_page(self, client, at, second_factor):
        of = quadratic_call()
        campaigns = three(of)
        address = reverse("match_rounds", args=[of.slug])
        assert campaigns[0].project.title in client.get(address).content.decode()
        for campaign in campaigns:
            collect(campaign)
        at(AFTER)
        by = officer()
        assert [task.action for task in desk.officer_tasks(by, AFTER) if task.subject == str(of)]
        start = reverse("round_start", args=[of.slug])
        assert client.post(start).status_code == 302  # to the login
        client.force_login(world.person())
        assert client.post(start).status_code == 403
        client.force_login(by)
        assert start in client.get(address).content.decode()
        client.post(start, {"session": "7"})
        assert MatchRound.objects.count() == 0
        client.post(start)
        page = client.get(address).content.decode()
        assert "321,43" in page  # 90,000 of 140,000 of € 500
        assert start not in page

    def test_the_same_over_the_api(self, client, at, second_factor):
        of = quadratic_call()
        hub, *others = three(of)
        at(AFTER)
        address = reverse("api_rounds", args=[of.slug])
        assert client.post(address).status_code in {401, 403}
        client.force_login(officer())
        answer = client.post(address)
        assert (answer.status_code, answer.json()["code"]) == (409, "round_open")
        for campaign in (hub, *others):
            collect(campaign)
        assert client.get(address).json()[0]["complete"] is True
        done = client.post(address)
        assert done.status_code == 201
        assert [row["cents"] for row in done.json()["matches"]] == [32_143, 14_286, 3_571]

    def test_a_call_of_another_rule_has_an_empty_page(self, client):
        assert client.get(reverse("match_rounds", args=[drawing(1_000).slug])).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_officers_share_out_once():
    of = quadratic_call()
    for campaign in three(of):
        collect(campaign)
    people = [officer(), officer()]
    ends = race(2, lambda n: share_pot_out(key=RoundKey(of), by=people[n], now=AFTER))
    assert [end.code for end in ends if isinstance(end, Refused)] == ["round_over"]
    assert (sum(matches().values()), books_that_disagree()) == (50_000, [])
