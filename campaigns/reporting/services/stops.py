"""A project that stops midway: declared with the reason, confirmed by another person; then what is left goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import CampaignStatus
from campaigns.reporting.enums import (
    REPORT_TRANSITIONS,
    STANDING_STOPS,
    STOP_TRANSITIONS,
    ReportStatus,
    StopStatus,
)
from campaigns.reporting.formula import FINAL_WITHIN
from campaigns.reporting.locks import hold_campaign, lock_report
from campaigns.reporting.models import ProjectStop
from campaigns.reporting.permissions import can_decide_stop, can_declare_stop
from campaigns.reporting.services.letters import tell_whole_team
from campaigns.reporting.services.planning import plan_reports
from campaigns.reporting.services.words import LONGEST_EVENT, clean_reason
from campaigns.reporting.signals import project_stopped
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance, record_birth

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Campaign


def declare_stop(*, campaign: Campaign, reason: str, by: User, now: dt.datetime) -> ProjectStop:
    """Declare that a funded project stops: no money leaves from now on, until another person has decided.

    By an owner of the team or an officer. Raises `Invalid` without a reason, `Refused` before the collection has ended
    or when it was declared already.
    """
    require(can_declare_stop(by, campaign))
    why = clean_reason(reason)
    with transaction.atomic():
        locked = hold_campaign(campaign.pk)
        if locked.status != CampaignStatus.FUNDED:
            raise Refused("not_funded", _("A project stops midway once its campaign has been funded."))
        if locked.stops.filter(status__in=STANDING_STOPS).exists():
            raise Refused("stop_declared", _("It was declared already that this project stops."))
        stop = ProjectStop.objects.create(campaign=locked, reason=why, **ProjectStop.proposal(by, now))
        record_birth(stop, now=now, by=by)
        _tell(stop, "declared", why, now)
    return stop


def confirm_stop(*, stop: ProjectStop, by: User, now: dt.datetime) -> None:
    """Confirm that a project stops: tranches that have not left are void, the rest of the match is free again.

    The reports of milestones that are still to come are dropped, the final one is due within sixty days. Sends
    `project_stopped` within the transaction: whoever can't undo what hangs on the project refuses it there.
    """
    require(can_decide_stop(by, stop))
    with transaction.atomic():
        campaign = hold_campaign(stop.campaign_id)
        advance(
            stop,
            StopStatus.CONFIRMED,
            table=STOP_TRANSITIONS,
            now=now,
            by=by,
            **ProjectStop.decision(by, now),
        )
        project_stopped.send(sender=ProjectStop, campaign=campaign, now=now, by=by, why=stop.reason)
        _make_final_due(campaign, by, now)
        _tell(stop, "confirmed", stop.reason, now)


def _make_final_due(campaign: Campaign, by: User, now: dt.datetime) -> None:
    due_on = now.astimezone(CIVIL).date() + FINAL_WITHIN
    for row in plan_reports(campaign=campaign, now=now):
        report = lock_report(row)
        if report.is_final:
            report.due_on = min(report.due_on, due_on)
            report.save(update_fields=["due_on"])
        elif report.status == ReportStatus.DRAFT and not report.items.exists():
            why = "the project stops"
            advance(report, ReportStatus.DROPPED, table=REPORT_TRANSITIONS, now=now, by=by, why=why)


def reject_stop(*, stop: ProjectStop, why: str, by: User, now: dt.datetime) -> None:
    """Decide that the project goes on, with the reason: money may leave again."""
    require(can_decide_stop(by, stop))
    said = clean_reason(why, field="why", longest=LONGEST_EVENT)
    with transaction.atomic():
        hold_campaign(stop.campaign_id)
        advance(
            stop,
            StopStatus.REJECTED,
            table=STOP_TRANSITIONS,
            now=now,
            by=by,
            why=said,
            **ProjectStop.decision(by, now),
        )
        _tell(stop, "rejected", said, now)


def _tell(stop: ProjectStop, outcome: str, why: str, now: dt.datetime) -> None:
    tell_whole_team(
        campaign=stop.campaign,
        event="stop_decided",
        page="spending_reports",
        args=[stop.campaign.slug],
        once=f"{stop.pk}:{outcome}",
        now=now,
        outcome=outcome,
        why=why,
    )
