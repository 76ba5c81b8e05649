"""Who in a team gets word of what, and where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from accounts.enums import TeamRole
from accounts.models import User
from accounts.notices.services import notify

if TYPE_CHECKING:
    import datetime as dt

    from django.utils.functional import _StrOrPromise

    from campaigns.models import Campaign


def button(label: _StrOrPromise, name: str, slug: str, language: str) -> dict[str, str]:
    """Return an email's one button in the reader's language: its label and the whole address it leads to."""
    with override(language):
        return {"action_label": str(label), "action_url": settings.SITE_URL + reverse(name, args=[slug])}


def tell_team(
    *,
    event: str,
    campaign: Campaign,
    action: _StrOrPromise,
    leads_to: str,
    dedupe: str,
    now: dt.datetime,
    **context: Any,
) -> None:
    """Queue `event` for the owners and editors of the campaign's organisation, each in their language."""
    people = User.objects.filter(
        is_active=True,
        memberships__organisation=campaign.project.organisation_id,
        memberships__role__in=[TeamRole.OWNER, TeamRole.EDITOR],
    )
    for person in people:
        notify(
            event=event,
            email=person.email,
            user=person,
            language=person.language,
            dedupe=f"{event}:{dedupe}:{person.pk}",
            context={
                **context,
                "title": campaign.project.title,
                "organisation": campaign.project.organisation.name,
                **button(action, leads_to, campaign.slug, person.language),
            },
            now=now,
        )
