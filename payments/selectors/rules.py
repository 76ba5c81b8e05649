"""The rule that a campaign's call published, as this room reads it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from campaigns.calls.models import Application
from campaigns.calls.selectors.terms import rule_data_for

if TYPE_CHECKING:
    from campaigns.calls.models import MatchRule
    from campaigns.models import Campaign


def rule_of(campaign: Campaign) -> MatchRule | None:
    """Return the match rule of the campaign's call, if it has one."""
    found = Application.objects.select_related("call__rule").filter(campaign=campaign).first()
    return found.call.rule if found else None


@dataclasses.dataclass(frozen=True)
class Terms:
    """What a campaign is matched by: its call and session, and the rule as the formulas read it."""

    call_id: int
    session_id: int | None
    share_cents: int | None  # the session's share of the pot, if it has one
    data: dict[str, Any]  # with the cap that holds for this campaign

    @property
    def kind(self) -> str:
        """Which kind of rule it is."""
        return str(self.data["kind"])


def terms_of(campaign_id: int) -> Terms | None:
    """Return what a campaign is matched by, or None when no call matches it. One query."""
    there = Application.objects.select_related("call__rule", "session").order_by()
    found = there.filter(campaign=campaign_id).first()
    if found is None:
        return None
    share = found.session.pot_cents if found.session else None
    return Terms(found.call_id, found.session_id, share, rule_data_for(found))
