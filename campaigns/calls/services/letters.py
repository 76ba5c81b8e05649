"""What a team is told of its application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.enums import TeamRole
from accounts.models import User
from accounts.notices.services import notify
from campaigns.calls.selectors.cards import moment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from campaigns.calls.models import Application


def tell_team(
    *,
    event: str,
    application: Application,
    now: dt.datetime,
    reason: str = "",
    closes_at: dt.datetime | None = None,
    words: Callable[[], dict[str, str]] = dict,
) -> None:
    """Queue `event` for the owners and editors of the organisation, each in their language, once each.

    `closes_at` is until when applications are taken, where that is the news; `words` gives what the letter says
    besides, in the language of the moment.
    """
    organisation = application.project.organisation
    people = User.objects.filter(
        is_active=True,
        memberships__organisation=organisation,
        memberships__role__in=[TeamRole.OWNER, TeamRole.EDITOR],
    )
    for person in people:
        with override(person.language):
            path, label = application.get_absolute_url(), _("Go to the application")
            until = moment(closes_at) if closes_at else ""
            more = words()
        notify(
            event=event,
            email=person.email,
            user=person,
            language=person.language,
            dedupe=f"{event}:{application.pk}:{person.pk}{f':{closes_at:%Y%m%d%H%M}' if closes_at else ''}",
            context={
                "project": application.project.title,
                "organisation": organisation.name,
                "call": application.call.title,
                "reason_given": reason,
                "until": until,
                "action_url": f"{settings.SITE_URL}{path}",
                "action_label": label,
                **more,
            },
            now=now,
        )
