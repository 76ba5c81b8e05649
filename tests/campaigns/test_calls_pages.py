import html
import json
import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.enums import Role, TeamRole
from accounts.notices.models import Notice
from accounts.notices.services import render
from campaigns.calls.models import Application, Call, MatchRule, Programme
from campaigns.calls.services.decisions import (
    admit_application,
    mark_eligible_not_funded,
    reject_application,
)
from crowdfund.kit import clock
from tests import world
from tests.campaigns import calling
from tests.world import NOW

pytestmark = pytest.mark.django_db


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


def text_of(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def admitted(owner, call):
    application = calling.application(owner, call=call)
    return admit_application(application=application, reason="Porta servizi.", by=calling.officer(), now=NOW)


def test_a_programme_shows_its_sheet_its_ladder_and_its_calls(client):
    call = calling.call()
    programme = call.programme
    with override("en"):
        answer = client.get(programme.get_absolute_url())
    words = text_of(answer)
    for shown in (
        "Milano",
        "MI9.9.9.z",
        "Comune di Milano",
        "1 January 2026",
        "31 December 2029",
        call.title,
    ):
        assert shown in words
    assert "10,000,000" in words  # programmed, out of the ledger
    assert client.get(reverse("programmes")).status_code == 200
    assert client.get(reverse("programme", args=["altro"])).status_code == 404


def test_a_call_tells_its_rule_in_words_and_as_data_and_its_ranking(client, owner):
    call = calling.call(cost_max_cents=8_000_000, excluded_neighbourhoods=[world.neighbourhood("Centro")])
    application = admitted(owner, call)
    hidden = reject_application(
        application=calling.application(owner, call=call),
        reason="Piano debole.",
        by=calling.officer(),
        now=NOW,
    )
    with override("en"):
        answer = client.get(call.get_absolute_url())
    words = text_of(answer)
    assert "Then the city adds 60% of the cost, up to €60,000." in words
    assert "Not for projects in Centro." in words
    assert "Apply with your project" in words
    assert application.project.title in words
    assert "Porta servizi." in words
    assert hidden.project.title not in words
    data = answer.content.decode().split("<code>")[1].split("</code>")[0].replace("&quot;", '"')
    assert json.loads(data)["match_cap_cents"] == 6_000_000


def test_a_draft_call_is_seen_by_the_desk_alone(client, log_in, owner):
    call = calling.call(published=False)
    url = call.get_absolute_url()
    assert client.get(url).status_code == 404
    assert call.title not in text_of(client.get(reverse("calls")))
    assert log_in(owner).get(url).status_code == 404
    assert client.get(reverse("application_new", args=[call.slug])).status_code == 404
    assert log_in(world.staff(Role.AUDITOR)).get(url).status_code == 200


def test_public_pages_ask_few_questions_of_the_database(client, owner, django_assert_max_num_queries):
    """Whatever their length: two calls and applications, then six."""

    def counted(url):
        with django_assert_max_num_queries(14) as context:
            assert client.get(url).status_code == 200
        return len(context)

    def fill(times):
        for number in range(times):
            call = calling.call(title=f"Bando {number}", excluded_neighbourhoods=[world.neighbourhood()])
            places = world.neighbourhood("Corvetto")
            calling.application(owner, call=call, project=world.project(owner, neighbourhood=places))
        first = Call.objects.order_by("pk").first()
        for _time in range(times):
            project = world.project(owner, neighbourhood=world.neighbourhood("Corvetto"))
            application = calling.application(owner, call=first, project=project)
            admit_application(application=application, reason="Sì.", by=calling.officer(), now=NOW)
        return [
            reverse("programmes"),
            first.programme.get_absolute_url(),
            reverse("calls"),
            first.get_absolute_url(),
            reverse("api_programme-list"),
            reverse("api_call-list"),
            reverse("api_match_rule-list"),
        ]

    before = [counted(url) for url in fill(2)]
    after = [counted(url) for url in fill(4)]
    assert after == before


def test_a_team_applies_from_preview_to_submission(client, log_in, owner):
    call = calling.call()
    project = world.project(owner)
    log_in(owner)
    with override("en"):
        url = reverse("application_new", args=[call.slug])
    given = {"project": project.pk, "cost_cents": "15.000"}
    preview = client.post(url, given | {"preview": "1"})
    words = text_of(preview)
    assert "Goal asked of the crowd €6,000.00" in words
    assert "Match when the goal is reached, at most €9,000.00" in words
    assert not Application.objects.exists()
    saved = client.post(url, given, follow=True)
    assert "Say why this project, and for whom." in text_of(saved)
    application = Application.objects.get()
    assert (application.cost_cents, application.created_by) == (1_500_000, owner)
    with override("en"):
        edit, submit = (
            reverse(name, args=[application.pk]) for name in ("application_edit", "application_submit")
        )
        first, plan = (
            reverse("application_step", args=[application.pk, step]) for step in ("project", "plan")
        )
    assert client.get(edit).url == first
    client.post(first, {"motivation": "Serve."})
    refused = client.post(submit, follow=True)
    assert "Say how the project will stand" in text_of(refused)
    assert client.get(edit).url == plan
    client.post(plan, {"plan": "Corsi.", "later": "1"})
    done = client.post(submit, follow=True)
    assert "Your application is in." in text_of(done)
    application.refresh_from_db()
    assert (application.status, application.motivation) == ("submitted", "Serve.")
    assert client.get(edit).url == application.get_absolute_url()
    assert client.post(first, {"motivation": "Altro."}).status_code == 404
    with override("en"):
        withdraw = reverse("application_withdraw", args=[application.pk])
    assert client.get(withdraw).status_code == 200
    client.post(withdraw)
    application.refresh_from_db()
    assert (application.status, application.motivation) == ("withdrawn", "Serve.")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"cost_cents": "1.250,5,0"}, "Write the amount like 25 or 25,50."),
        ({"cost_cents": "100.000"}, "This call is for projects that cost at most €80,000."),
        (
            {"cost_cents": "10.000", "goal_cents": "1.000"},
            "can't be below what the rule asks of residents: €4,000.",
        ),
        ({"cost_cents": "diecimila"}, "Write the amount like 25 or 25,50."),
    ],
)
def test_a_wrong_application_says_so_at_its_field_and_changes_nothing(client, log_in, owner, given, shown):
    call = calling.call(cost_max_cents=8_000_000)
    project = world.project(owner)
    with override("en"):
        url = reverse("application_new", args=[call.slug])
    answer = log_in(owner).post(url, {"project": project.pk} | given)
    assert shown in text_of(answer)
    assert not Application.objects.exists()


