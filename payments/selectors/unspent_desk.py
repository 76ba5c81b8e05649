"""What unspent money needs from somebody today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from crowdfund.kit.clock import last_second
from crowdfund.kit.desk import Task
from payments.enums import ProposalStatus
from payments.permissions import (
    can_decide_match_return,
    can_decide_unspent,
    can_propose_match_return,
    can_see_all_money,
)
from payments.selectors.unspent import match_returns, unspent_decisions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User


def officer_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Decisions and returns to confirm, and match that is asked for and has not come back."""
    if not can_see_all_money(user):
        return
    for row in unspent_decisions().filter(status=ProposalStatus.PROPOSED):
        if can_decide_unspent(user, row):
            yield Task(
                _("Decide what a project gives back"), row.campaign.project.title, _url("unspent", row.pk)
            )
    for made in match_returns().filter(status=ProposalStatus.PROPOSED):
        if can_decide_match_return(user, made):
            title = made.unspent.campaign.project.title
            yield Task(_("Confirm match that came back"), title, _url("match_return", made.pk))
    asked = unspent_decisions().filter(status=ProposalStatus.APPROVED, returned_cents__lt=F("match_cents"))
    for row in asked:
        if can_propose_match_return(user, row):
            until = last_second(row.due_on)
            title = row.campaign.project.title
            yield Task(_("Record match that comes back"), title, _url("unspent", row.pk), until)


def _url(name: str, pk: int) -> str:
    return reverse(name, args=[pk])
