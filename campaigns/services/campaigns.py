"""The life of a campaign up to its deadline: drafted, reviewed, launched, cancelled."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import CAMPAIGN_TRANSITIONS, OPEN_STATUSES, CampaignStatus
from campaigns.locks import lock_campaign
from campaigns.models import Campaign
from campaigns.permissions import (
    can_cancel_campaign,
    can_edit_campaign,
    can_edit_project,
    can_launch_campaign,
    can_review_campaign,
)
from campaigns.selectors.readiness import is_matched, problems_before_review
from campaigns.services.cleaning import free_slug, positive_cents
from campaigns.services.letters import tell_team
from campaigns.signals import campaign_cancelled, campaign_launching
from crowdfund.kit import states
from crowdfund.kit.clock import CIVIL, last_second
from crowdfund.kit.errors import Invalid, Refused, Several

if TYPE_CHECKING:
    from accounts.models import User
    from campaigns.models import Project
    from campaigns.selectors.readiness import Problem

LONGEST_DAYS = 180
LONGEST_REASON = 200  # what an event keeps


class NotReady(Several):
    """A campaign that lacks something: everything at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            [Invalid(problem.code, problem.sentence, field=problem.field) for problem in problems]
        )
        self.code = "not_ready"


def _check_figures(cost_cents: int, goal_cents: int, days: int) -> None:
    positive_cents(cost_cents, field="cost_cents")
    positive_cents(goal_cents, field="goal_cents")
    if goal_cents > cost_cents:
        raise Invalid(
            "goal_above_cost", _("The goal can't be more than the project costs."), field="goal_cents"
        )
    if type(days) is not int or not 1 <= days <= LONGEST_DAYS:
        raise Invalid(
            "days_out_of_range",
            _("A campaign lasts from 1 to %(most)s days."),
            field="days",
            most=LONGEST_DAYS,
        )


def _check_reason(why: str) -> str:
    why = why.strip()
    if not why:
        raise Invalid("reason_missing", _("Write the reason."), field="reason")
    if len(why) > LONGEST_REASON:
        raise Invalid(
            "reason_too_long",
            _("Keep the reason within %(most)s characters."),
            field="reason",
            most=LONGEST_REASON,
        )
    return why


def draft_campaign(
    *,
    project: Project,
    cost_cents: int,
    goal_cents: int,
    days: int,
    by: User | None,
    now: dt.datetime,
    fees_borne_by_campaign: bool = True,
) -> Campaign:
    """Draft a campaign of `days` civil days for a project, in whole cents. `by` None: another deed makes it.

    Raises `NotAllowed` unless `by` is the team's owner or editor, `Invalid` for wrong figures, `Refused`
    (`campaign_open`) when the project has a campaign that is not over.
    """
    if by is not None:
        require(can_edit_project(by, project))
    _check_figures(cost_cents, goal_cents, days)
    campaign = Campaign(
        project=project,
        slug=free_slug(Campaign, project.slug, fallback="campagna"),
        status=CampaignStatus.DRAFT,
        cost_cents=cost_cents,
        goal_cents=goal_cents,
        days=days,
        fees_borne_by_campaign=fees_borne_by_campaign,
        created_at=now,
    )
    open_already = Refused("campaign_open", _("This project has a campaign already, which is not over."))
    if project.campaigns.filter(status__in=OPEN_STATUSES).exists():
        raise open_already
    try:
        with transaction.atomic():
            campaign.save()
            states.record_birth(campaign, now=now, by=by)
    except IntegrityError as error:  # somebody else's draft came first
        raise open_already from error
    return campaign


def edit_campaign(
    *,
    campaign: Campaign,
    cost_cents: int,
    goal_cents: int,
    days: int,
    by: User,
    now: dt.datetime,
    fees_borne_by_campaign: bool | None = None,
) -> None:
    """Change a draft's figures, in whole cents. Once a call has admitted it, cost, goal and days are fixed.

    Raises `NotAllowed`, `Invalid`, or `Refused` (`not_a_draft`, `fixed_by_call`).
    """
    require(can_edit_campaign(by, campaign))
    _check_figures(cost_cents, goal_cents, days)
    with transaction.atomic():
        lock_campaign(campaign)
        require_draft(campaign)
        figures = (campaign.cost_cents, campaign.goal_cents, campaign.days)
        if figures != (cost_cents, goal_cents, days) and is_matched(campaign):
            raise Refused(
                "fixed_by_call",
                _("Cost, goal and days were fixed when the call admitted this project."),
                field="cost_cents",
            )
        campaign.cost_cents, campaign.goal_cents, campaign.days = cost_cents, goal_cents, days
        if fees_borne_by_campaign is not None:
            campaign.fees_borne_by_campaign = fees_borne_by_campaign
        campaign.save(update_fields=["cost_cents", "goal_cents", "days", "fees_borne_by_campaign"])


