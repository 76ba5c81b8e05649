"""What a team is told of its milestones and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from accounts.notices.services import notify
from accounts.templatetags.ui import day

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign, Milestone
    from campaigns.reporting.models import SpendingReport


def tell_whole_team(
    *, campaign: Campaign, event: str, page: str, args: list[object], once: str, now: dt.datetime, **more: Any
) -> None:
    """Queue `event` for everybody in the team, accountants too, each in their language; dates go in words."""
    people = User.objects.filter(is_active=True, memberships__organisation=campaign.project.organisation_id)
    for person in people:
        with override(person.language):
            words = {
                name: str(day(value)) if name.endswith("_on") else str(value) for name, value in more.items()
            }
            button = {
                "action_label": _("See what to do"),
                "action_url": settings.SITE_URL + reverse(page, args=args),
            }
        notify(
            event=event,
            email=person.email,
            user=person,
            language=person.language,
            dedupe=f"{event}:{once}:{person.pk}",
            context={
                "title": campaign.project.title,
                "organisation": campaign.project.organisation.name,
                **button,
                **words,
            },
            now=now,
        )


def tell_of_report(*, report: SpendingReport, event: str, once: str, now: dt.datetime, **more: Any) -> None:
    """Write about one report; the button leads to it."""
    tell_whole_team(
        campaign=report.campaign,
        event=event,
        page="spending_report",
        args=[report.pk],
        once=f"{report.pk}:{once}",
        now=now,
        due_on=report.due_on,
        milestone=report.milestone.title if report.milestone else "",
        **more,
    )


def tell_of_milestone(*, milestone: Milestone, outcome: str, why: str, now: dt.datetime) -> None:
    """Say what became of a step that was reported, or of a request for another date."""
    tell_whole_team(
        campaign=milestone.campaign,
        event="milestone_decided",
        page="milestone_work",
        args=[milestone.campaign.slug, milestone.pk],
        once=f"{milestone.pk}:{outcome}:{now.isoformat()}",
        now=now,
        milestone=milestone.title,
        due_on=milestone.due_on,
        outcome=outcome,
        why=why,
    )
