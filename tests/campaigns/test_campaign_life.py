"""From a draft to a live campaign, with everything that may stand in the way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from accounts.notices.models import Notice
from accounts.notices.services import render
from campaigns.calls.models import Application
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Milestone
from campaigns.services.campaigns import (
    NotReady,
    approve_campaign,
    cancel_campaign,
    draft_campaign,
    edit_campaign,
    launch_campaign,
    send_back_campaign,
    submit_for_review,
)
from campaigns.services.milestones import add_milestone, reach_milestone, remove_milestone
from campaigns.services.projects import create_project
from campaigns.signals import campaign_cancelled, campaign_launching
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import IllegalTransition, StaleState
from tests.campaigns import calling
from tests.campaigns.team import STORY, TOMORROW, Cast, cast, snapshot
from tests.world import NOW, neighbourhood, organisation, person, rows

pytestmark = pytest.mark.django_db


def admitted(it: Cast) -> Application:
    """Admit the campaign to a call, as rows."""
    return Application.objects.create(
        call=calling.call(),
        project=it.project,
        campaign=it.campaign,
        status="admitted",
        cost_cents=it.campaign.cost_cents,
        created_at=NOW,
    )


def test_the_whole_way_to_live() -> None:
    it = cast()
    add_milestone(
        campaign=it.campaign, title="Terra", due_on=TOMORROW, share_percent=100, by=it.owner, now=NOW
    )
    submit_for_review(campaign=it.campaign, by=it.who("editor"), now=NOW)
    approve_campaign(campaign=it.campaign, by=it.officer, now=NOW)
    launch_campaign(campaign=it.campaign, by=it.owner, now=NOW)
    row = Campaign.objects.get(pk=it.campaign.pk)
    assert (row.status, row.opens_at) == (CampaignStatus.LIVE, NOW)
    # 22 November and 60 days: 21 January, to its last second in the city's time
    assert row.deadline == dt.datetime(2027, 1, 21, 23, 59, 59, tzinfo=CIVIL)
    assert list(row.events.values_list("from_status", "to_status", "by")) == [
        ("draft", "review", it.editor.pk),
        ("review", "approved", it.officer.pk),
        ("approved", "live", it.owner.pk),
    ]
    told = Notice.objects.filter(event="campaign_launched").values_list("email", flat=True)
    assert set(told) == {it.owner.email, it.editor.email}


def test_everything_that_is_missing_is_said_at_once() -> None:
    it = cast()
    it.campaign.budget_lines.filter(kind="fees").delete()
    Milestone.objects.create(campaign=it.campaign, title="Terra", due_on=TOMORROW, share_percent=40)
    it.project.picture, it.project.picture_alt, it.project.story = "", "", "Breve."
    it.project.save(update_fields=["picture", "picture_alt", "story"])
    before = snapshot()
    with override("en"), pytest.raises(NotReady) as refused:
        submit_for_review(campaign=it.campaign, by=it.owner, now=NOW)
    assert [problem.code for problem in refused.value.problems] == [
        "picture_missing",
        "picture_alt_missing",
        "story_too_short",
        "budget_does_not_sum",
        "budget_lacks_fees",
        "milestones_do_not_sum",
    ]
    assert "€300.00 too little" in str(refused.value)
    assert snapshot() == before


def test_a_matched_campaign_needs_milestones_and_keeps_its_figures() -> None:
    it = cast()
    submit_problems = pytest.raises(NotReady)
    admitted(it)
    with submit_problems as refused:
        submit_for_review(campaign=it.campaign, by=it.owner, now=NOW)
    assert [problem.code for problem in refused.value.problems] == ["milestones_missing"]
    before = snapshot()
    with pytest.raises(Refused, check=lambda error: error.code == "fixed_by_call"):
        edit_campaign(
            campaign=it.campaign, cost_cents=999_999, goal_cents=400_000, days=60, by=it.owner, now=NOW
        )
    assert snapshot() == before
    edit_campaign(
        campaign=it.campaign,
        cost_cents=1_000_000,
        goal_cents=400_000,
        days=60,
        fees_borne_by_campaign=False,
        by=it.owner,
        now=NOW,
    )
    assert Campaign.objects.get(pk=it.campaign.pk).fees_borne_by_campaign is False


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cost_cents": 0}, "amount_not_positive"),
        ({"cost_cents": -5}, "amount_not_positive"),
        ({"goal_cents": 0}, "amount_not_positive"),
        ({"goal_cents": 1_000_001}, "goal_above_cost"),
        ({"cost_cents": 1000.0}, "amount_not_whole_cents"),
        ({"cost_cents": True}, "amount_not_whole_cents"),
        ({"cost_cents": 10**13}, "amount_too_large"),
        ({"days": 0}, "days_out_of_range"),
        ({"days": 181}, "days_out_of_range"),
    ],
)
def test_wrong_figures_change_nothing(fields: dict[str, Any], code: str) -> None:
    it = cast()
    figures = {"cost_cents": 1_000_000, "goal_cents": 400_000, "days": 60} | fields
    before = snapshot()
    with pytest.raises(Invalid) as refused:
        edit_campaign(campaign=it.campaign, **figures, by=it.owner, now=NOW)
    assert refused.value.code == code
    assert snapshot() == before


def test_only_a_draft_is_edited() -> None:
    it = cast(CampaignStatus.REVIEW)
    with pytest.raises(Refused, check=lambda error: error.code == "not_a_draft"):
        edit_campaign(
            campaign=it.campaign, cost_cents=500_000, goal_cents=100_000, days=9, by=it.owner, now=NOW
        )
    assert Campaign.objects.get(pk=it.campaign.pk).cost_cents == 1_000_000


def test_a_project_has_one_campaign_at_a_time() -> None:
    it = cast(CampaignStatus.LIVE)
    with pytest.raises(Refused, check=lambda error: error.code == "campaign_open"):
        draft_campaign(
            project=it.project, cost_cents=500_000, goal_cents=200_000, days=30, by=it.owner, now=NOW
        )
    assert it.project.campaigns.count() == 1


def test_the_system_drafts_for_another_deed_and_its_address_is_free() -> None:
    it = cast(CampaignStatus.MISSED)
    first = draft_campaign(project=it.project, cost_cents=500, goal_cents=200, days=30, by=None, now=NOW)
    assert first.slug == it.project.slug
    assert first.events.get().by is None
    Campaign.objects.filter(pk=first.pk).update(status=CampaignStatus.CANCELLED)
    second = draft_campaign(project=it.project, cost_cents=500, goal_cents=200, days=30, by=None, now=NOW)
    assert second.slug == it.project.slug + "-2"


@pytest.mark.parametrize(
    ("deadline", "code"),
    [
        (NOW - dt.timedelta(seconds=1), "deadline_past"),
        (NOW, "deadline_past"),
        (NOW + dt.timedelta(days=182), "deadline_too_far"),
    ],
)
def test_a_deadline_past_or_too_far_launches_nothing(deadline: dt.datetime, code: str) -> None:
    it = cast(CampaignStatus.APPROVED)
    before = snapshot()
    with pytest.raises(Invalid) as refused:
        launch_campaign(campaign=it.campaign, by=it.owner, now=NOW, deadline=deadline)
    assert (refused.value.code, refused.value.field) == (code, "deadline")
    assert snapshot() == before


def test_the_last_day_is_the_civil_one_across_the_clock_change() -> None:
    it = cast(CampaignStatus.APPROVED, days=1)
    late = dt.datetime(
        2027, 3, 27, 23, 30, tzinfo=dt.UTC
    )  # already 28 March in the city, the day the clock moves
    launch_campaign(campaign=it.campaign, by=it.owner, now=late)
    assert it.campaign.deadline == dt.datetime(2027, 3, 29, 21, 59, 59, tzinfo=dt.UTC)


def test_the_longest_campaign_may_be_launched_at_any_hour() -> None:
    it = cast(CampaignStatus.APPROVED, days=180)
    launch_campaign(campaign=it.campaign, by=it.owner, now=NOW)
    assert it.campaign.status == CampaignStatus.LIVE


def test_who_cannot_carry_the_launch_rolls_it_back() -> None:
    it = cast(CampaignStatus.APPROVED)
    before, notices = snapshot(), Notice.objects.count()

    def refuse(sender: Any, campaign: Campaign, now: dt.datetime, **_rest: Any) -> None:
        assert Campaign.objects.get(pk=campaign.pk).status == CampaignStatus.LIVE
        raise Refused("no_account", "No.")

    campaign_launching.connect(refuse)
    try:
        with pytest.raises(Refused, check=lambda error: error.code == "no_account"), transaction.atomic():
            launch_campaign(campaign=it.campaign, by=it.owner, now=NOW)
    finally:
        campaign_launching.disconnect(refuse)
    assert snapshot() == before
    assert Notice.objects.count() == notices


def test_a_cancellation_says_why_to_whoever_listens() -> None:
    it = cast(CampaignStatus.LIVE)
    heard: list[tuple[int, str, int]] = []

    def listen(sender: Any, campaign: Campaign, by: Any, why: str, **_rest: Any) -> None:
        heard.append((campaign.pk, why, by.pk))

    campaign_cancelled.connect(listen)
    try:
        cancel_campaign(campaign=it.campaign, reason=" Terreno negato ", by=it.officer, now=NOW)
    finally:
        campaign_cancelled.disconnect(listen)
    assert heard == [(it.campaign.pk, "Terreno negato", it.officer.pk)]
    assert it.campaign.events.get().why == "Terreno negato"


@pytest.mark.parametrize(("reason", "code"), [("  ", "reason_missing"), ("x" * 201, "reason_too_long")])
def test_a_reason_is_asked_for(reason: str, code: str) -> None:
    it, live = cast(CampaignStatus.REVIEW), cast(CampaignStatus.LIVE)
    before = snapshot()
    with pytest.raises(Invalid, check=lambda error: error.code == code):
        send_back_campaign(campaign=it.campaign, reason=reason, by=it.officer, now=NOW)
    with pytest.raises(Invalid, check=lambda error: error.code == code):
        cancel_campaign(campaign=live.campaign, reason=reason, by=live.owner, now=NOW)
    assert snapshot() == before


def test_nobody_cancels_past_the_deadline() -> None:
    it = cast(CampaignStatus.LIVE)
    assert it.campaign.deadline
    before = snapshot()
    with pytest.raises(Refused, check=lambda error: error.code == "deadline_passed"):
        cancel_campaign(campaign=it.campaign, reason="No", by=it.owner, now=it.campaign.deadline)
    assert snapshot() == before


def test_two_answers_to_one_hand_in_do_not_cross() -> None:
    it = cast(CampaignStatus.REVIEW)
    other = Campaign.objects.get(pk=it.campaign.pk)
    approve_campaign(campaign=it.campaign, by=it.officer, now=NOW)
    with pytest.raises(StaleState):
        send_back_campaign(campaign=other, reason="Troppo tardi", by=it.officer, now=NOW)
    assert Campaign.objects.get(pk=it.campaign.pk).status == CampaignStatus.APPROVED
    assert not Notice.objects.filter(event="campaign_sent_back").exists()


def test_handing_in_twice_is_refused() -> None:
    it = cast(CampaignStatus.REVIEW)
    with pytest.raises(IllegalTransition):
        submit_for_review(campaign=it.campaign, by=it.owner, now=NOW)
    assert not it.campaign.events.exists()


@pytest.mark.parametrize("language", ["it", "en"])
def test_emails_speak_the_readers_language_and_lead_somewhere(language: str) -> None:
    it = cast(CampaignStatus.REVIEW)
    it.owner.language = language
    it.owner.save(update_fields=["language"])
    send_back_campaign(campaign=it.campaign, reason="Manca <b>un</b> preventivo", by=it.officer, now=NOW)
    notice = Notice.objects.get(event="campaign_sent_back", user=it.owner)
    render(notice)
    with override(language):
        address = reverse("campaign_submit", args=[it.campaign.slug])
    assert it.project.title in notice.subject
    assert settings.SITE_URL + address in notice.text
    assert "Manca <b>un</b> preventivo" in notice.text
    assert "Manca &lt;b&gt;un&lt;/b&gt; preventivo" in notice.html


def test_milestones_share_out_one_hundred_percent_and_no_more() -> None:
    it = cast()
    first = add_milestone(
        campaign=it.campaign, title="Terra", due_on=TOMORROW, share_percent=70, by=it.owner, now=NOW
    )
    before = snapshot()
    for share in (0, 31, -1):
        with pytest.raises(Invalid, check=lambda error: error.code == "share_out_of_range"):
            add_milestone(
                campaign=it.campaign, title="Semi", due_on=TOMORROW, share_percent=share, by=it.owner, now=NOW
            )
    with pytest.raises(Invalid, check=lambda error: error.code == "due_past"):
        add_milestone(
            campaign=it.campaign, title="Semi", due_on=NOW.date(), share_percent=30, by=it.owner, now=NOW
        )
    assert snapshot() == before
    remove_milestone(milestone=first, by=it.owner, now=NOW)
    assert not it.campaign.milestones.exists()


def test_a_milestone_is_reached_once_the_campaign_succeeded() -> None:
    it = cast(CampaignStatus.LIVE)
    step = Milestone.objects.create(campaign=it.campaign, title="Terra", due_on=TOMORROW, share_percent=100)
    with pytest.raises(Refused, check=lambda error: error.code == "work_not_begun"):
        reach_milestone(milestone=step, evidence="Fattura", by=it.owner, now=NOW)
    Campaign.objects.update(status=CampaignStatus.FUNDED)
    with pytest.raises(Invalid):
        reach_milestone(milestone=step, evidence=" ", by=it.owner, now=NOW)
    reach_milestone(milestone=Milestone.objects.get(), evidence="Fattura", by=it.owner, now=NOW)
    row = Milestone.objects.get()
    assert (row.status, row.reached_on, row.evidence) == ("reached", NOW.date(), "Fattura")
    with pytest.raises(IllegalTransition):
        reach_milestone(milestone=row, evidence="Ancora", by=it.owner, now=NOW)


def test_two_projects_of_one_name_get_two_addresses() -> None:
    owner = person()
    team = organisation(owner)
    made = [
        create_project(
            organisation=team,
            neighbourhood=neighbourhood(),
            theme="green",
            title="L'orto è di tutti",
            summary="Un orto.",
            story=STORY,
            by=owner,
            now=NOW,
        )
        for _ in range(2)
    ]
    assert [row.slug for row in made] == ["lorto-e-di-tutti", "lorto-e-di-tutti-2"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"theme": "war"}, "theme"),
        ({"story": " "}, "story"),
    ],
)
def test_a_project_needs_its_texts(fields: dict[str, str], field: str) -> None:
    owner = person()
    team, place = organisation(owner), neighbourhood()
    texts = {"theme": "green", "title": "Orto", "summary": "Un orto.", "story": STORY} | fields
    with pytest.raises(Invalid) as refused:
        create_project(organisation=team, neighbourhood=place, **texts, by=owner, now=NOW)
    assert refused.value.field == field
    assert rows("campaigns_project") == []
