"""The rule as it holds for one application: with the higher cap where the project is open to all abilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaigns.calls.models import Application, MatchRule
    from campaigns.models import Campaign

HIGHER_CAP = "accessible_match_cap_cents"


def has_higher_cap(rule: MatchRule) -> bool:
    """Say whether the rule has a higher cap for projects open to all abilities."""
    return rule.data.get(HIGHER_CAP) is not None


def rule_data_for(application: Application, *, claimed: bool = False) -> dict[str, Any]:
    """Return the rule's data with the cap that holds for this application, amounts in whole cents.

    The higher cap holds once an officer has confirmed that the project is open to all abilities; with `claimed` as soon
    as the team says so and nobody has denied it, for what an application may expect.
    """
    data = application.call.rule.as_data
    higher = data.get(HIGHER_CAP)
    confirmed = application.all_abilities_confirmed
    holds = application.all_abilities and (confirmed or (claimed and confirmed is None))
    return {**data, "match_cap_cents": higher} if higher is not None and holds else data


def rule_data_of(campaign: Campaign) -> dict[str, Any] | None:
    """Return the rule's data as it holds for a campaign that was admitted to a call, None for any other."""
    application = getattr(campaign, "application", None)
    return rule_data_for(application) if application else None
