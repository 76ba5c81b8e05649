"""A call's terms as data: who may apply, sessions, and what of it may change once it is published."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.notices.models import Notice
from accounts.notices.services import render
from campaigns.calls.models import Call, Session
from campaigns.calls.selectors.words import call_in_words
from campaigns.calls.services.applications import apply_to_call, submit_application
from campaigns.calls.services.calls import draft_call, edit_call
from campaigns.calls.services.decisions import admit_application, judge_accessibility
from campaigns.calls.services.windows import extend_window
from campaigns.models import Project
from crowdfund.kit.errors import Refused, Several
from payments.matching.models import MatchFund, Reservation
from payments.matching.selectors import match_explained
from payments.matching.services import sessions as shares
from tests import world
from tests.campaigns import calling
from tests.campaigns.applying import DAY, window
from tests.race import race
from tests.world import NOW

TWO = [window(-1, 10, 30_000_000), window(12, 20, 25_000_000)]


def problems(error):
    return error.problems if isinstance(error, Several) else (error,)


def codes(deed):
    with pytest.raises(Refused) as caught:
        deed()
    return [(one.code, one.field) for one in problems(caught.value)]


@pytest.mark.django_db
class TestWhoMayApply:
    @pytest.fixture
    def owner(self):
        return world.person("Owner")

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"organisation_kinds": ["cooperative"]}, "kind_not_admitted"),
            ({"themes": ["food", "work"]}, "theme_not_admitted"),
            ({"included_neighbourhoods": ["Corvetto"]}, "place_not_included"),
            ({"excluded_neighbourhoods": ["Barona"]}, "place_excluded"),
        ],
    )
    def test_each_bar_is_named(self, owner, fields, code):
        given = {
            name: [world.neighbourhood(one) for one in value] if "neighbour" in name else value
            for name, value in fields.items()
        }
        call = calling.call(**given)
        before = calling.statuses()
        assert codes(lambda: calling.application(owner, call=call)) == [(code, "project")]
        assert calling.statuses() == before

    def test_all_are_named_at_once(self, owner):
        call = calling.call(
            organisation_kinds=["cooperative"],
            themes=["food"],
            included_neighbourhoods=[world.neighbourhood("Corvetto")],
            excluded_neighbourhoods=[world.neighbourhood()],
        )
        found = codes(lambda: calling.application(owner, call=call))
        assert [code for code, _field in found] == [
            "place_not_included",
            "place_excluded",
            "kind_not_admitted",
            "theme_not_admitted",
        ]

    def test_who_fits_applies(self, owner):
        call = calling.call(
            organisation_kinds=["association"],
            themes=["green"],
            included_neighbourhoods=[world.neighbourhood()],
            project_months_max=6,
        )
        assert calling.application(owner, call=call, project_months=6).status == "submitted"

    @pytest.mark.parametrize(
        ("months", "code"), [(7, "too_long"), (0, "months_out_of_range"), (61, "months_out_of_range")]
    )
    def test_a_project_may_not_take_too_long(self, owner, months, code):
        call = calling.call(project_months_max=6)
        found = codes(lambda: calling.application(owner, call=call, project_months=months))
        assert found == [(code, "project_months")]

    def test_it_is_told_in_words(self):
        call = calling.call(
            organisation_kinds=["association"], themes=["green"], project_months_max=6,
            included_neighbourhoods=[world.neighbourhood()],
        )  # fmt: skip
        words = " ".join(call_in_words(call))
        for part in ("Associazione", "Verde", "Barona", "6 mesi"):
            assert part in words


@pytest.mark.django_db
class TestTerms:
    @pytest.mark.parametrize(
        ("fields", "found"),
        [
            ({"pot_cents": -5}, [("amount_too_small", "pot_cents")]),
            ({"pot_cents": "5"}, [("not_cents", "pot_cents")]),
            ({"project_months_max": 0}, [("months_out_of_range", "project_months_max")]),
            ({"themes": ["war"]}, [("unknown_choice", "themes")]),
            ({"organisation_kinds": ["party"]}, [("unknown_choice", "organisation_kinds")]),
            ({"asks": ["money"]}, [("unknown_choice", "asks")]),
            ({"questions_until": NOW + 31 * DAY}, [("questions_too_late", "questions_until")]),
            ({"announced_on": NOW.date()}, [("announced_too_early", "announced_on")]),
            (
                {"sessions": [window(-1, 10), window(9, 20)]},
                [("sessions_overlap", "sessions.1.opens_at")],
            ),
            ({"sessions": [window(-2, 10)]}, [("session_outside_call", "sessions.0.opens_at")]),
            ({"sessions": [window(5, 31)]}, [("session_outside_call", "sessions.0.closes_at")]),
            ({"sessions": [window(5, 5)]}, [("window_reversed", "sessions.0.closes_at")]),
            ({"sessions": [window(5, 9, 0)]}, [("amount_too_small", "sessions.0.pot_cents")]),
            (
                {"sessions": [window(1, 2, 30_000_000), window(3, 4, 30_000_000)]},
                [("shares_above_pot", "sessions")],
            ),
            ({"sessions": [window(1 + n, 1.5 + n) for n in range(13)]}, [("too_many_sessions", "sessions")]),
        ],
    )
    def test_wrong_terms_are_refused_and_nothing_is_kept(self, fields, found):
        officer = calling.officer()
        terms = calling.terms(officer, **fields)
        assert codes(lambda: draft_call(terms=terms, by=officer, now=NOW)) == found
        assert not Call.objects.exists()

    def test_a_place_is_not_both_in_and_out(self):
        officer, place = calling.officer(), world.neighbourhood()
        terms = calling.terms(officer, included_neighbourhoods=[place], excluded_neighbourhoods=[place])
        found = codes(lambda: draft_call(terms=terms, by=officer, now=NOW))
        assert found == [("included_and_excluded", "excluded_neighbourhoods")]

    def test_sessions_are_numbered_as_they_open_and_written_anew(self):
        officer = calling.officer()
        call = calling.call(published=False, sessions=[TWO[1], TWO[0]])
        numbers = list(call.sessions.values_list("number", "pot_cents"))
        assert numbers == [(1, 30_000_000), (2, 25_000_000)]
        edit_call(call=call, terms=calling.terms(officer, rule=call.rule), by=officer, now=NOW)
        assert not call.sessions.exists()

    def test_the_database_refuses_sessions_that_overlap(self):
        call = calling.call(published=False, sessions=TWO)
        calling.call(published=False, title="Altro", sessions=TWO)  # another call's are no matter
        with pytest.raises(IntegrityError, match="session_without_overlap"), transaction.atomic():
            Session.objects.create(call=call, number=3, opens_at=NOW, closes_at=NOW + DAY)


CHANGES = {
    "opens_at": "UPDATE calls_call SET opens_at = opens_at - interval '1 day'",
    "closes_at": "UPDATE calls_call SET closes_at = closes_at - interval '1 hour'",
    "themes": "UPDATE calls_call SET themes = '{food}'",
    "kinds": "UPDATE calls_call SET organisation_kinds = '{company}'",
    "months": "UPDATE calls_call SET project_months_max = 60",
    "declaration": "UPDATE calls_call SET declaration = ''",
    "asks": "UPDATE calls_call SET asks = '{plan}'",
    "excluded": "DELETE FROM calls_call_excluded_neighbourhoods",
    "included": (
        "INSERT INTO calls_call_included_neighbourhoods (call_id, neighbourhood_id) "
        "SELECT call_id, neighbourhood_id FROM calls_call_excluded_neighbourhoods"
    ),
    "session away": "DELETE FROM calls_session",
    "session shorter": "UPDATE calls_session SET closes_at = closes_at - interval '1 hour'",
    "share": "UPDATE calls_session SET pot_cents = NULL",
}


@pytest.mark.django_db
class TestOncePublished:
    @pytest.mark.parametrize("sql", CHANGES.values(), ids=CHANGES)
    def test_the_database_keeps_what_was_promised(self, sql):
        calling.call(sessions=TWO, declaration="Dichiaro.", excluded_neighbourhoods=[world.neighbourhood()])
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    def test_applicants_get_more_time_and_are_told_why(self):
        call = calling.call()
        draft = calling.application(world.person(), call=call, submitted=False)
        until = call.closes_at + 5 * DAY
        extend_window(call=call, closes_at=until, reason="Il sito era fermo.", by=calling.officer(), now=NOW)
        assert call.closes_at == until
        event = call.events.last()
        assert (event.from_status, event.to_status, event.why) == (
            "published",
            "published",
            "Il sito era fermo.",
        )
        notice = Notice.objects.get(event="call_extended")
        render(notice)
        assert call.title in notice.text
        assert draft.project.title in notice.text
        assert "Il sito era fermo." in notice.text
        extend_window(call=call, closes_at=until + DAY, reason="Ancora.", by=calling.officer(), now=NOW)
        assert Notice.objects.filter(event="call_extended").count() == 2

    def test_a_session_is_extended_up_to_the_next_and_the_last_takes_the_call_along(self):
        call, officer = calling.call(sessions=TWO, closes_at=NOW + 20 * DAY), calling.officer()

        def extend(number, days):
            return extend_window(
                call=call, number=number, closes_at=NOW + days * DAY, reason="r", by=officer, now=NOW
            )

        extend(1, 12)
        assert codes(lambda: extend(1, 13)) == [("sessions_overlap", "closes_at")]
        assert codes(lambda: extend(None, 13)) == [("session_unknown", "number")]
        assert codes(lambda: extend(2, 19)) == [("not_longer", "closes_at")]
        assert call.closes_at == NOW + 20 * DAY
        extend(2, 25)
        assert call.closes_at == NOW + 25 * DAY
        ends = [session.closes_at - NOW for session in call.sessions.all()]
        assert ends == [12 * DAY, 25 * DAY]

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"closes_at": NOW + 30 * DAY}, "not_longer"),
            ({"reason": " "}, "reason_missing"),
            ({"now": NOW + 31 * DAY, "closes_at": NOW + 40 * DAY}, "call_not_running"),
        ],
    )
    def test_a_wrong_extension_changes_nothing(self, fields, code):
        call = calling.call()
        given = {"closes_at": NOW + 35 * DAY, "reason": "r", "now": NOW, "by": calling.officer()}
        before = world.rows("calls_call", "calls_callevent")
        assert codes(lambda: extend_window(call=call, **(given | fields)))[0][0] == code
        assert world.rows("calls_call", "calls_callevent") == before

    def test_a_draft_is_edited_not_extended(self):
        call = calling.call(published=False)
        found = codes(
            lambda: extend_window(
                call=call, closes_at=NOW + 40 * DAY, reason="r", by=calling.officer(), now=NOW
            )
        )
        assert found == [("call_not_running", None)]


@pytest.mark.django_db
class TestSessions:
    @pytest.fixture
    def owner(self):
        return world.person("Owner")

    def test_an_application_belongs_to_the_session_it_is_submitted_in(self, owner):
        call = calling.call(sessions=TWO)
        first = calling.application(owner, call=call)
        assert first.session.number == 1
        draft = calling.application(owner, call=call, submitted=False)
        assert draft.session is None
        between = NOW + 11 * DAY
        before = calling.statuses()
        found = codes(lambda: submit_application(application=draft, by=owner, now=between))
        assert found == [("between_sessions", None)]
        assert calling.statuses() == before
        second = submit_application(application=draft, by=owner, now=NOW + 12 * DAY)
        assert second.session.number == 2

    def test_after_the_last_session_nobody_submits(self, owner):
        draft = calling.application(owner, call=calling.call(sessions=TWO), submitted=False)
        found = codes(lambda: submit_application(application=draft, by=owner, now=NOW + 21 * DAY))
        assert found == [("call_over", None)]

    def test_a_share_carries_no_more_than_itself(self, owner):
        call = calling.call(sessions=[window(-1, 10, 1_000_000), window(12, 20)])
        one, two = (calling.application(owner, call=call) for _ in range(2))
        officer = calling.officer()
        admit_application(application=one, reason="r", by=officer, now=NOW)
        before = world.rows()
        found = codes(lambda: admit_application(application=two, reason="r", by=officer, now=NOW))
        assert found == [("session_share_empty", None)]
        assert world.rows() == before


@pytest.mark.django_db(transaction=True)
class TestTheLastOfAShare:
    """Four admissions want a share that carries one, in a pot that carries all."""

    def ends(self):
        owner = world.person("Owner")
        call = calling.call(sessions=[window(-1, 10, 1_000_000)])
        apps = [calling.application(owner, call=call) for _ in range(4)]
        officers = [calling.officer() for _ in apps]
        return race(4, lambda n: admit_application(application=apps[n], reason="r", by=officers[n], now=NOW))

    def test_exactly_one_gets_it(self):
        ends = self.ends()
        refused = [end.code for end in ends if isinstance(end, Refused)]
        assert refused == ["session_share_empty"] * 3
        assert Reservation.objects.count() == 1

    def test_the_control_overspends(self, monkeypatch):
        """The same without the lock: everybody adds up before anybody has reserved."""
        gate = threading.Barrier(4)

        def unlocked(session_id):
            return Session.objects.get(pk=session_id).pot_cents

        held = shares.held_cents

        def slow(session_id):
            sum_ = held(session_id)
            gate.wait(10)
            return sum_

        monkeypatch.setattr(shares, "_locked_share", unlocked)
        monkeypatch.setattr(shares, "held_cents", slow)
        self.ends()
        assert Reservation.objects.count() > 1


HIGHER = calling.DATA | {"match_cap_cents": 500_000, "accessible_match_cap_cents": 560_000}


@pytest.mark.django_db
class TestOpenToAllAbilities:
    @pytest.fixture
    def claimed(self):
        call = calling.call(rule=calling.rule(data=HIGHER))
        return calling.application(
            world.person(),
            call=call,
            goal_cents=500_000,
            all_abilities=True,
            accessibility="Senza gradini.",
        )

    def admit(self, application):
        return admit_application(application=application, reason="r", by=calling.officer(), now=NOW)

    @pytest.mark.parametrize(("confirmed", "cents"), [(True, 560_000), (False, 500_000)])
    def test_the_most_it_can_take_is_by_the_cap_that_holds(self, claimed, confirmed, cents):
        judge_accessibility(application=claimed, confirmed=confirmed, by=calling.officer(), now=NOW)
        campaign = self.admit(claimed).campaign
        assert Reservation.objects.get().exposure_cents == cents
        assert MatchFund.objects.get().free_cents == 55_000_000 - cents
        assert match_explained(campaign).rule["match_cap_cents"] == cents
        assert claimed.events.filter(from_status="submitted", to_status="submitted").count() == 1
        with pytest.raises(Refused) as late:
            judge_accessibility(application=claimed, confirmed=True, by=calling.officer(), now=NOW)
        assert late.value.code == "already_decided"

    def test_nobody_is_admitted_before_it_is_judged(self, claimed):
        assert codes(lambda: self.admit(claimed)) == [("abilities_unjudged", "confirmed")]
        assert not Reservation.objects.exists()

    def test_without_a_higher_cap_there_is_nothing_to_judge(self):
        application = calling.application(world.person(), all_abilities=True, accessibility="Senza gradini.")
        assert self.admit(application).status == "admitted"

    def test_who_claims_nothing_is_not_judged(self):
        application = calling.application(world.person())
        with pytest.raises(Refused) as caught:
            judge_accessibility(application=application, confirmed=True, by=calling.officer(), now=NOW)
        assert caught.value.code == "nothing_claimed"

    def test_a_claim_needs_its_reason(self):
        draft = calling.application(world.person(), submitted=False, all_abilities=True)
        found = codes(lambda: submit_application(application=draft, by=draft.created_by, now=NOW))
        assert found == [("accessibility_missing", "accessibility")]

    @pytest.mark.parametrize(
        ("data", "found"),
        [
            ({"accessible_match_cap_cents": 499_999}, ("below_cap", "accessible_match_cap_cents")),
            ({"match_cap_cents": None}, ("missing", "match_cap_cents")),
            ({"accessible_match_cap_cents": -1}, ("negative", "accessible_match_cap_cents")),
            ({"accessible_match_cap_cents": "600000"}, ("not_whole", "accessible_match_cap_cents")),
        ],
    )
    def test_a_wrong_higher_cap_is_refused(self, data, found):
        assert codes(lambda: calling.rule(data=HIGHER | data)) == [found]


@pytest.mark.django_db
def test_a_project_that_moved_is_refused_on_submission():
    owner = world.person()
    call = calling.call(included_neighbourhoods=[world.neighbourhood()])
    draft = calling.application(owner, call=call, submitted=False)
    Project.objects.update(neighbourhood=world.neighbourhood("Corvetto"))
    found = codes(lambda: submit_application(application=draft, by=owner, now=NOW))
    assert found == [("place_not_included", "project")]


@pytest.mark.django_db
def test_a_draft_lives_between_sessions():
    owner = world.person()
    call = calling.call(sessions=[window(-1, 1), window(5, 20)])
    made = apply_to_call(
        call=call,
        project=world.project(owner),
        cost_cents=1_000_000,
        by=owner,
        now=NOW + dt.timedelta(days=2),
    )
    assert made.status == "draft"