def test_nobody_applies_with_anothers_project(client, log_in, owner):
    call = calling.call()
    theirs = world.project(owner)
    other = world.person()
    world.project(other)
    url = reverse("application_new", args=[call.slug])
    answer = log_in(other).post(url, {"project": theirs.pk, "cost_cents": "10.000"})
    assert answer.status_code == 200
    assert not Application.objects.exists()
    client.logout()
    assert client.get(url).status_code == 302


def test_an_application_is_shown_to_its_team_and_to_the_desk_once_submitted(log_in, owner):
    project = world.project(owner)
    draft = calling.application(owner, project=project, submitted=False)
    url = draft.get_absolute_url()
    accountant = calling.member(project.organisation, TeamRole.ACCOUNTANT)
    assert log_in(owner).get(url).status_code == 200
    assert log_in(accountant).get(url).status_code == 200
    assert log_in(world.person()).get(url).status_code == 404
    assert log_in(calling.officer()).get(url).status_code == 404
    submitted = calling.application(owner, call=draft.call).get_absolute_url()
    assert log_in(calling.officer()).get(submitted).status_code == 200
    assert log_in(world.person()).get(submitted).status_code == 404


def test_an_officer_decides_on_the_page(client, log_in, owner):
    application = calling.application(owner)
    decide = reverse("application_decide", args=[application.pk])
    log_in(calling.officer())
    listed = client.get(reverse("officer_applications"))
    assert application.project.title in text_of(listed)
    assert client.post(decide, {"decision": "admit", "reason": " "}).status_code == 200
    assert Application.objects.get().status == "submitted"
    client.post(decide, {"decision": "admit", "reason": "Porta servizi."})
    application.refresh_from_db()
    assert (application.status, application.decision_reason) == ("admitted", "Porta servizi.")
    assert client.get(reverse("officer_applications") + "?status=admitted").status_code == 200
    assert client.get(application.get_absolute_url()).status_code == 200


