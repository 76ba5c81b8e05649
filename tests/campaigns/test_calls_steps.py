"""The application step by step, on pages and through the API."""

import html
import re

import pytest
from django.urls import reverse
from django.utils.translation import override
from rest_framework.test import APIClient

from accounts.enums import TeamRole
from accounts.services import issue_token
from campaigns.calls.models import Application, Call, CostLine
from campaigns.models import Indicator, LogframeEntry, PlanLine
from crowdfund.kit import clock
from tests import world
from tests.campaigns import applying, calling
from tests.campaigns.applying import window
from tests.world import NOW

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture(autouse=True)
def _at_now():
    with clock.moved(NOW - clock.real_now()):
        yield


@pytest.fixture
def owner():
    return world.person("Owner")


@pytest.fixture
def log_in(client):
    def log_in(user):
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa"}]
        session.save()
        return client

    return log_in


def api(user):
    client = APIClient()
    token = issue_token(user=user, label="test", second_factor=True, by=user, now=NOW)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_ACCEPT_LANGUAGE="en")
    return client


def text_of(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def url(name, *args):
    with override("en"):
        return reverse(name, args=args)


def lines(*rows):
    data = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0}
    for place, (kind, label, amount) in enumerate(rows):
        data |= {
            f"lines-{place}-kind": kind,
            f"lines-{place}-label": label,
            f"lines-{place}-amount_cents": amount,
        }
    return data


class TestPages:
    @pytest.fixture
    def draft(self, owner, log_in):
        call = applying.call(project_months_max=12)
        made = calling.application(owner, call=call, submitted=False, motivation="", plan="")
        log_in(owner)
        return made

    def test_every_step_is_saved_by_itself_until_nothing_lacks(self, client, draft):
        step = lambda name: url("application_step", draft.pk, name)  # noqa: E731
        went = client.post(step("project"), {"motivation": "Serve.", "project_months": 6})
        assert went.url == step("cost")
        wrong = client.post(step("cost"), {"cost_cents": "10.000"} | lines(("goods", "Terra", "molto")))
        assert "Write the amount like 25 or 25,50." in text_of(wrong)
        assert not CostLine.objects.exists()
        rows = (("goods", "Terra", "9.700"), ("fees", "Commissioni", "300"))
        assert client.post(step("cost"), {"cost_cents": "10.000"} | lines(*rows)).url == step("money")
        shown = client.post(step("money"), {"goal_cents": "5.000", "preview": "1"})
        assert "Goal asked of the crowd €5,000.00" in text_of(shown)
        unnamed = client.post(step("money"), {"other_source_cents": "5"})
        assert "Say who gives this money." in text_of(unnamed)
        client.post(step("money"), {"goal_cents": "", "other_source_cents": ""})
        assert client.post(step("plan"), {"plan": "Corsi.", "later": "1"}).url == draft.get_absolute_url()
        month = url("plan_month", draft.pk, 1)
        assert "A month is copied to those after it." in text_of(
            client.post(url("plan_month", draft.pk, 2), {"staff": "1", "until": 1})
        )
        client.post(month, {"earned": "1.200", "staff": "1.000", "until": 12, "next": "1"})
        assert PlanLine.objects.count() == 24
        page = text_of(client.get(step("plan")))
        assert "Operating income in all €14,400.00" in page
        assert "Income against costs, month by month" in page
        for level in ("goal", "purpose", "output", "activity"):
            client.post(url("rung_new", draft.pk, level), {"text": f"un {level}"})
        entry = LogframeEntry.objects.get(level="purpose")
        measured = {"name": "Persone", "target": "12,5", "due_on": "2027-12-31", "kind": "outcome"}
        bare = client.post(url("indicator_new", draft.pk, entry.pk), measured | {"field": "social"})
        assert bare.status_code == 200  # a target without its unit
        assert not Indicator.objects.exists()
        with override("it"):
            new = reverse("indicator_new", args=[draft.pk, entry.pk])
        client.post(new, measured | {"field": "social", "unit": "persone", "direct": "on"})
        assert str(Indicator.objects.get().target) == "12.50"
        client.post(step("accessibility"), {"all_abilities": "on", "accessibility": "Senza gradini."})
        assert client.post(step("declaration"), {}).status_code == 200
        client.post(step("declaration"), {"declared": "on"})
        overview = text_of(client.get(url("application", draft.pk)))
        assert "Something is missing" not in overview
        done = client.post(url("application_submit", draft.pk), follow=True)
        assert "Your application is in." in text_of(done)
        shown = text_of(client.get(url("application", draft.pk)))
        for part in ("un purpose", "Persone", "from – to 12.50 persone", "Terra", "Senza gradini."):
            assert part in shown

    def test_what_lacks_is_said_per_step_with_a_link(self, client, draft):
        page = client.get(url("application", draft.pk))
        assert "The logframe has no goal." in text_of(page)
        assert url("application_step", draft.pk, "logframe") in page.content.decode()
        assert "What is still missing here" in text_of(
            client.get(url("application_step", draft.pk, "logframe"))
        )

    def test_entries_and_indicators_change_and_go(self, client, draft):
        client.post(url("rung_new", draft.pk, "output"), {"text": "Un orto"})
        entry = LogframeEntry.objects.get()
        change = url("rung_edit", draft.pk, entry.pk)
        assert client.get(change).status_code == 200
        client.post(change, {"text": "Un orto grande", "assumptions": "Acqua"})
        given = {"name": "Persone", "unit": "persone", "target": "3", "due_on": "2027-01-01"}
        given |= {"kind": "output", "field": "economic"}
        client.post(url("indicator_new", draft.pk, entry.pk), given)
        one = Indicator.objects.get()
        client.post(url("indicator_edit", draft.pk, one.pk), given | {"target": "4"})
        one.refresh_from_db()
        assert (one.target, one.direct, one.entry.text) == (4, False, "Un orto grande")
        assert client.get(url("indicator_edit", draft.pk, one.pk)).status_code == 200
        client.post(url("indicator_remove", draft.pk, one.pk))
        assert not Indicator.objects.exists()
        client.post(change, {"remove": "1"})
        assert not LogframeEntry.objects.exists()
        assert client.get(url("rung_new", draft.pk, "dream")).status_code == 404

    def test_steps_ask_few_questions_of_the_database(self, client, draft, django_assert_max_num_queries):
        applying.set_plan_month(
            project=draft.project, month=1, amounts=applying.MONTH, until=12, by=draft.created_by, now=NOW
        )
        for step in ("project", "cost", "plan", "logframe", "declaration"):
            with django_assert_max_num_queries(22):
                assert client.get(url("application_step", draft.pk, step)).status_code == 200

    def test_a_step_is_the_teams_alone_and_only_of_a_draft(self, client, draft, log_in):
        step = url("application_step", draft.pk, "project")
        assert client.get(url("application_step", draft.pk, "dreams")).status_code == 404
        accountant = calling.member(draft.project.organisation, TeamRole.ACCOUNTANT)
        assert log_in(accountant).post(step, {"motivation": "x"}).status_code == 403
        assert log_in(world.person()).get(step).status_code == 404
        assert log_in(calling.officer()).get(step).status_code == 404
        draft.refresh_from_db()
        assert draft.motivation == ""


