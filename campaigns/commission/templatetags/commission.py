"""What other pages show of a commission: a call's criteria and lists, an application's points, appeal and offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from campaigns.calls.models import Session
from campaigns.commission.permissions import (
    can_appeal,
    can_form_commission,
    can_see_commission,
    can_write_grid,
    commission_for,
    seat_of,
)
from campaigns.commission.selectors import words
from campaigns.commission.selectors.pages import entry_rows, sheet_rows
from campaigns.commission.selectors.reads import (
    appeal_until,
    entries_of,
    grid_of,
    standing_entry,
    standing_lists,
)
from crowdfund.kit import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.calls.models import Application, Call

register = template.Library()
register.filter("points", words.points)
register.filter("out_of_100", words.out_of_100)


@register.inclusion_tag("campaigns/commission/_call_criteria.html", takes_context=True)
def call_criteria(context: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """Show the criteria of a call, and to officers where they write them; nothing where there is no grid to show."""
    user = context["request"].user
    grid = grid_of(call)
    may_write = call.status == "draft" and can_write_grid(user)
    return {
        "call": call,
        "grid": grid,
        "sentences": words.grid_in_words(grid) if grid else [],
        "may_write": may_write,
    }


@register.inclusion_tag("campaigns/commission/_call_lists.html", takes_context=True)
def call_lists(context: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """Show the lists of a call that hold, and to the desk its commissions."""
    user = context["request"].user
    standing = standing_lists(call).select_related("commission__session", "commission__call__grid")
    shown = [(one, list(entry_rows(one, entries_of(one)))) for one in standing]
    of = call.commissions.select_related("session", "call")
    follows = [one for one in of if can_see_commission(user, one)] if user.is_authenticated else []
    reads = [one for one in of if seat_of(user, one)] if user.is_authenticated else []
    windows = Session.objects.filter(call=call).count() or 1
    lacking = len(of) < windows and call.status in {"published", "closed"}
    return {
        "call": call,
        "lists": shown,
        "follows": follows,
        "reads": reads,
        "may_form": lacking and can_form_commission(user),
    }


@register.simple_tag
def has_grid(call: Call) -> bool:
    """Say whether a commission ranks the call."""
    return grid_of(call) is not None


@register.inclusion_tag("campaigns/commission/_application.html", takes_context=True)
def application_commission(context: Mapping[str, Any], application: Application) -> dict[str, Any]:
    """Show the team what the list says, its points once published, its appeal, and an offer that waits."""
    entry = standing_entry(application)
    commission = commission_for(application)
    if commission is None:
        return {"commission": None}
    user, now = context["request"].user, clock.now()
    until = appeal_until(entry.ranked_list) if entry else None
    appeal = getattr(application, "appeal", None)
    sheets = sheet_rows(commission, application, user) if entry else []
    return {
        "application": application,
        "commission": commission,
        "row": next(iter(entry_rows(entry.ranked_list, [entry])), None) if entry else None,
        "criteria": entry.ranked_list.rule["criteria"] if entry else [],
        "sheets": [row for row in sheets if row.scores],
        "appeal": appeal,
        "appeal_until": until,
        "may_appeal": appeal is None and until and now < until and can_appeal(user, application),
        "offer": getattr(application, "offer", None),
        "follows": can_see_commission(user, commission),
    }