def test_a_pot_too_small_is_said_on_the_decision_form(log_in, owner):
    application = calling.application(owner, call=calling.call(pot_cents=100))
    with override("en"):
        decide = reverse("application_decide", args=[application.pk])
    answer = log_in(calling.officer()).post(decide, {"decision": "admit", "reason": "Porta servizi."})
    assert "The pot of this call can't carry this project's match any more." in text_of(answer)
    assert "Porta servizi." in answer.content.decode()
    assert Application.objects.get().status == "submitted"


def test_a_team_does_not_decide(log_in, owner):
    application = calling.application(owner)
    decide = reverse("application_decide", args=[application.pk])
    log_in(owner).post(decide, {"decision": "admit", "reason": "Siamo bravi."})
    assert Application.objects.get().status == "submitted"


OFFICE = ["officer_calls", "officer_applications", "rules", "call_new", "programme_new"]


@pytest.mark.parametrize("name", OFFICE)
def test_the_officers_pages_are_for_the_desk(client, log_in, owner, name):
    url = reverse(name)
    assert client.get(url).status_code == 302
    assert log_in(owner).get(url).status_code == 403
    assert log_in(calling.officer()).get(url).status_code == 200


def test_an_officer_walks_from_programme_to_published_call(client, log_in):
    programme = calling.programme()
    officer = calling.officer()
    log_in(officer)
    with override("en"):
        rule_url, call_url = reverse("rule_new", args=["threshold_share"]), reverse("call_new")
    numbers = {"crowd_threshold_percent": 40, "match_share_percent": 60, "match_cap_cents": "60.000"}
    beside = {"name": "Milano 2026", "shortfall": "proceed", "recovery_days": 7, "fee_bearer": "campaign"}
    wrong = client.post(
        rule_url, numbers | beside | {"match_share_percent": 101, "crowd_threshold_percent": 0}
    )
    assert text_of(wrong).count("This must be from 1 to 100.") == 4  # in the summary and at the field
    assert not MatchRule.objects.exists()
    held = {"hold_back_percent": 10, "hold_back_days": 30, "accepts_debit_risk": "on"}
    client.post(rule_url, numbers | beside | held | {"cost_min_cents": "20.000"})
    rule = MatchRule.objects.get()
    assert rule.data == {
        "crowd_threshold_percent": 40,
        "match_share_percent": 60,
        "match_cap_cents": 6_000_000,
        "within_cost": False,
        "fee_bearer": "campaign",
        "cost_min_cents": 2_000_000,
        "hold_back_percent": 10,
        "hold_back_days": 30,
        "accepts_debit_risk": True,
    }
    proposed = client.get(call_url + f"?rule={rule.pk}")
    assert proposed.context["form"].initial["cost_min_cents"] == 2_000_000
    given = {
        "programme": programme.pk,
        "title": "Bando di primavera",
        "summary": "Per progetti di quartiere.",
        "text": "Testo.",
        "rule": rule.pk,
        "pot_cents": "550.000",
        "cost_min_cents": "20.000",
        "cost_max_cents": "10.000",
        "campaign_days": 60,
        "opens_at": "2026-11-20T09:00",
        "closes_at": "2026-11-19T18:00",
        "sessions-TOTAL_FORMS": 0,
        "sessions-INITIAL_FORMS": 0,
    }
    answer = client.post(call_url, given)
    assert "The most is below the least." in text_of(answer)
    assert "Applications can't close before they open." in text_of(answer)
    assert not Call.objects.exists()
    done = client.post(
        call_url, given | {"cost_max_cents": "80.000", "closes_at": "2027-01-31T18:00"}, follow=True
    )
    call = Call.objects.get()
    assert "Publish “Bando di primavera”?" in text_of(done)
    with override("en"):
        publish, edit = reverse("call_publish", args=[call.slug]), reverse("call_edit", args=[call.slug])
    assert client.get(edit).status_code == 200
    client.post(publish)
    call.refresh_from_db()
    assert call.status == "proposed"
    assert client.get(call.get_absolute_url()).status_code == 200
    client.logout()
    assert (
        client.get(call.get_absolute_url()).status_code == 404
    )  # nobody else sees it before its pot is approved
    log_in(calling.approver())
    client.post(reverse("fund_change", args=[call.fund_changes.get().pk]), {"approve": "1"})
    log_in(officer)
    call.refresh_from_db()
    assert (call.status, call.funds.get().free_cents) == ("published", 55_000_000)
    late = client.post(
        edit, given | {"cost_max_cents": "80.000", "closes_at": "2027-01-31T18:00", "title": "Altro"}
    )
    assert "Only a draft is changed" in text_of(late)
    with override("en"):
        close = reverse("call_close", args=[call.slug])
    assert client.get(close).status_code == 200
    client.post(close)
    call.refresh_from_db()
    assert call.status == "published"  # its window is still open