class TestTheOfficersPages:
    def sessions(self, *rows):
        data = {"sessions-TOTAL_FORMS": len(rows), "sessions-INITIAL_FORMS": 0}
        for place, (opens, closes, pot) in enumerate(rows):
            data |= {
                f"sessions-{place}-opens_at": opens,
                f"sessions-{place}-closes_at": closes,
                f"sessions-{place}-pot_cents": pot,
            }
        return data

    def test_sessions_that_overlap_are_refused_at_their_field(self, log_in):
        client = log_in(calling.officer())
        given = {
            "programme": calling.programme().pk,
            "title": "Bando 2024–25",
            "summary": "Due sessioni.",
            "text": "Testo.",
            "rule": calling.rule().pk,
            "pot_cents": "600.000",
            "campaign_days": 60,
            "opens_at": "2026-11-23T09:00",
            "closes_at": "2027-03-31T18:00",
            "themes": ["green"],
        }
        two = [
            ("2026-11-23T09:00", "2027-01-10T18:00", "300.000"),
            ("2027-01-09T09:00", "2027-03-31T18:00", ""),
        ]
        answer = client.post(url("call_new"), given | self.sessions(*two))
        assert "This session begins before another one ends." in text_of(answer)
        assert not Call.objects.exists()
        two[1] = ("2027-02-01T09:00", "2027-03-31T18:00", "")
        done = client.post(url("call_new"), given | self.sessions(*two, ("", "", "")), follow=True)
        assert "Publish “Bando 2024–25”?" in text_of(done)
        assert "the whole pot" in text_of(done)
        call = Call.objects.get()
        assert (call.themes, call.sessions.count()) == (["green"], 2)
        assert "2027-02-01T09:00" in client.get(url("call_edit", call.slug)).content.decode()
        assert client.post(url("call_new"), given | {"pot_cents": "-5"} | self.sessions()).status_code == 200
        assert Call.objects.count() == 1

    def test_more_time_is_given_on_its_page(self, client, log_in, owner):
        call = calling.call(sessions=[window(-1, 10), window(12, 20)])
        page = url("call_extend", call.slug)
        assert log_in(owner).get(page).status_code == 403
        log_in(calling.officer())
        assert page in client.get(url("call", call.slug)).content.decode()
        given = {"number": 1, "closes_at": "2026-12-03T18:00", "reason": "Il sito era fermo."}
        late = client.post(page, given | {"closes_at": "2026-12-30T18:00"})
        assert "The next session opens on" in text_of(late)
        assert "Il sito era fermo." in text_of(client.post(page, given, follow=True))

    def test_accessibility_is_judged_before_admission(self, client, log_in, owner):
        data = calling.DATA | {"match_cap_cents": 500_000, "accessible_match_cap_cents": 560_000}
        application = calling.application(
            owner, call=calling.call(rule=calling.rule(data=data)), goal_cents=500_000, all_abilities=True,
            accessibility="Senza gradini.",
        )  # fmt: skip
        log_in(calling.officer())
        assert "Open to all abilities?" in text_of(client.get(url("application", application.pk)))
        judge = url("application_judge", application.pk)
        assert "Choose an answer." in text_of(client.post(judge, {"confirmed": "perhaps"}, follow=True))
        decide = client.post(
            url("application_decide", application.pk), {"decision": "admit", "reason": "Sì."}
        )
        assert "Say first whether the project is open" in text_of(decide)
        assert "The municipality has confirmed it." in text_of(
            client.post(judge, {"confirmed": "yes"}, follow=True)
        )
        client.post(url("application_decide", application.pk), {"decision": "admit", "reason": "Sì."})
        application.refresh_from_db()
        assert application.campaign.reservations.get().exposure_cents == 560_000


