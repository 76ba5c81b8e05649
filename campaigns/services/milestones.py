"""The steps of a project's work, on which the tranches of the match hang."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import ProtectedError, Sum
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import MILESTONE_TRANSITIONS, CampaignStatus, MilestoneStatus
from campaigns.locks import lock_campaign, lock_milestone
from campaigns.models import Milestone
from campaigns.permissions import can_edit_campaign, can_report_milestone
from campaigns.services.campaigns import require_draft
from campaigns.services.cleaning import clean
from crowdfund.kit import states
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Campaign

WORK_BEGUN = frozenset({CampaignStatus.COLLECTING, CampaignStatus.FUNDED})


def add_milestone(
    *, campaign: Campaign, title: str, due_on: dt.date, share_percent: int, by: User, now: dt.datetime
) -> Milestone:
    """Plan a step of a draft's work: due on a civil day to come, worth `share_percent` whole percent of the match.

    Raises `NotAllowed`, `Invalid` (a day that is past, shares above 100 together) or `Refused` (`not_a_draft`).
    """
    require(can_edit_campaign(by, campaign))
    milestone = Milestone(campaign=campaign, title=title, due_on=due_on, share_percent=share_percent)
    clean(milestone, ["title"])
    if due_on <= now.astimezone(CIVIL).date():
        raise Invalid("due_past", _("Choose a day that is still to come."), field="due_on")
    with transaction.atomic():
        lock_campaign(campaign)
        require_draft(campaign)
        taken = campaign.milestones.aggregate(sum=Sum("share_percent", default=0))["sum"]
        if not 1 <= share_percent <= 100 - taken:
            raise Invalid(
                "share_out_of_range",
                _("Write a share from 1 %% to 100 %%: %(left)s %% is still to be shared out."),
                field="share_percent",
                left=100 - taken,
            )
        milestone.save()
        states.record_birth(milestone, now=now, by=by)
    return milestone


def remove_milestone(*, milestone: Milestone, by: User, now: dt.datetime) -> None:
    """Take a step out of a draft. Raises `NotAllowed` or `Refused`."""
    require(can_edit_campaign(by, milestone.campaign))
    with transaction.atomic():
        lock_campaign(milestone.campaign)
        require_draft(milestone.campaign)
        try:
            milestone.delete()
        except ProtectedError as error:
            raise Refused("milestone_in_use", _("Money hangs on this milestone.")) from error


def reach_milestone(*, milestone: Milestone, evidence: str, by: User, now: dt.datetime) -> None:
    """Report a step as done, with what shows it; the municipality then decides on its tranche.

    Raises `NotAllowed`, `Invalid` without evidence, `Refused` (`work_not_begun`) before the campaign succeeded.
    """
    require(can_report_milestone(by, milestone.campaign))
    if not evidence.strip():
        raise Invalid("evidence_missing", _("Say what shows that this step is done."), field="evidence")
    with transaction.atomic():
        lock_milestone(milestone)
        if milestone.campaign.status not in WORK_BEGUN:
            raise Refused("work_not_begun", _("Milestones are reached once the campaign has succeeded."))
        states.advance(
            milestone,
            MilestoneStatus.REACHED,
            table=MILESTONE_TRANSITIONS,
            now=now,
            by=by,
            reached_on=now.astimezone(CIVIL).date(),
            evidence=evidence.strip(),
        )
