"""The locks of this room. The order, over all rooms: campaign, then fund, then pledge."""

from __future__ import annotations

from campaigns.models import Campaign, Milestone, Question, Reward


def lock_campaign(campaign: Campaign) -> None:
    """Lock the row until the transaction ends, and read it anew: what was read before may be stale."""
    campaign.refresh_from_db(from_queryset=Campaign.objects.select_for_update(of=("self",)))


def lock_reward(reward: Reward) -> None:
    """Lock the row, so that nobody claims it between the check and the change."""
    reward.refresh_from_db(from_queryset=Reward.objects.select_for_update(of=("self",)))


def lock_milestone(milestone: Milestone) -> None:
    """Lock the row, so that it isn't removed while somebody reports it reached."""
    milestone.refresh_from_db(from_queryset=Milestone.objects.select_for_update(of=("self",)))


def lock_question(question: Question) -> None:
    """Lock the row, so that two answers don't cross."""
    question.refresh_from_db(from_queryset=Question.objects.select_for_update(of=("self",)))