def require_draft(campaign: Campaign) -> None:
    """Raise `Refused` unless the campaign is a draft: what an officer reads or residents see stays as it is."""
    if campaign.status != CampaignStatus.DRAFT:
        raise Refused("not_a_draft", _("Only a draft can be changed."))


def submit_for_review(*, campaign: Campaign, by: User, now: dt.datetime) -> None:
    """Hand a draft to the officers. Raises `NotAllowed`, `NotReady` with every problem, or `IllegalTransition`."""
    require(can_edit_campaign(by, campaign))
    with transaction.atomic():
        lock_campaign(campaign)
        if campaign.status == CampaignStatus.DRAFT and (problems := problems_before_review(campaign)):
            raise NotReady(problems)
        states.advance(campaign, CampaignStatus.REVIEW, table=CAMPAIGN_TRANSITIONS, now=now, by=by)


def send_back_campaign(*, campaign: Campaign, reason: str, by: User, now: dt.datetime) -> None:
    """Give a campaign in review back to its team, with the reason. By an officer who is not of the team."""
    require(can_review_campaign(by, campaign))
    reason = _check_reason(reason)
    with transaction.atomic():
        states.advance(campaign, CampaignStatus.DRAFT, table=CAMPAIGN_TRANSITIONS, now=now, by=by, why=reason)
        tell_team(
            event="campaign_sent_back",
            campaign=campaign,
            action=_("Read what to change"),
            dedupe=f"{campaign.pk}:{now.isoformat()}",
            leads_to="campaign_submit",
            now=now,
            reason=reason,
        )


def approve_campaign(*, campaign: Campaign, by: User, now: dt.datetime) -> None:
    """Find a campaign in review good: its owner may launch it. By an officer who is not of the team."""
    require(can_review_campaign(by, campaign))
    with transaction.atomic():
        states.advance(campaign, CampaignStatus.APPROVED, table=CAMPAIGN_TRANSITIONS, now=now, by=by)
        tell_team(
            event="campaign_approved",
            campaign=campaign,
            action=_("Launch the campaign"),
            dedupe=str(campaign.pk),
            leads_to="campaign_launch",
            now=now,
        )


def last_moment(now: dt.datetime, days: int) -> dt.datetime:
    """Return the last second of the civil day that is `days` days after `now`, in the city's time."""
    day = now.astimezone(CIVIL).date() + dt.timedelta(days=days)
    return last_second(day)


def launch_campaign(
    *, campaign: Campaign, by: User, now: dt.datetime, deadline: dt.datetime | None = None
) -> None:
    """Open an approved campaign to the public, until `deadline` or the end of the day `days` days from now.

    Sends `campaign_launching` within the transaction: whoever can't carry the launch refuses it there.
    Raises `NotAllowed` unless `by` is an owner, `Invalid` for a deadline that is past or beyond 180 days.
    """
    require(can_launch_campaign(by, campaign))
    deadline = deadline or last_moment(now, campaign.days)
    if deadline <= now:
        raise Invalid("deadline_past", _("The deadline has already passed."), field="deadline")
    if deadline > last_moment(now, LONGEST_DAYS):
        raise Invalid(
            "deadline_too_far",
            _("The deadline can't be more than %(most)s days away."),
            field="deadline",
            most=LONGEST_DAYS,
        )
    with transaction.atomic():
        states.advance(
            campaign,
            CampaignStatus.LIVE,
            table=CAMPAIGN_TRANSITIONS,
            now=now,
            by=by,
            opens_at=now,
            deadline=deadline,
        )
        campaign_launching.send(sender=Campaign, campaign=campaign, now=now)
        tell_team(
            event="campaign_launched",
            campaign=campaign,
            action=_("See the campaign"),
            dedupe=str(campaign.pk),
            leads_to="campaign",
            now=now,
            deadline=deadline.isoformat(),
        )


def cancel_campaign(*, campaign: Campaign, reason: str, by: User, now: dt.datetime) -> None:
    """End a campaign that is not past its deadline: nobody is charged, the reserved match goes back to the pot.

    Sends `campaign_cancelled` within the transaction. Raises `NotAllowed` unless `by` is an owner or an officer.
    """
    require(can_cancel_campaign(by, campaign))
    reason = _check_reason(reason)
    if campaign.status == CampaignStatus.LIVE and campaign.deadline and campaign.deadline <= now:
        raise Refused("deadline_passed", _("The deadline has passed: the campaign is being settled."))
    with transaction.atomic():
        states.advance(
            campaign, CampaignStatus.CANCELLED, table=CAMPAIGN_TRANSITIONS, now=now, by=by, why=reason
        )
        campaign_cancelled.send(sender=Campaign, campaign=campaign, now=now, by=by, why=reason)
