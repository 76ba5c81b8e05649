"""The pages and the API of needs and proposals: read, done, refused, and how many queries they take."""

from __future__ import annotations

import dataclasses

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from campaigns.codesign import services
from campaigns.codesign.apps import needs_task
from campaigns.codesign.models import Decision, Need, NeedSupport, Proposal
from campaigns.models import Project
from crowdfund.kit import desk
from tests import world
from tests.campaigns.codesign_rows import FIRST, NOW, need, proposal

pytestmark = pytest.mark.django_db


def at(name, *args):
    """An address in English: the words of the tests are the sources."""
    with translation.override("en"):
        return reverse(name, args=args)


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def login(client, person):
    client.force_login(person)
    return person


def need_data(**fields):
    return {
        "title": "Una fontanella",
        "neighbourhood": world.neighbourhood().slug,
        "theme": "green",
        "place": "",
        "text": "",
    } | fields


# --- needs


def test_the_list_finds_filters_and_says_nothing_found(client):
    shown, other = need("Panchine rotte"), need("Un campo da basket", theme="sport")
    text = page(client, at("needs"))
    assert shown.title in text
    assert other.title in text
    text = page(client, at("needs") + "?q=panchina&theme=green")
    assert shown.title in text
    assert other.title not in text
    assert "Nothing found" in page(client, at("needs") + "?q=piscina")
    assert shown.title in page(client, at("needs") + "?theme=nonsense&neighbourhood=nowhere&page=99")


def test_the_list_takes_as_many_queries_for_many_needs_as_for_one(client, django_assert_max_num_queries):
    animator = world.staff(Role.ANIMATOR)
    for number in range(30):
        need(f"Bisogno {number}", by=animator)
    with django_assert_max_num_queries(4):
        text = page(client, at("needs"))
    assert "page=2" in text


def test_a_guest_reports_in_one_post_and_it_waits(client):
    answer = client.post(at("need_report"), need_data(), follow=True)
    assert "An animator reads it within three days" in answer.content.decode()
    made = Need.objects.get()
    assert made.status == "waiting"
    page(client, at("need", made.slug), 404)
    assert made.title not in page(client, at("needs"))


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"neighbourhood": "x"}, {"theme": ""}, {"title": "a\0"}, {"text": "x" * 4001}]
)
def test_a_wrong_report_is_shown_again_with_what_was_written(client, wrong):
    answer = client.post(at("need_report"), need_data(place="Via Watt") | wrong)
    text = answer.content.decode()
    assert "There is something to correct" in text
    assert "Via Watt" in text
    assert not Need.objects.exists()


def test_a_guest_cannot_pass_for_a_meeting(client):
    client.post(at("need_report"), need_data(source="meeting"))
    assert Need.objects.get().source == "online"


def test_the_reporter_sees_their_need_before_others_do(client):
    login(client, world.person())
    client.post(at("need_report"), need_data())
    made = Need.objects.get()
    assert "waits to be read" in page(client, at("need", made.slug))
    login(client, world.person())
    page(client, at("need", made.slug), 404)


def test_me_too_counts_a_guest_once_and_can_be_taken_back(client):
    shown = need()
    for _ in range(2):
        client.post(at("need_share", shown.slug), {"wants_news": "0"})
    text = page(client, at("need", shown.slug))
    assert "You share it too." in text
    assert Need.objects.get().supporters == 1
    client.post(at("need_unshare", shown.slug))
    assert Need.objects.get().supporters == 0
    assert "Me too" in page(client, at("need", shown.slug))


def test_reading_a_need_sets_no_cookie(client):
    page(client, at("need", need().slug))
    assert "sessionid" not in client.cookies


def test_a_person_asks_for_news_and_stops_them(client):
    person, shown = login(client, world.person()), need()
    client.post(at("need_share", shown.slug), {"wants_news": "1"})
    assert NeedSupport.objects.get(user=person).wants_news
    assert "Stop the emails" in page(client, at("need", shown.slug))
    client.post(at("need_share", shown.slug), {"wants_news": "0"})
    assert not NeedSupport.objects.get(user=person).wants_news
    assert Need.objects.get().supporters == 1


def test_sharing_by_get_does_nothing(client):
    page(client, at("need_share", need().slug), 405)
    assert not NeedSupport.objects.exists()


def test_the_queue_is_for_animators(client):
    client.post(at("need_report"), need_data(title="<script>alert(1)</script>"))
    made = Need.objects.get()
    assert client.get(at("needs_waiting")).status_code == 302  # to the login
    login(client, world.person())
    page(client, at("needs_waiting"), 403)
    assert client.post(at("need_publish", made.slug)).status_code == 403
    login(client, world.staff(Role.ANIMATOR))
    text = page(client, at("needs_waiting"))
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    client.post(at("need_publish", made.slug))
    assert Need.objects.get().status == "published"
    client.post(at("need_hide", made.slug), {"why": ""})
    assert Need.objects.get().status == "published"
    client.post(at("need_hide", made.slug), {"why": "Prova"})
    assert Need.objects.get().status == "hidden"
    assert "Nothing waits" in page(client, at("needs_waiting"))


