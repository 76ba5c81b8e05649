"""The rule that a campaign's call published, as this room reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.calls.models import Application

if TYPE_CHECKING:
    from campaigns.calls.models import MatchRule
    from campaigns.models import Campaign


def rule_of(campaign: Campaign) -> MatchRule | None:
    """Return the match rule of the campaign's call, if it has one."""
    found = Application.objects.select_related("call__rule").filter(campaign=campaign).first()
    return found.call.rule if found else None
