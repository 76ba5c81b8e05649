"""Another date for a step: the team asks with the reason, an officer agrees or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import MilestoneStatus
from campaigns.locks import lock_milestone
from campaigns.models import Milestone
from campaigns.reporting.enums import CHANGE_TRANSITIONS, ChangeStatus, ReportStatus
from campaigns.reporting.formula import REPORT_WITHIN, final_due
from campaigns.reporting.models import MilestoneChange, SpendingReport
from campaigns.reporting.permissions import can_answer_change, can_ask_change
from campaigns.reporting.services.letters import tell_of_milestone
from campaigns.reporting.services.words import LONGEST_EVENT, clean_reason
from campaigns.services.milestones import WORK_BEGUN
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User


def ask_change(
    *, milestone: Milestone, due_on: dt.date, reason: str, by: User, now: dt.datetime
) -> MilestoneChange:
    """Ask to move a step of the work to another civil day.

    Raises `Invalid` for a day that is past or the same, `Refused` once it was reported or while another request waits.
    """
    require(can_ask_change(by, milestone.campaign))
    why = clean_reason(reason)
    if due_on <= now.astimezone(CIVIL).date():
        raise Invalid("due_past", _("Choose a day that is still to come."), field="due_on")
    with transaction.atomic():
        lock_milestone(milestone)
        _check_planned(milestone)
        if due_on == milestone.due_on:
            raise Invalid("same_day", _("This is the date that stands already."), field="due_on")
        if milestone.changes.filter(status=ChangeStatus.REQUESTED).exists():
            raise Refused("change_waits", _("Another request for this milestone waits for an answer."))
        change = MilestoneChange.objects.create(
            milestone=milestone,
            before_on=milestone.due_on,
            due_on=due_on,
            reason=why,
            requested_by=by,
            requested_at=now,
        )
        record_birth(change, now=now, by=by)
    return change


def _check_planned(milestone: Milestone) -> None:
    if milestone.campaign.status not in WORK_BEGUN:
        raise Refused("work_not_begun", _("The plan changes once the campaign has succeeded."))
    if milestone.status != MilestoneStatus.PLANNED:
        raise Refused("milestone_reported", _("This milestone was reported already."))


def agree_change(*, change: MilestoneChange, by: User, now: dt.datetime) -> None:
    """Agree: the step has its new date, and so has its report if it was not handed in yet."""
    milestone = change.milestone
    require(can_answer_change(by, milestone.campaign))
    with transaction.atomic():
        lock_milestone(milestone)
        _check_planned(milestone)
        advance(change, ChangeStatus.AGREED, table=CHANGE_TRANSITIONS, now=now, by=by)
        milestone.due_on = change.due_on
        milestone.save(update_fields=["due_on"])
        _move_reports(milestone, now)
        tell_of_milestone(milestone=milestone, outcome="agreed", why="", now=now)


def _move_reports(milestone: Milestone, now: dt.datetime) -> None:
    """Move what hangs on the date: the step's report, and the final one behind the last step of all."""
    drafts = SpendingReport.objects.filter(status=ReportStatus.DRAFT)
    drafts.filter(milestone=milestone).update(due_on=milestone.due_on + REPORT_WITHIN, reminders=0)
    steps = Milestone.objects.filter(campaign=milestone.campaign_id).values_list("due_on", flat=True)
    today = now.astimezone(CIVIL).date()
    drafts.filter(campaign=milestone.campaign_id, milestone__isnull=True).update(
        due_on=final_due(list(steps), today, today), reminders=0
    )


def refuse_change(*, change: MilestoneChange, why: str, by: User, now: dt.datetime) -> None:
    """Refuse, with the reason: the date stays."""
    require(can_answer_change(by, change.milestone.campaign))
    said = clean_reason(why, field="why", longest=LONGEST_EVENT)
    with transaction.atomic():
        advance(change, ChangeStatus.REFUSED, table=CHANGE_TRANSITIONS, now=now, by=by, why=said)
        tell_of_milestone(milestone=change.milestone, outcome="refused", why=said, now=now)