def test_the_desk_says_how_many_wait_and_until_when():
    for title in ("Uno", "Due"):
        services.report_need(
            neighbourhood=world.neighbourhood(), theme="green", title=title, by=None, now=NOW
        )
    animator = world.staff(Role.ANIMATOR)
    (task,) = needs_task(animator, NOW)
    assert (task.due_at - NOW).days == 3
    assert task.url == reverse("needs_waiting")
    assert dataclasses.replace(task, kind="codesign") in desk.team_tasks(animator, NOW)
    assert list(needs_task(world.person(), NOW)) == []


# --- proposals


def test_a_proposal_is_started_from_a_need(client):
    shown, other = need("Panchine rotte"), need("Più ombra")
    url = at("proposal_start") + f"?need={shown.slug}"
    assert client.get(url).status_code == 302
    login(client, world.person("Bruna"))
    assert shown.title in page(client, url)
    data = {
        "needs": [shown.pk, other.pk],
        "title": "Cortile",
        "summary": "S",
        "theme": "green",
        "text": FIRST,
    }
    assert "There is something to correct" in client.post(url, data | {"needs": []}).content.decode()
    assert not Proposal.objects.exists()
    client.post(url, data)
    made = Proposal.objects.get()
    assert set(made.needs.all()) == {shown, other}
    text = page(client, at("proposal", made.slug))
    for words in ("Bruna", shown.title, other.title, "Apriamo il cortile."):
        assert words in text
    assert client.get(at("proposal_start")).status_code == 302


def test_the_page_of_a_proposal_takes_few_queries(client, django_assert_max_num_queries):
    made = proposal(need(), need("Più ombra"))
    for number in range(1, 12):
        services.write_version(
            proposal=made, text=f"Testo {number}", based_on=number, by=world.person(f"P{number}"), now=NOW
        )
    with django_assert_max_num_queries(4):
        page(client, at("proposal", made.slug))
    with django_assert_max_num_queries(3):
        page(client, at("proposals"))


def test_a_concurrent_edit_is_shown_beside_the_other_and_can_be_saved_after(client):
    made = proposal()
    login(client, world.person("Carlo"))
    assert 'name="based_on" value="1"' in page(client, at("proposal_edit", made.slug))
    services.write_version(proposal=made, text="Testo di Dora", based_on=1, by=world.person("Dora"), now=NOW)
    answer = client.post(at("proposal_edit", made.slug), {"text": "Testo di Carlo", "based_on": "1"})
    text = answer.content.decode()
    assert "saved meanwhile by Dora" in text
    assert "Testo di Dora" in text
    assert "Testo di Carlo</textarea>" in text
    assert 'name="based_on" value="2"' in text
    assert made.versions.count() == 2
    client.post(at("proposal_edit", made.slug), {"text": "Testo di Carlo", "based_on": "2"})
    assert made.versions.count() == 3
    assert "<del>" in page(client, at("proposal_version", made.slug, 3))


def test_what_people_write_is_escaped_in_the_differences(client):
    made = proposal(text="<b>uno</b>")
    services.write_version(
        proposal=made, text="<img src=x onerror=y>", based_on=1, by=world.person(), now=NOW
    )
    text = page(client, at("proposal_version", made.slug, 2)) + page(client, at("proposal", made.slug))
    assert "<img src=x" not in text
    assert "<b>uno" not in text
    page(client, at("proposal_version", made.slug, 99999999999999999999), 404)


@pytest.mark.parametrize("name", ["proposal_decide", "proposal_drop", "proposal_adopt"])
def test_the_deeds_of_moderators_are_refused_to_others(client, name):
    made = proposal()
    login(client, world.person())
    page(client, at(name, made.slug), 403)
    answer = client.post(at(name, made.slug), {"text": "x", "reason": "y", "why": "z", "organisation": "1"})
    assert answer.status_code == 403
    assert not Decision.objects.exists()
    assert Proposal.objects.get().status == "open"


def test_an_animator_decides_and_makes_the_project(client):
    made, organisation = proposal(), world.organisation()
    login(client, world.staff(Role.ANIMATOR))
    client.post(at("proposal_decide", made.slug), {"text": "Due giorni", "reason": "Pochi volontari"})
    assert "Pochi volontari" in page(client, at("proposal", made.slug))
    client.post(at("proposal_adopt", made.slug), {"organisation": organisation.pk})
    project = Project.objects.get()
    text = page(client, at("proposal", made.slug))
    assert project.get_absolute_url() or text
    assert "Write on" not in text
    assert client.get(at("proposal_edit", made.slug)).status_code == 302
    assert made.title in page(client, at("proposals") + "?status=adopted")