class TestTheApi:
    def test_an_application_is_written_completed_and_submitted(self, owner):
        call = applying.call()
        project = world.project(owner)
        client = api(owner)
        begun = client.post(
            f"{API}/applications/",
            {"call": call.slug, "project": project.slug, "cost_cents": 1_000_000},
            format="json",
        )
        at = f"{API}/applications/{begun.json()['id']}"
        lacking = client.get(f"{at}/completeness/").json()
        assert [one["step"] for one in lacking if one["problems"]] == [
            "project",
            "cost",
            "plan",
            "logframe",
            "declaration",
        ]
        assert lacking[1]["problems"][0]["code"] == "budget_empty"
        refused = client.post(f"{at}/submit/")
        assert (refused.status_code, refused.json()["code"]) == (400, "several")
        client.put(f"{at}/", {"motivation": "Serve.", "plan": "Corsi.", "project_months": 6}, format="json")
        budget = [
            {"kind": "goods", "label": "Terra", "amount_cents": 970_000},
            {"kind": "fees", "label": "Commissioni", "amount_cents": 30_000},
        ]
        assert client.put(f"{at}/budget/", {"lines": budget}, format="json").json() == {"lines": budget}
        plan = [
            {"month": month, "kind": kind, "amount_cents": 5}
            for month in range(1, 13)
            for kind in ("earned", "staff")
        ]
        assert client.put(f"{at}/plan/", {"lines": plan}, format="json").json() == {"lines": plan}
        measure = {"name": "Persone", "unit": "persone", "target": "12", "due_on": "2027-12-31"}
        levels = ("goal", "purpose", "output", "activity")
        rungs = [
            {"level": level, "text": level, "indicators": [measure] if level == "purpose" else []}
            for level in levels
        ]
        written = client.put(f"{at}/logframe/", {"rungs": rungs}, format="json").json()
        assert written["rungs"][1]["indicators"][0]["target"] == "12.00"
        client.post(f"{at}/declare/")
        done = client.post(f"{at}/submit/")
        assert (done.status_code, done.json()["status"]) == (200, "submitted")
        late = client.put(f"{at}/plan/", {"lines": []}, format="json")
        assert (late.status_code, late.json()["code"]) == (409, "application_submitted")
        assert PlanLine.objects.count() == 24
        assert client.get(f"{at}/plan/").json() == {"lines": plan}
        assert Application.objects.get().motivation == "Serve."

    @pytest.mark.parametrize(
        ("part", "body", "field"),
        [
            ("plan", {"lines": [{"month": 1, "kind": "earned", "amount_cents": 5}] * 2}, "lines.1.month"),
            (
                "plan",
                {"lines": [{"month": 1, "kind": "earned", "amount_cents": "x"}]},
                "lines.0.amount_cents",
            ),
            ("plan", {"lines": [{"month": 61, "kind": "earned", "amount_cents": 5}]}, "lines.0.month"),
            (
                "budget",
                {"lines": [{"kind": "goods", "label": "a", "amount_cents": -1}]},
                "lines.0.amount_cents",
            ),
            (
                "logframe",
                {
                    "rungs": [
                        {
                            "level": "goal",
                            "text": "g",
                            "indicators": [{"name": "n", "target": "1", "due_on": "2027-01-01"}],
                        }
                    ]
                },
                "rungs.0.indicators.0.unit",
            ),
        ],
    )
    def test_wrong_parts_come_back_at_their_field_and_change_nothing(self, owner, part, body, field):
        draft = applying.complete(owner)
        tables = ("campaigns_planline", "calls_costline", "campaigns_indicator", "campaigns_logframeentry")
        before = world.rows(*tables)
        answer = api(owner).put(f"{API}/applications/{draft.pk}/{part}/", body, format="json")
        assert (answer.status_code, answer.json()["field"]) == (400, field)
        assert world.rows(*tables) == before

    def test_nobody_elses_parts(self, owner):
        draft = applying.complete(owner)
        at = f"{API}/applications/{draft.pk}"
        assert api(world.person()).get(f"{at}/plan/").status_code == 404
        accountant = calling.member(draft.project.organisation, TeamRole.ACCOUNTANT)
        assert api(accountant).get(f"{at}/plan/").status_code == 200
        assert api(accountant).put(f"{at}/plan/", {"lines": []}, format="json").status_code == 403

    def test_an_officer_writes_publishes_and_extends_a_call(self, owner):
        officer = calling.officer()
        client = api(officer)
        body = {
            "programme": calling.programme().slug,
            "rule": calling.rule().pk,
            "title": "Bando",
            "summary": "s",
            "text": "t",
            "pot_cents": 60_000_000,
            "opens_at": "2026-11-21T12:00:00Z",
            "closes_at": "2026-12-20T12:00:00Z",
            "themes": ["green", "food"],
            "asks": ["plan"],
            "sessions": [
                {"opens_at": "2026-11-21T12:00:00Z", "closes_at": "2026-12-01T12:00:00Z"},
                {"opens_at": "2026-11-30T12:00:00Z", "closes_at": "2026-12-20T12:00:00Z"},
            ],
        }
        assert api(owner).post(f"{API}/calls/", body, format="json").status_code == 403
        wrong = client.post(f"{API}/calls/", body, format="json")
        assert (wrong.status_code, wrong.json()["field"]) == (400, "sessions.1.opens_at")
        assert client.post(f"{API}/calls/", body | {"pot_cents": -1}, format="json").status_code == 400
        assert not Call.objects.exists()
        body["sessions"][1]["opens_at"] = "2026-12-02T12:00:00Z"
        made = client.post(f"{API}/calls/", body, format="json").json()
        assert [one["number"] for one in made["sessions"]] == [1, 2]
        at = f"{API}/calls/{made['slug']}"
        changed = client.put(f"{at}/", body | {"themes": []}, format="json").json()
        assert changed["themes"] == []
        assert client.post(f"{at}/publish/").json()["status"] == "proposed"
        calling.approve_fund_change(
            change=Call.objects.get().fund_changes.get(), by=calling.approver(), now=NOW
        )
        assert client.put(f"{at}/", body, format="json").json()["code"] == "call_published"
        more = {"closes_at": "2026-12-22T12:00:00Z", "reason": "Neve.", "number": 2}
        assert client.post(f"{at}/extend/", more, format="json").json()["closes_at"].startswith("2026-12-22")
        assert client.post(f"{at}/close/").json()["code"] == "window_open"

    def test_an_officer_judges_accessibility(self, owner):
        application = calling.application(owner, all_abilities=True, accessibility="Senza gradini.")
        at = f"{API}/applications/{application.pk}/judge/"
        assert api(owner).post(at, {"confirmed": True}, format="json").status_code == 403
        judged = api(calling.officer()).post(at, {"confirmed": True}, format="json")
        assert judged.json()["all_abilities_confirmed"] is True
