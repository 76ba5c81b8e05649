"""Every write of the room, tried by everybody: who may not changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

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
FIGURES = {"cost_cents": 500_000, "goal_cents": 200_000, "days": 30}
REWARD = {"title": "Pomodori", "text": "", "min_cents": 2_000, "declared_value_cents": 0, "stock": 3}
STEP = {"title": "Semina", "due_on": TOMORROW, "share_percent": 60}


def of_campaign(service: Callable[..., object], **rest: Any) -> Deed:
    """A deed on the campaign itself."""
    return lambda it: partial(service, campaign=it.campaign, **rest)


def new_project(it: Cast) -> Callable[..., object]:
    team = it.project.organisation
    return partial(create_project, organisation=team, neighbourhood=neighbourhood(), **TEXTS)


def change_project(it: Cast) -> Callable[..., object]:
    return partial(
        edit_project, project=it.project, neighbourhood=neighbourhood(), picture_alt="Un orto", **TEXTS
    )


# the deed, the status of the campaign, who may
TABLE: list[tuple[Deed, str, set[str]]] = [
    (new_project, D, WRITERS),
    (change_project, D, WRITERS),
    (lambda it: partial(set_picture, project=it.project, file=picture(), alt="Un prato"), D, WRITERS),
    (lambda it: partial(draft_campaign, project=it.project, **FIGURES), F, WRITERS),
    (of_campaign(edit_campaign, **FIGURES), D, WRITERS),
    (of_campaign(set_budget, lines=LINES), D, WRITERS),
    (of_campaign(add_reward, title="Pomodori", min_cents=2_000), D, WRITERS),
    (lambda it: partial(edit_reward, reward=_reward(it), **REWARD), D, WRITERS),
    (lambda it: partial(remove_reward, reward=_reward(it)), D, WRITERS),
    (of_campaign(add_milestone, **STEP), D, WRITERS),
    (lambda it: partial(remove_milestone, milestone=_milestone(it)), D, WRITERS),
    (
        lambda it: partial(reach_milestone, milestone=_milestone(it), evidence="Fattura"),
        F,
        WRITERS | {"officer"},
    ),
    (of_campaign(submit_for_review), D, WRITERS),
    (of_campaign(send_back_campaign, reason="Manca un preventivo"), R, {"officer"}),
    (of_campaign(approve_campaign), R, {"officer"}),
    (of_campaign(launch_campaign), A, {"owner"}),
    (of_campaign(cancel_campaign, reason="Terreno negato"), L, {"owner", "officer"}),
    (of_campaign(post_update, title="Si zappa", text="Oggi."), L, WRITERS),
    (of_campaign(ask_question, text="Quando si semina?"), L, EVERYBODY),
    (lambda it: partial(answer_question, question=_question(it), answer="A marzo."), L, WRITERS),
]
NAMES = [
    "create_project", "edit_project", "set_picture", "draft_campaign", "edit_campaign", "set_budget", "add_reward",
    "edit_reward", "remove_reward", "add_milestone", "remove_milestone", "reach_milestone", "submit_for_review",
    "send_back_campaign", "approve_campaign", "launch_campaign", "cancel_campaign", "post_update", "ask_question",
    "answer_question",
]  # fmt: skip


@pytest.mark.parametrize("who", sorted(EVERYBODY))
@pytest.mark.parametrize(("deed", "status", "may"), TABLE, ids=NAMES)
def test_only_those_who_may(deed: Deed, status: str, may: set[str], who: str) -> None:
    it = cast(status)
    act, by = deed(it), it.who(who)
    before = snapshot()
    if who in may:
        act(by=by, now=NOW)
        assert snapshot() != before
    else:
        with pytest.raises(NotAllowed):
            act(by=by, now=NOW)
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