def test_a_dropped_proposal_leaves_the_list_and_says_why(client):
    made = proposal()
    login(client, world.staff(Role.ANIMATOR))
    client.post(at("proposal_drop", made.slug), {"why": "Doppione"})
    assert made.title not in page(client, at("proposals"))
    assert "Doppione" in page(client, at("proposal", made.slug))


def test_the_chain_tag_links_every_link(django_assert_num_queries):
    one = need()
    made = proposal(one)
    project = services.adopt_proposal(
        proposal=made, organisation=world.organisation(), by=world.staff(Role.ANIMATOR), now=NOW
    )
    live = world.campaign(project=project)
    template = Template("{% load codesign %}{% project_chain project %}")
    with translation.override("en"), django_assert_num_queries(4):
        text = template.render(Context({"project": project}))
        urls = [link.get_absolute_url() for link in (one, made)] + [
            project.get_absolute_url(),
            live.get_absolute_url(),
        ]
        assert all(f'href="{url}"' in text for url in urls)
    empty = template.render(Context({"project": world.project()}))
    assert "href" not in empty


def test_the_needs_tag_shows_the_most_shared_of_a_neighbourhood():
    need("Poco"), need("Tanto")
    Need.objects.filter(title="Tanto").update(supporters=9)
    text = Template("{% load codesign %}{% needs_of_neighbourhood place 1 %}").render(
        Context({"place": world.neighbourhood()})
    )
    assert "Tanto" in text
    assert "Poco" not in text


# --- API


def test_the_api_reports_and_lists_needs(client):
    answer = client.post("/api/v1/needs/", need_data(), "application/json")
    assert (answer.status_code, answer.json()["status"]) == (201, "waiting")
    assert client.get("/api/v1/needs/").json()["count"] == 0
    shown = need("Panchine rotte")
    assert [row["slug"] for row in client.get("/api/v1/needs/?q=panchina").json()["results"]] == [shown.slug]
    assert client.get(f"/api/v1/needs/{shown.slug}/").json()["supporters"] == 0
    assert client.get("/api/v1/needs/una-fontanella/").status_code == 404
    meeting = client.post("/api/v1/needs/", need_data(source="meeting"), "application/json")
    assert (meeting.status_code, meeting.json()["code"]) == (403, "not_allowed")
    assert client.post("/api/v1/needs/", need_data(theme="x"), "application/json").status_code == 400
    assert Need.objects.count() == 2


def test_the_api_shares_as_a_person_only(client):
    url = f"/api/v1/needs/{need().slug}/share/"
    assert client.post(url, {}, "application/json").status_code in {401, 403}
    login(client, world.person())
    answer = client.post(url, {"wants_news": True}, "application/json").json()
    assert answer == {"shared": True, "wants_news": True, "supporters": 1}
    assert client.delete(url).json()["supporters"] == 0


def test_the_api_walks_from_a_proposal_to_a_project(client):
    shown, organisation = need(), world.organisation()
    data = {
        "needs": [shown.slug],
        "neighbourhood": shown.neighbourhood.slug,
        "theme": "green",
        "title": "Cortile",
        "summary": "S",
        "text": "Uno",
    }
    assert client.post("/api/v1/proposals/", data, "application/json").status_code in {401, 403}
    login(client, world.person("Bruna"))
    made = client.post("/api/v1/proposals/", data, "application/json").json()
    assert (made["version"], made["contributors"], made["needs"][0]["slug"]) == (1, ["Bruna"], shown.slug)
    url = f"/api/v1/proposals/{made['slug']}/"
    new = {"text": "Due", "based_on": 1}
    assert client.post(f"{url}versions/", new, "application/json").json()["number"] == 2
    stale = client.post(f"{url}versions/", new | {"text": "Tre"}, "application/json")
    assert (stale.status_code, stale.json()["code"], stale.json()["field"]) == (409, "newer_version", "text")
    assert [row["number"] for row in client.get(f"{url}versions/").json()["results"]] == [2, 1]
    adoption = {"organisation": organisation.slug}
    assert client.post(f"{url}adopt/", adoption, "application/json").status_code == 403
    login(client, world.staff(Role.ANIMATOR))
    decision = {"text": "Sì", "reason": "Perché sì"}
    assert client.post(f"{url}decisions/", decision, "application/json").status_code == 201
    project = client.post(f"{url}adopt/", adoption, "application/json").json()["project"]
    chain = client.get(f"/api/v1/projects/{project}/chain/").json()
    assert [row["slug"] for row in chain["needs"]] == [shown.slug]
    assert (chain["proposal"], chain["contributors"], chain["project"]) == (made["slug"], ["Bruna"], project)
    assert client.get("/api/v1/proposals/").json()["results"][0]["project"] == project
    assert client.get(url).json()["decisions"][0]["reason"] == "Perché sì"


def test_the_chain_of_a_project_nobody_may_see_yet_is_not_told(client):
    hidden = world.campaign(status="draft").project
    assert client.get(f"/api/v1/projects/{hidden.slug}/chain/").status_code == 404