def test_a_rule_in_use_is_not_edited_on_its_page_but_superseded(client, log_in):
    call = calling.call()
    rule = call.rule
    log_in(calling.officer())
    numbers = {"crowd_threshold_percent": 10, "match_share_percent": 90, "fee_bearer": "call"}
    beside = {"shortfall": "refund", "recovery_days": 5}
    with override("en"):
        edit, version = reverse("rule_edit", args=[rule.pk]), reverse("rule_version", args=[rule.pk])
    assert "A published call uses this version" in text_of(client.post(edit, numbers | beside))
    rule.refresh_from_db()
    assert rule.data == calling.DATA
    client.post(version, numbers | beside)
    newer = MatchRule.objects.get(version=2)
    assert newer.data["crowd_threshold_percent"] == 10
    assert newer.name == rule.name
    assert client.get(reverse("rule", args=[newer.pk])).status_code == 200
    assert client.get(reverse("rule", args=[rule.pk])).status_code == 200


@pytest.mark.parametrize("kind", ["threshold_share", "per_pledge", "lump_sum", "quadratic"])
def test_every_kind_of_rule_has_its_form(log_in, kind):
    client = log_in(calling.officer())
    numbers = {
        "threshold_share": {"crowd_threshold_percent": 40, "match_share_percent": 60},
        "per_pledge": {"ratio_percent": 100},
        "lump_sum": {"at_backers": 50, "sum_cents": "5.000"},
        "quadratic": {"match_cap_cents": "5.000"},
    }[kind]
    url = reverse("rule_new", args=[kind])
    assert client.get(url).status_code == 200
    beside = {"name": "Nuova", "shortfall": "proceed", "recovery_days": 7, "fee_bearer": "campaign"}
    client.post(url, numbers | beside)
    assert MatchRule.objects.get().kind == kind
    assert client.get(reverse("rule_new", args=["lottery"])).status_code == 404


def test_an_officer_writes_a_sheet_on_its_page(log_in):
    programme = calling.programme()
    client = log_in(calling.officer())
    with override("en"):
        url = reverse("programme_edit", args=[programme.slug])
    assert client.get(url).status_code == 200
    given = {
        "title": "Nuovo titolo",
        "code": programme.code,
        "city": "Milano",
        "implementing_body": "Comune",
        "starts_on": "2026-01-01",
        "ends_on": "2025-01-01",
        "cup": "B49",
    }
    assert "A CUP is a letter" in text_of(client.post(url, given))
    client.post(url, given | {"cup": "", "ends_on": "2029-01-01", "picture": "pictures/orto.svg"})
    programme = Programme.objects.get()
    assert (programme.title, programme.picture) == ("Nuovo titolo", "pictures/orto.svg")
    assert "orto.svg" in client.get(programme.get_absolute_url()).content.decode()


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_letter_can_be_read_in_both_languages(owner, language):
    owner.language = language
    owner.save(update_fields=["language"])
    officer = calling.officer()
    call = calling.call()
    for deed in (admit_application, reject_application, mark_eligible_not_funded):
        application = calling.application(owner, call=call)
        deed(application=application, reason="Perché <sì>.", by=officer, now=NOW)
    events = set()
    for notice in Notice.objects.all():
        render(notice)
        events.add(notice.event)
        project, path = notice.context["project"], notice.context["action_url"]
        assert project in notice.subject
        assert project in notice.text.splitlines()[0]
        assert path in notice.text
        assert path in notice.html
        assert "{{" not in notice.text + notice.html
        if notice.event != "application_received":
            assert "Perché <sì>." in notice.text
            assert "Perché &lt;sì&gt;." in notice.html
    assert events == {
        "application_received",
        "application_admitted",
        "application_rejected",
        "application_not_funded",
    }
