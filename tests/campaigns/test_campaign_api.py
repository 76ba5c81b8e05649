"""The API of campaigns and projects: what it shows, to whom, and what it lets whom do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import issue_token
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Project, Update
from crowdfund.kit import clock
from tests.campaigns.team import STORY, TOMORROW, cast, snapshot
from tests.world import NOW, campaign, neighbourhood, project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with clock.moved(NOW - clock.real_now()):
        yield


def send(method: str, address: str, user: User | None = None, body: Any = None) -> Any:
    """Send JSON as a person with a token, or as nobody."""
    token = user and issue_token(user=user, label="test", second_factor=True, by=user, now=NOW)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return getattr(Client(), method)(address, body, content_type="application/json", headers=headers)


def test_the_list_filters_searches_and_pages(django_assert_num_queries: Any) -> None:
    for n in range(5):
        campaign(project=project(title=f"Teatro {n}"), pledged_cents=n * 1000)
    campaign(project=project(title="Forno", neighbourhood=neighbourhood("Corvetto")))
    campaign(status=CampaignStatus.DRAFT, opens_at=None, deadline=None)
    client = Client()
    with django_assert_num_queries(2):
        answer = client.get("/api/v1/campaigns/", {"q": "teatri", "limit": 2}).json()
    assert [row["title"] for row in answer["results"]] == ["Teatro 4", "Teatro 3"]
    assert answer["previous"] is None
    second = client.get(answer["next"]).json()
    assert [row["title"] for row in second["results"]] == ["Teatro 2", "Teatro 1"]
    last = client.get(second["next"]).json()
    assert [row["title"] for row in last["results"]] == ["Teatro 0"]
    assert last["next"] is None
    assert last["previous"] is not None
    rows = client.get("/api/v1/campaigns/", {"neighbourhood": "corvetto"}).json()["results"]
    assert [row["title"] for row in rows] == ["Forno"]
    assert rows[0]["goal_cents"] == 400_000
    assert rows[0]["picture_url"].startswith("/static/pictures/")
    assert len(client.get("/api/v1/campaigns/").json()["results"]) == 6


@pytest.mark.parametrize(
    "query", ["q=a%00b", "limit=x", "limit=99999", "offset=-1", "sort=x&state=x&theme=x", "ending=1"]
)
def test_nonsense_in_the_list_is_no_error(query: str) -> None:
    assert Client().get(f"/api/v1/campaigns/?{query}").status_code == 200


def test_the_detail_carries_all_its_parts() -> None:
    it = cast(CampaignStatus.LIVE)
    it.campaign.milestones.create(title="Terra", due_on=TOMORROW, share_percent=100)
    Update.objects.create(campaign=it.campaign, title="Via", text="Si parte.", posted_at=NOW)
    body = Client().get(f"/api/v1/campaigns/{it.campaign.slug}/").json()
    assert [line["amount_cents"] for line in body["budget"]] == [970_000, 30_000]
    assert body["milestones"][0]["due_on"] == TOMORROW.isoformat()
    assert [update["title"] for update in body["updates"]] == ["Via"]
    assert (body["organisation"], body["project"]) == (it.project.organisation.name, it.project.slug)
    assert dt.datetime.fromisoformat(body["deadline"]) == it.campaign.deadline


@pytest.mark.parametrize("who", ["owner", "accountant", "officer", "stranger", None])
def test_a_draft_is_told_to_its_team_and_the_city_alone(who: str | None) -> None:
    it = cast()
    user = it.who(who) if who else None
    wanted = 404 if who in {"stranger", None} else 200
    assert send("get", f"/api/v1/campaigns/{it.campaign.slug}/", user).status_code == wanted
    assert send("get", f"/api/v1/projects/{it.project.slug}/", user).status_code == wanted


BUDGET = {
    "lines": [
        {"kind": "goods", "label": "Terra", "amount_cents": 970_000},
        {"kind": "fees", "label": "Commissioni", "amount_cents": 30_000},
    ]
}
WRITERS = {"owner", "editor"}
# method, address, body, status of the campaign, who may, status of the answer
WRITES: list[tuple[str, str, Any, str, set[str], int]] = [
    ("patch", "", {"goal_cents": 300_000}, "draft", WRITERS, 200),
    ("put", "budget/", BUDGET, "draft", WRITERS, 200),
    ("post", "rewards/", {"title": "Dono", "min_cents": 1_000}, "draft", WRITERS, 201),
    ("post", "updates/", {"title": "Via", "text": "Si parte."}, "live", WRITERS, 201),
    ("post", "submit/", None, "draft", WRITERS, 200),
    ("post", "send-back/", {"reason": "Manca un preventivo"}, "review", {"officer"}, 200),
    ("post", "approve/", None, "review", {"officer"}, 200),
    ("post", "launch/", {}, "approved", {"owner"}, 200),
    ("post", "cancel/", {"reason": "Terreno negato"}, "live", {"owner", "officer"}, 200),
]


@pytest.mark.parametrize("who", ["owner", "editor", "accountant", "stranger", "officer", "approver", None])
@pytest.mark.parametrize(
    ("method", "path", "body", "status", "may", "done"), WRITES, ids=[row[0] + " " + row[1] for row in WRITES]
)
def test_only_those_who_may_write(
    method: str, path: str, body: Any, status: str, may: set[str], done: int, who: str | None
) -> None:
    it = cast(status)
    before = snapshot()
    answer = send(method, f"/api/v1/campaigns/{it.campaign.slug}/{path}", it.who(who) if who else None, body)
    if who in may:
        assert answer.status_code == done, answer.content
        assert snapshot() != before
    else:
        hidden = status in {"draft", "review", "approved"} and who == "stranger"
        assert answer.status_code == (401 if who is None else 404 if hidden else 403)
        assert snapshot() == before


def test_what_is_refused_says_why_and_where() -> None:
    it = cast(CampaignStatus.APPROVED)
    address = f"/api/v1/campaigns/{it.campaign.slug}/"
    before = snapshot()
    answer = send("post", address + "launch/", it.owner, {"deadline": (NOW - dt.timedelta(1)).isoformat()})
    assert answer.status_code == 400
    body = answer.json()
    assert (body["code"], body["field"]) == ("deadline_past", "deadline")
    answer = send("put", address + "budget/", it.owner, {"lines": []})
    assert answer.status_code == 409
    assert answer.json()["code"] == "not_a_draft"
    nonsense: tuple[Any, ...] = ({"lines": "x"}, {"lines": [{"kind": "goods"}]}, [], {})
    for wrong in nonsense:
        assert send("put", address + "budget/", it.owner, wrong).status_code == 400
    assert snapshot() == before


def test_the_frameworks_refusals_speak_like_ours() -> None:
    it = cast()
    address = f"/api/v1/campaigns/{it.campaign.slug}/"
    lines = [{"kind": "goods", "label": "", "amount_cents": 0}]
    body = send("put", address + "budget/", it.owner, {"lines": lines}).json()
    assert (body["code"], body["field"]) == ("blank", "lines.0.label")
    assert [problem["field"] for problem in body["problems"]] == ["lines.0.label", "lines.0.amount_cents"]
    assert body["detail"] == body["problems"][0]["detail"]
    for user, path, code in (
        (None, address + "submit/", "not_authenticated"),
        (it.owner, address + "x/", None),
    ):
        answer = send("post", path, user)
        assert (answer.json()["code"] if code else answer.status_code) == (code or 404)
    hidden = send("get", address, None).json()
    assert (hidden["code"], hidden["field"]) == ("not_found", None)
    assert send("put", address, it.owner, {}).json()["code"] == "method_not_allowed"
    assert send("put", address + "budget/", it.owner, []).json()["field"] is None


def test_everything_missing_is_told_at_the_hand_in() -> None:
    it = cast()
    it.campaign.budget_lines.all().delete()
    Project.objects.update(picture="", picture_alt="100 % orto")
    answer = send("post", f"/api/v1/campaigns/{it.campaign.slug}/submit/", it.owner)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_ready")
    problems = [(problem["code"], problem["field"]) for problem in answer.json()["problems"]]
    assert problems == [("picture_missing", "picture"), ("budget_empty", "lines")]
    assert Campaign.objects.get().status == CampaignStatus.DRAFT


def test_projects_are_listed_begun_and_changed() -> None:
    it = cast(CampaignStatus.LIVE)
    hidden = cast()
    rows = Client().get("/api/v1/projects/").json()["results"]
    assert [row["slug"] for row in rows] == [it.project.slug]
    assert Client().get("/api/v1/projects/", {"theme": "food"}).json()["results"] == []
    new = {
        "organisation": it.project.organisation.slug,
        "neighbourhood": "barona",
        "theme": "food",
        "title": "Forno di quartiere",
        "summary": "Un forno.",
        "story": STORY,
    }
    for user, status in ((None, 401), (it.stranger, 403), (it.accountant, 403), (it.editor, 201)):
        assert send("post", "/api/v1/projects/", user, new).status_code == status
    assert Project.objects.filter(title="Forno di quartiere").count() == 1
    address = "/api/v1/projects/forno-di-quartiere/"
    assert send("patch", address, it.editor, {"title": "Forno"}).json()["title"] == "Forno"
    assert send("patch", address, hidden.owner, {"title": "Mio"}).status_code == 404
    assert (
        send("patch", f"/api/v1/projects/{it.project.slug}/", hidden.owner, {"title": "Mio"}).status_code
        == 403
    )
    assert send("patch", address, it.editor, {"theme": "war"}).status_code == 400
    assert Project.objects.get(slug="forno-di-quartiere").title == "Forno"


def test_neighbourhoods_tell_what_happens_there(django_assert_max_num_queries: Any) -> None:
    campaign(pledged_cents=500)
    neighbourhood("Corvetto")
    with django_assert_max_num_queries(1):
        rows = Client().get("/api/v1/neighbourhoods/").json()["results"]
    assert [(row["name"], row["campaigns"], row["pledged_cents"]) for row in rows] == [
        ("Barona", 1, 500),
        ("Corvetto", 0, 0),
    ]


def test_the_schema_has_no_warnings(capsys: Any, tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_the_page_of_the_api_shows_every_operation_and_no_script_of_others() -> None:
    from crowdfund.api_docs import groups

    answer = Client().get(reverse("api_docs"))
    text = answer.content.decode()
    assert answer.status_code == 200
    operations = [operation for group in groups() for operation in group.operations]
    paths = {(operation.method, operation.path) for operation in operations}
    assert ("PUT", "/api/v1/campaigns/{slug}/budget/") in paths
    assert all(f'id="{operation.anchor}"' in text for operation in operations)
    budget = next(o for o in operations if (o.method, o.path) == ("PUT", "/api/v1/campaigns/{slug}/budget/"))
    assert '"amount_cents": 1' in budget.asks
    assert budget.needs_login
    assert not next(o for o in operations if o.path == "/api/v1/neighbourhoods/").needs_login
