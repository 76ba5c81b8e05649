"""The rule that a campaign's call published, as this room reads it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from campaigns.calls.models import Application

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
    kind: str
    data: dict[str, Any]


def terms_of(campaign_id: int) -> Terms | None:
    """Return what a campaign is matched by, or None when no call matches it. One query, no model is made."""
    columns = ("call_id", "session_id", "call__rule__kind", "call__rule__data")
    found = Application.objects.filter(campaign=campaign_id).values_list(*columns).first()
    if found is None:
        return None
    call_id, session_id, kind, data = found
    return Terms(call_id, session_id, kind, {"kind": kind, **data})
