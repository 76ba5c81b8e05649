"""Every write of the room, tried by everybody: who may not changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from accounts.enums import Role, TeamRole
from accounts.models import Membership, RoleGrant
from campaigns.enums import CampaignStatus
from campaigns.models import Milestone, Question, Reward
from campaigns.services.budget import Line, set_budget
from campaigns.services.campaigns import (
    approve_campaign,
    cancel_campaign,
    draft_campaign,
    edit_campaign,
    launch_campaign,
    send_back_campaign,
    submit_for_review,
)
from campaigns.services.content import answer_question, ask_question, post_update
from campaigns.services.milestones import add_milestone, reach_milestone, remove_milestone
from campaigns.services.projects import create_project, edit_project, set_picture
from campaigns.services.rewards import add_reward, edit_reward, remove_reward
from crowdfund.kit.errors import NotAllowed
from tests.campaigns.team import STORY, TOMORROW, Cast, cast, picture, snapshot
from tests.world import NOW, neighbourhood

pytestmark = pytest.mark.django_db
EVERYBODY = {"owner", "editor", "accountant", "stranger", "officer", "approver"}
WRITERS = {"owner", "editor"}


def _reward(it: Cast) -> Reward:
    return Reward.objects.create(campaign=it.campaign, title="Grazie", min_cents=1000)


def _milestone(it: Cast) -> Milestone:
    return Milestone.objects.create(campaign=it.campaign, title="Terra", due_on=TOMORROW, share_percent=40)


def _question(it: Cast) -> Question:
    return Question.objects.create(campaign=it.campaign, text="Quando?", asked_at=NOW, asked_by=it.stranger)


TEXTS = {"theme": "green", "title": "Orto nuovo", "summary": "Un orto.", "story": STORY}
LINES = [Line("goods", "Terra", 970_000), Line("fees", "Commissioni", 30_000)]
Deed = Callable[[Cast], Callable[..., object]]
D, R, A, L, F = (
    CampaignStatus.DRAFT,
    CampaignStatus.REVIEW,
    CampaignStatus.APPROVED,
    CampaignStatus.LIVE,
    CampaignStatus.FUNDED,
)
# deed, status of the campaign, who may, and the call: prepared first, then done by somebody
TABLE: list[tuple[str, str, set[str], Deed]] = [
    (
        "create_project",
        D,
        WRITERS,
        lambda it: (
            lambda by: create_project(
                organisation=it.project.organisation, neighbourhood=neighbourhood(), **TEXTS, by=by, now=NOW
            )
        ),
    ),
    (
        "edit_project",
        D,
        WRITERS,
        lambda it: (
            lambda by: edit_project(
                project=it.project,
                neighbourhood=neighbourhood(),
                **TEXTS,
                picture_alt="Un orto",
                by=by,
                now=NOW,
            )
        ),
    ),
    (
        "set_picture",
        D,
        WRITERS,
        lambda it: lambda by: set_picture(project=it.project, file=picture(), alt="Un prato", by=by, now=NOW),
    ),
    (
        "draft_campaign",
        F,
        WRITERS,
        lambda it: (
            lambda by: draft_campaign(
                project=it.project, cost_cents=500_000, goal_cents=200_000, days=30, by=by, now=NOW
            )
        ),
    ),
    (
        "edit_campaign",
        D,
        WRITERS,
        lambda it: (
            lambda by: edit_campaign(
                campaign=it.campaign, cost_cents=500_000, goal_cents=200_000, days=30, by=by, now=NOW
            )
        ),
    ),
    (
        "set_budget",
        D,
        WRITERS,
        lambda it: lambda by: set_budget(campaign=it.campaign, lines=LINES, by=by, now=NOW),
    ),
    (
        "add_reward",
        D,
        WRITERS,
        lambda it: (
            lambda by: add_reward(campaign=it.campaign, title="Pomodori", min_cents=2_000, by=by, now=NOW)
        ),
    ),
    (
        "edit_reward",
        D,
        WRITERS,
        lambda it: (
            lambda reward: (
                lambda by: edit_reward(
                    reward=reward,
                    title="Pomodori",
                    text="",
                    min_cents=2_000,
                    declared_value_cents=0,
                    stock=3,
                    by=by,
                    now=NOW,
                )
            )
        )(_reward(it)),
    ),
    (
        "remove_reward",
        D,
        WRITERS,
        lambda it: (lambda reward: lambda by: remove_reward(reward=reward, by=by, now=NOW))(_reward(it)),
    ),
    (
        "add_milestone",
        D,
        WRITERS,
        lambda it: (
            lambda by: add_milestone(
                campaign=it.campaign, title="Semina", due_on=TOMORROW, share_percent=60, by=by, now=NOW
            )
        ),
    ),
    (
        "remove_milestone",
        D,
        WRITERS,
        lambda it: (lambda step: lambda by: remove_milestone(milestone=step, by=by, now=NOW))(_milestone(it)),
    ),
    (
        "reach_milestone",
        F,
        WRITERS,
        lambda it: (
            lambda step: lambda by: reach_milestone(milestone=step, evidence="Fattura 12", by=by, now=NOW)
        )(_milestone(it)),
    ),
    (
        "submit_for_review",
        D,
        WRITERS,
        lambda it: lambda by: submit_for_review(campaign=it.campaign, by=by, now=NOW),
    ),
    (
        "send_back_campaign",
        R,
        {"officer"},
        lambda it: (
            lambda by: send_back_campaign(campaign=it.campaign, reason="Manca un preventivo", by=by, now=NOW)
        ),
    ),
    (
        "approve_campaign",
        R,
        {"officer"},
        lambda it: lambda by: approve_campaign(campaign=it.campaign, by=by, now=NOW),
    ),
    (
        "launch_campaign",
        A,
        {"owner"},
        lambda it: lambda by: launch_campaign(campaign=it.campaign, by=by, now=NOW),
    ),
    (
        "cancel_campaign",
        L,
        {"owner", "officer"},
        lambda it: lambda by: cancel_campaign(campaign=it.campaign, reason="Terreno negato", by=by, now=NOW),
    ),
    (
        "post_update",
        L,
        WRITERS,
        lambda it: (
            lambda by: post_update(campaign=it.campaign, title="Si zappa", text="Oggi.", by=by, now=NOW)
        ),
    ),
    (
        "ask_question",
        L,
        EVERYBODY,
        lambda it: lambda by: ask_question(campaign=it.campaign, text="Quando si semina?", by=by, now=NOW),
    ),
    (
        "answer_question",
        L,
        WRITERS,
        lambda it: (lambda q: lambda by: answer_question(question=q, answer="A marzo.", by=by, now=NOW))(
            _question(it)
        ),
    ),
]


@pytest.mark.parametrize("who", sorted(EVERYBODY))
@pytest.mark.parametrize(("status", "may", "deed"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_only_those_who_may(status: str, may: set[str], deed: Deed, who: str) -> None:
    it = cast(status)
    act, by = deed(it), it.who(who)
    before = snapshot()
    if who in may:
        act(by)
        assert snapshot() != before
    else:
        with pytest.raises(NotAllowed):
            act(by)
        assert snapshot() == before


def test_an_officer_never_judges_a_campaign_of_their_own() -> None:
    it = cast(R)
    Membership.objects.create(
        user=it.officer, organisation=it.project.organisation, role=TeamRole.ACCOUNTANT, since=NOW
    )
    before = snapshot()
    with pytest.raises(NotAllowed):
        approve_campaign(campaign=it.campaign, by=it.who("officer"), now=NOW)
    with pytest.raises(NotAllowed):
        send_back_campaign(campaign=it.campaign, reason="No", by=it.who("officer"), now=NOW)
    assert snapshot() == before


def test_an_owner_who_is_an_officer_does_not_approve_but_may_launch() -> None:
    it = cast(R)
    RoleGrant.objects.create(user=it.owner, role=Role.OFFICER, granted_at=NOW)
    with pytest.raises(NotAllowed):
        approve_campaign(campaign=it.campaign, by=it.who("owner"), now=NOW)
    approve_campaign(campaign=it.campaign, by=it.who("officer"), now=NOW)
    launch_campaign(campaign=it.campaign, by=it.who("owner"), now=NOW + dt.timedelta(hours=1))
    assert it.campaign.status == L
