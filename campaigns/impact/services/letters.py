"""What a team is told of its indicators: one is due, a measurement was verified or sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from accounts.notices.services import notify
from accounts.templatetags.ui import day

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.impact.models import Measurement
    from campaigns.models import Indicator


def _tell_team(
    *, indicator: Indicator, event: str, once: str, on: dt.date, now: dt.datetime, **more: str
) -> None:
    """Queue `event` for everybody in the team, each in their language; the button leads to the measurements."""
    project = indicator.project
    for person in User.objects.filter(is_active=True, memberships__organisation=project.organisation_id):
        with override(person.language):
            words = {
                "day": str(day(on)),
                "action_label": _("See the measurements"),
                "action_url": settings.SITE_URL + reverse("measurements", args=[project.slug]),
            }
        notify(
            event=event,
            email=person.email,
            user=person,
            language=person.language,
            dedupe=f"{event}:{indicator.pk}:{once}:{person.pk}",
            context={"title": project.title, "indicator": indicator.name, **words, **more},
            now=now,
        )


def tell_due(*, indicator: Indicator, stage: str, now: dt.datetime) -> None:
    """Say that an indicator is `due` today, or that it is `late`."""
    _tell_team(
        indicator=indicator,
        event="measurement_due",
        once=f"{indicator.due_on.isoformat()}:{stage}",
        on=indicator.due_on,
        now=now,
        stage=stage,
    )


def tell_of_verdict(*, measurement: Measurement, why: str, now: dt.datetime) -> None:
    """Say that a measurement was verified or, with `why`, sent back."""
    _tell_team(
        indicator=measurement.indicator,
        event="measurement_decided",
        once=f"{measurement.pk}:{measurement.status}",
        on=measurement.measured_on,
        now=now,
        outcome=measurement.status,
        why=why,
    )
