"""The pages: what they find, what they show to whom, and how many queries they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Milestone, Question, Reward, Update
from campaigns.selectors.cards import Wish, campaigns_near_goal, find_campaigns
from campaigns.selectors.desk import officer_tasks
from campaigns.selectors.page import campaign_page
from crowdfund.kit import clock
from tests.campaigns import calling
from tests.campaigns.team import STORY, TOMORROW, cast, picture
from tests.world import NOW, campaign, neighbourhood, organisation, person, project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """Let the clock of the pages stand where the rows stand."""
    with clock.moved(NOW - clock.real_now()):
        yield


def entered(user: User) -> Client:
    client = Client()
    client.force_login(user)
    if user.needs_second_factor:
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp"}]
        session.save()
    return client


def titled(title: str, **fields: Any) -> Campaign:
    place = fields.pop("neighbourhood", None)
    own = {"neighbourhood": place} if place else {}
    return campaign(project=project(title=title, summary="Si fa.", story="Insieme.", **own), **fields)


def found(**wish: Any) -> list[str]:
    return [row.project.title for row in find_campaigns(Wish(**wish), NOW)]


def test_italian_words_are_found_with_and_without_their_accents_and_endings() -> None:
    titled("La città che cura")
    titled("Teatri nuovi")
    for words in ("citta", "città", "CITTÀ", "curare"):
        assert found(q=words) == ["La città che cura"], words
    assert found(q="teatro") == ["Teatri nuovi"]
    assert found(q="teatro -nuovo") == []
    assert set(found(q='"che cura" or teatro')) == {"La città che cura", "Teatri nuovi"}
    assert found(q="zebra") == []


def test_a_neighbourhoods_name_is_found_too() -> None:
    titled("Teatro", neighbourhood=neighbourhood("Corvetto"))
    titled("Forno", neighbourhood=neighbourhood("Gratosoglio"))
    assert found(q="corvetto") == ["Teatro"]
    assert found(neighbourhood="gratosoglio") == ["Forno"]


def test_filters_keep_what_they_say() -> None:
    titled("Presto", deadline=NOW + dt.timedelta(days=3))
    titled("Tardi", deadline=NOW + dt.timedelta(days=30))
    titled("Riuscito", status=CampaignStatus.FUNDED)
    titled("Annullato", status=CampaignStatus.CANCELLED)
    titled("Segreto", status=CampaignStatus.DRAFT)
    assert set(found()) == {"Presto", "Tardi", "Riuscito"}
    assert found(ending=True) == ["Presto"]
    assert found(state="funded") == ["Riuscito"]
    assert found(state="cancelled") == ["Annullato"]
    assert found(sort="ending") == ["Presto", "Tardi", "Riuscito"]
    assert set(found(state="nonsense")) == {"Presto", "Tardi", "Riuscito"}
    assert found(theme="food") == []


def test_the_nearest_to_the_goal_stand_first_and_those_beyond_it_after() -> None:
    titled("Oltre", pledged_cents=500_000)
    titled("Quasi", pledged_cents=399_999)
    titled("Metà", pledged_cents=200_000)
    titled("Finito", pledged_cents=399_999, deadline=NOW)
    assert [card.title for card in campaigns_near_goal(NOW)] == ["Quasi", "Metà", "Oltre"]
    card = campaigns_near_goal(NOW)[0]
    assert (card.percent, card.days_left, card.status_kind) == (99, 59, "attention")


def test_the_last_day_counts_zero() -> None:
    titled("Oggi", deadline=NOW + dt.timedelta(hours=3))
    assert campaigns_near_goal(NOW)[0].days_left == 0


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("name", ["", "campaigns", "projects", "neighbourhoods", "how_it_works"])
def test_public_pages_open_in_both_languages(name: str, language: str) -> None:
    titled("Orto", pledged_cents=100)
    from django.utils.translation import override

    with override("en" if language else "it"):
        answer = Client().get(reverse(name or "home"))
    assert answer.status_code == 200


def test_the_list_takes_three_queries_however_long(django_assert_num_queries: Any) -> None:
    for n in range(15):
        titled(f"Orto {n}")
    client = Client()
    client.get(reverse("campaigns"))
    with django_assert_num_queries(3):
        answer = client.get(reverse("campaigns"), {"q": "orto", "neighbourhood": "barona"})
    assert len(answer.context["campaigns"]) == 12
    assert answer.context["next_url"] == "?q=orto&neighbourhood=barona&page=2"
    with django_assert_num_queries(3):
        answer = client.get(reverse("campaigns") + answer.context["next_url"])
    assert len(answer.context["campaigns"]) == 3
    assert (answer.context["next_url"], answer.context["previous_url"]) == (
        "",
        "?q=orto&neighbourhood=barona",
    )


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 5000, "²", "1e3", ""])
def test_nonsense_pages_are_the_first(number: str) -> None:
    titled("Orto")
    answer = Client().get(reverse("campaigns"), {"page": number, "sort": "x", "state": "x", "q": "orto"})
    assert [card.title for card in answer.context["campaigns"]] == ["Orto"]


def test_zero_bytes_and_endless_words_are_no_error() -> None:
    for q in ("or\x00to", "x" * 5000, "'); --", ":* & | !"):
        assert Client().get(reverse("campaigns"), {"q": q}).status_code == 200


def test_nothing_found_says_so() -> None:
    answer = Client().get(reverse("campaigns"), {"q": "zebra"})
    assert answer.context["campaigns"] == []
    assert b"empty-state" in answer.content


def full_campaign() -> Campaign:
    it = cast(CampaignStatus.LIVE, pledged_cents=100_000, backers=3)
    row = it.campaign
    for n in range(4):
        Reward.objects.create(campaign=row, title=f"Dono {n}", min_cents=1000, stock=5, claimed=n)
        Milestone.objects.create(campaign=row, title=f"Passo {n}", due_on=TOMORROW, share_percent=25)
        Update.objects.create(campaign=row, title=f"Novità {n}", text="*Oggi*", posted_at=NOW)
        Question.objects.create(
            campaign=row, text=f"Quando {n}?", asked_at=NOW, answer="A marzo.", answered_at=NOW
        )
    Question.objects.create(campaign=row, text="Senza risposta?", asked_at=NOW)
    return row


def test_a_campaign_and_all_its_parts_take_one_query(django_assert_num_queries: Any) -> None:
    row = full_campaign()
    with django_assert_num_queries(1):
        page = campaign_page(row.slug)
    assert page
    assert [line["amount_cents"] for line in page.budget] == [970_000, 30_000]
    assert [reward["left"] for reward in page.rewards] == [5, 4, 3, 2]
    assert {step["due_on"] for step in page.milestones} == {TOMORROW}
    assert [update["posted_at"] for update in page.updates] == [NOW] * 4
    assert [question["text"] for question in page.questions] == [f"Quando {n}?" for n in range(4)]
    assert [member["name"] for member in page.team] == ["Owner", "Editor"]
    assert campaign_page("niente") is None


def test_the_campaign_page_takes_two_queries_of_its_own(django_assert_max_num_queries: Any) -> None:
    row = full_campaign()
    with django_assert_max_num_queries(
        5
    ):  # the clock, the page; the match; the chain (its end, and its beginning)
        answer = Client().get(reverse("campaign", args=[row.slug]))
    text = answer.content.decode()
    assert "Novità 3" in text
    assert "Senza risposta?" not in text


def test_a_story_cannot_carry_a_script() -> None:
    it = cast(CampaignStatus.LIVE)
    it.project.story = (
        STORY
        + "\n\n# Titolo\n\n**forte** <script>alert(1)</script> <img src=x onerror=alert(2)>\n\n"
        + "[qui](javascript:alert(3)) ![x](http://evil.example/x.png) [là](https://example.org)\n\n"
        + '<a href="data:text/html,x">y</a>'
    )
    it.project.save(update_fields=["story"])
    Update.objects.create(
        campaign=it.campaign, title="<b>T</b>", text="<iframe src=//evil.example></iframe>", posted_at=NOW
    )
    for name, slug in (("campaign", it.campaign.slug), ("project", it.project.slug)):
        body = Client().get(reverse(name, args=[slug])).content.decode()
        story = body[body.index('id="story"') :]
        assert "<h3>Titolo</h3>" in story
        assert "<strong>forte</strong>" in story
        assert 'href="https://example.org" rel="nofollow noopener ugc"' in story
        for bad in ("<script>alert", "<img src=x", "<iframe", 'href="javascript', 'src="http://evil', "<b>T"):
            assert bad not in story, bad


@pytest.mark.parametrize("who", ["owner", "editor", "accountant", "officer", "approver", "stranger", None])
def test_a_draft_shows_itself_to_its_team_and_to_the_city_alone(who: str | None) -> None:
    it = cast()
    client = entered(it.who(who)) if who else Client()
    for name, slug in (("campaign", it.campaign.slug), ("project", it.project.slug)):
        answer = client.get(reverse(name, args=[slug]))
        assert answer.status_code == (404 if who in {"stranger", None} else 200), name


TEAM_PAGES = [
    "campaign_edit",
    "campaign_budget",
    "campaign_rewards",
    "campaign_milestones",
    "campaign_submit",
    "campaign_updates",
    "campaign_questions",
]


@pytest.mark.parametrize("name", TEAM_PAGES)
def test_team_pages_are_the_teams(name: str) -> None:
    it = cast()
    address = reverse(name, args=[it.campaign.slug])
    wanted = {"owner": 200, "editor": 200, "accountant": 403, "officer": 403, "stranger": 404}
    for who, status in wanted.items():
        assert entered(it.who(who)).get(address).status_code == status, who
    assert Client().get(address).status_code == 302


def test_a_team_goes_the_whole_way_by_pages(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    owner = person("Ada")
    team, place = organisation(owner), neighbourhood()
    client = entered(owner)
    new = {
        "organisation": team.pk,
        "neighbourhood": place.pk,
        "theme": "green",
        "title": "Orto in cortile",
        "summary": "Un orto.",
        "story": STORY,
        "picture": picture(),
        "picture_alt": "Un cortile",
    }
    assert client.post(reverse("project_new"), new).headers["Location"] == reverse("team_desk")
    figures = {"cost_cents": "1.000,00", "goal_cents": "400", "days": "30", "fees_borne_by_campaign": "on"}
    answer = client.post(reverse("campaign_new", args=["orto-in-cortile"]), figures)
    row = Campaign.objects.get()
    assert (row.cost_cents, row.goal_cents, row.days, row.slug) == (100_000, 40_000, 30, "orto-in-cortile")
    assert answer.headers["Location"] == reverse("campaign_budget", args=[row.slug])
    budget = {"lines-TOTAL_FORMS": "3", "lines-INITIAL_FORMS": "0"}
    for n, (kind, label, amount) in enumerate([("goods", "Terra", "980"), ("fees", "Commissioni", "20")]):
        budget |= {f"lines-{n}-kind": kind, f"lines-{n}-label": label, f"lines-{n}-amount_cents": amount}
    budget["lines-2-kind"] = "staff"  # a browser sends the first choice of an empty row
    budget["lines-2-label"] = budget["lines-2-amount_cents"] = ""
    assert client.post(reverse("campaign_budget", args=[row.slug]), budget).status_code == 302
    assert row.budget_lines.count() == 2
    assert client.post(reverse("campaign_submit", args=[row.slug])).status_code == 302
    row.refresh_from_db()
    assert row.status == CampaignStatus.REVIEW
    for name in TEAM_PAGES:
        assert client.get(reverse(name, args=[row.slug])).status_code == 200, name


def test_a_wrong_budget_keeps_what_was_typed_and_says_why() -> None:
    it = cast()
    client, address = entered(it.owner), reverse("campaign_budget", args=[it.campaign.slug])
    lines = {
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-kind": "goods",
        "lines-0-label": "Vanghe",
        "lines-0-amount_cents": "12,50",
    }
    answer = client.post(address, lines)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "12,50" in text
    assert "Vanghe" in text
    assert "error-summary" in text
    answer = client.post(address, {**lines, "lines-0-amount_cents": "1.250,5,0"})
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    assert it.campaign.budget_lines.count() == 2


def test_a_file_that_is_no_picture_is_said_at_its_field_and_saves_nothing(
    settings: Any, tmp_path: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    it = cast()
    texts = {
        "neighbourhood": it.project.neighbourhood_id,
        "theme": "green",
        "title": "Cambiato",
        "summary": "Un orto.",
        "story": STORY,
        "picture": SimpleUploadedFile("foto.jpg", b"MZ non una foto"),
        "picture_alt": "Un orto",
    }
    answer = entered(it.owner).post(reverse("project_edit", args=[it.project.slug]), texts)
    assert "picture" in answer.context["form"].errors
    it.project.refresh_from_db()
    assert it.project.title != "Cambiato"
    assert not list(tmp_path.iterdir())


def test_an_officer_reads_and_answers_by_pages() -> None:
    it = cast(CampaignStatus.REVIEW)
    client = entered(it.officer)
    assert it.project.title in client.get(reverse("campaign_reviews")).content.decode()
    address = reverse("campaign_review", args=[it.campaign.slug])
    assert client.get(address).status_code == 200
    assert "reason" in client.post(address, {"answer": "send_back", "reason": ""}).context["form"].errors
    assert client.post(address, {"answer": "send_back", "reason": "Manca un preventivo"}).status_code == 302
    assert Campaign.objects.get().status == CampaignStatus.DRAFT
    body = entered(it.owner).get(reverse("campaign_submit", args=[it.campaign.slug])).content.decode()
    assert "Manca un preventivo" in body
    Campaign.objects.update(status=CampaignStatus.REVIEW)
    assert client.post(address, {"answer": "approve"}).status_code == 302
    assert Campaign.objects.get().status == CampaignStatus.APPROVED


def test_launch_and_cancel_ask_first() -> None:
    it = cast(CampaignStatus.APPROVED)
    client, slug = entered(it.owner), it.campaign.slug
    address = reverse("campaign_launch", args=[slug])
    assert client.get(address).status_code == 200
    past = client.post(address, {"deadline": "2026-11-21"})
    assert "deadline" in past.context["form"].errors
    assert Campaign.objects.get().status == CampaignStatus.APPROVED
    assert client.post(address, {"deadline": "2026-12-24"}).headers["Location"] == reverse(
        "campaign", args=[slug]
    )
    row = Campaign.objects.get()
    assert row.deadline
    assert (
        clock.CIVIL.fromutc(row.deadline.replace(tzinfo=clock.CIVIL)).isoformat()[:19]
        == "2026-12-24T23:59:59"
    )
    cancel = reverse("campaign_cancel", args=[slug])
    assert "reason" in client.post(cancel, {"reason": " "}).context["form"].errors
    assert client.post(cancel, {"reason": "Terreno negato"}).status_code == 302
    assert Campaign.objects.get().status == CampaignStatus.CANCELLED
    assert entered(it.who("editor")).get(cancel).status_code == 403


def test_question_and_answer_by_pages() -> None:
    it = cast(CampaignStatus.LIVE)
    slug = it.campaign.slug
    asking = reverse("campaign_ask", args=[slug])
    assert Client().get(asking).status_code == 302
    assert entered(it.stranger).post(asking, {"text": "Quando si semina?"}).status_code == 302
    question = Question.objects.get()
    answering = reverse("question_answer", args=[slug, question.pk])
    assert entered(it.stranger).post(answering, {"answer": "Mai"}).status_code == 403
    assert entered(it.editor).post(answering, {"answer": "A **marzo**."}).status_code == 302
    assert "<strong>marzo</strong>" in Client().get(reverse("campaign", args=[slug])).content.decode()


def test_rewards_and_milestones_by_pages() -> None:
    it = cast()
    client, slug = entered(it.editor), it.campaign.slug
    answer = client.post(reverse("campaign_rewards", args=[slug]), {"title": "Dono", "min_cents": "12,50"})
    assert answer.status_code == 302
    reward = Reward.objects.get()
    assert (reward.min_cents, reward.declared_value_cents, reward.stock) == (1_250, 0, None)
    edit = reverse("reward_edit", args=[slug, reward.pk])
    client.post(edit, {"title": "Dono grande", "min_cents": "20", "declared_value_cents": "5", "stock": "3"})
    assert Reward.objects.get().title == "Dono grande"
    other = Reward.objects.create(campaign=campaign(), title="D'altri", min_cents=100)
    assert client.post(reverse("reward_remove", args=[slug, other.pk])).status_code == 404
    assert client.get(reverse("reward_remove", args=[slug, reward.pk])).status_code == 405
    assert client.post(reverse("reward_remove", args=[slug, reward.pk])).status_code == 302
    assert Reward.objects.get() == other
    steps = reverse("campaign_milestones", args=[slug])
    client.post(steps, {"title": "Terra", "due_on": "2027-03-01", "share_percent": "60"})
    bad = client.post(steps, {"title": "Semi", "due_on": "2027-04-01", "share_percent": "41"})
    assert "share_percent" in bad.context["form"].errors
    assert Milestone.objects.get().due_on == dt.date(2027, 3, 1)


def test_desks_show_what_is_due_to_whom(django_assert_max_num_queries: Any) -> None:
    it = cast(CampaignStatus.REVIEW)
    live = cast(CampaignStatus.LIVE, opens_at=NOW - dt.timedelta(days=20))
    Question.objects.create(campaign=live.campaign, text="Quando?", asked_at=NOW - dt.timedelta(days=9))
    officer = it.who("officer")
    with django_assert_max_num_queries(3):  # the person's roles and teams, the campaigns
        list(officer_tasks(officer, NOW))
    tasks = entered(it.officer).get(reverse("officer_desk")).context["tasks"]
    assert [task.url for task in tasks] == [reverse("campaign_review", args=[it.campaign.slug])]
    due = [task.due_at for task in entered(live.editor).get(reverse("team_desk")).context["tasks"]]
    assert due == [NOW - dt.timedelta(days=6), NOW - dt.timedelta(days=6)]
    assert entered(live.accountant).get(reverse("team_desk")).context["tasks"] == []
    assert entered(live.stranger).get(reverse("officer_desk")).status_code == 403
    for name in ("officer_desk", "team_desk"):
        assert Client().get(reverse(name)).status_code == 302


def test_a_neighbourhood_shows_what_happens_there(django_assert_max_num_queries: Any) -> None:
    titled("Teatro", neighbourhood=neighbourhood("Corvetto"), pledged_cents=12_345)
    titled("Forno", neighbourhood=neighbourhood("Barona"))
    with django_assert_max_num_queries(7):
        answer = Client().get(reverse("neighbourhood", args=["corvetto"]))
    assert [card.title for card in answer.context["campaigns"]] == ["Teatro"]
    assert answer.context["neighbourhood"].pledged_cents == 12_345
    assert [row.title for row in answer.context["projects"]] == ["Teatro"]
    assert Client().get(reverse("neighbourhood", args=["altrove"])).status_code == 404


def test_the_home_page_gathers_what_every_room_knows() -> None:
    open_one, closed = calling.call(), calling.call(published=False)
    titled("Teatro", pledged_cents=390_000)
    text = Client().get(reverse("home")).content.decode()
    for shown in ("Teatro", open_one.title, open_one.programme.title):
        assert shown in text
    assert reverse("call", args=[open_one.slug]) in text
    assert reverse("call", args=[closed.slug]) not in text


def test_a_live_campaign_leads_to_the_pledge_and_one_that_ended_does_not() -> None:
    live, ended = cast(CampaignStatus.LIVE), cast(CampaignStatus.MISSED)
    leads_to = [reverse("pledge_new", args=[it.campaign.slug]) for it in (live, ended)]
    pages = [
        Client().get(reverse("campaign", args=[it.campaign.slug])).content.decode() for it in (live, ended)
    ]
    assert leads_to[0] in pages[0]
    assert leads_to[1] not in pages[1]


def test_a_collected_campaign_shows_its_money() -> None:
    it = cast(CampaignStatus.FUNDED)
    text = Client().get(reverse("campaign", args=[it.campaign.slug])).content.decode()
    assert 'id="euro"' in text
