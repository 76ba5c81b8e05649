import pytest
from rest_framework.test import APIClient

from accounts.services import issue_token
from campaigns.calls.models import Application, MatchRule
from crowdfund.kit import clock
from tests import world
from tests.campaigns import calling
from tests.world import NOW

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture(autouse=True)
def _at_now():
    with clock.moved(NOW - clock.real_now()):
        yield


def api(user=None):
    client = APIClient()
    if user:
        token = issue_token(user=user, label="test", second_factor=True, by=user, now=NOW)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_calls_are_read_with_their_rule_as_data():
    call = calling.call(cost_min_cents=2_000_000, excluded_neighbourhoods=[world.neighbourhood()])
    draft = calling.call(title="Bozza", published=False)
    listed = api().get(f"{API}/calls/").json()
    assert [one["slug"] for one in listed["results"]] == [call.slug]
    one = api().get(f"{API}/calls/{call.slug}/").json()
    assert one["rule"]["crowd_threshold_percent"] == 40
    assert one["rule"]["cost_min_cents"] == 2_000_000
    assert one["rule"]["excluded_zones"] == ["Barona"]
    assert api().get(f"{API}/calls/{draft.slug}/").status_code == 404
    assert api(calling.officer()).get(f"{API}/calls/{draft.slug}/").status_code == 200
    assert api().get(f"{API}/calls/?status=closed").json()["count"] == 0


def test_programmes_are_read_with_their_sheet():
    programme = calling.programme()
    one = api().get(f"{API}/programmes/{programme.slug}/").json()
    assert (one["code"], one["starts_on"]) == ("MI9.9.9.z", "2026-01-01")
    assert api().get(f"{API}/programmes/").json()["count"] == 1
    assert api().get(f"{API}/programmes/{programme.slug}/ladder/").status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("match_share_percent", 0),
        ("match_share_percent", 101),
        ("crowd_threshold_percent", -1),
        ("crowd_threshold_percent", 101),
        ("crowd_threshold_percent", "40"),
        ("match_share_percent", 60.0),
    ],
)
def test_a_share_outside_1_to_100_is_refused(name, value):
    client = api(calling.officer())
    rule = {"name": "R", "kind": "threshold_share", "data": calling.DATA | {name: value}}
    answer = client.post(f"{API}/match-rules/", rule, format="json")
    assert answer.status_code == 400
    assert answer.json()["field"] == name
    assert answer.json()["detail"]
    assert not MatchRule.objects.exists()


def test_every_problem_of_a_rule_comes_back_at_once():
    data = {"crowd_threshold_percent": 0, "match_share_percent": 101, "pot_cents": 5}
    rule = {"name": "R", "kind": "threshold_share", "data": data}
    answer = api(calling.officer()).post(f"{API}/match-rules/", rule, format="json").json()
    assert answer["code"] == "several"
    assert {problem["field"] for problem in answer["problems"]} == set(data)
    odd = api(calling.officer()).post(f"{API}/match-rules/", rule | {"data": [1]}, format="json")
    assert (odd.status_code, odd.json()["code"]) == (400, "not_an_object")


def test_a_rule_in_use_is_superseded_not_edited():
    rule = calling.call().rule
    client = api(calling.officer())
    data = {"data": calling.DATA | {"match_share_percent": 50}}
    answer = client.put(f"{API}/match-rules/{rule.pk}/", data, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "rule_in_use")
    assert client.delete(f"{API}/match-rules/{rule.pk}/").status_code == 405
    made = client.post(f"{API}/match-rules/{rule.pk}/versions/", data, format="json")
    assert (made.status_code, made.json()["version"]) == (201, 2)
    rule.refresh_from_db()
    assert rule.data == calling.DATA
    unused = client.put(f"{API}/match-rules/{made.json()['id']}/", {"data": calling.DATA}, format="json")
    assert unused.json()["data"] == calling.DATA


@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_only_officers_write_rules(who):
    rule = calling.rule()
    client = api(world.person() if who == "stranger" else None)
    given = {"name": "R", "kind": "threshold_share", "data": calling.DATA}
    for answer in (
        client.post(f"{API}/match-rules/", given, format="json"),
        client.put(f"{API}/match-rules/{rule.pk}/", given, format="json"),
        client.post(f"{API}/match-rules/{rule.pk}/versions/", given, format="json"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert MatchRule.objects.count() == 1


def test_a_team_applies_and_an_officer_decides():
    owner = world.person("Owner")
    project = world.project(owner)
    call = calling.call()
    team, desk = api(owner), api(calling.officer())
    given = {"call": call.slug, "project": project.slug, "cost_cents": 1_000_000, "motivation": "Serve."}
    made = team.post(f"{API}/applications/", given, format="json")
    assert made.status_code == 201
    assert [problem["code"] for problem in made.json()["missing"]] == ["plan_missing"]
    url = f"{API}/applications/{made.json()['id']}/"
    assert team.post(f"{url}submit/").json()["code"] == "plan_missing"
    assert desk.get(url).status_code == 404  # a draft is the team's own
    team.put(url, given | {"plan": "Corsi."}, format="json")
    assert team.post(f"{url}submit/").json()["status"] == "submitted"
    assert api().get(f"{API}/applications/").json()["count"] == 0
    assert api(world.person()).get(url).status_code == 404
    assert desk.get(f"{API}/applications/?status=submitted").json()["count"] == 1
    assert team.post(f"{url}admit/", {"reason": "Sì."}, format="json").status_code == 403
    assert desk.post(f"{url}admit/", {"reason": ""}, format="json").status_code == 400
    admitted = desk.post(f"{url}admit/", {"reason": "Sì."}, format="json").json()
    assert (admitted["status"], admitted["decision_reason"]) == ("admitted", "Sì.")
    assert Application.objects.get().campaign.slug == admitted["campaign"]
    again = desk.post(f"{url}reject/", {"reason": "No."}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


def test_a_stranger_applies_with_nobodys_project():
    project = world.project(world.person())
    given = {"call": calling.call().slug, "project": project.slug, "cost_cents": 1_000_000}
    for client in (api(), api(world.person()), api(calling.officer())):
        assert client.post(f"{API}/applications/", given, format="json").status_code == 403
    assert not Application.objects.exists()
