"""Letters to several people at once, each in their language: a campaign's team, the municipality's officers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import Membership, User
from accounts.notices.services import notify
from accounts.templatetags.ui import moment
from crowdfund.kit.money import format_euro

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaigns.models import Campaign


def team_of(campaign: Campaign) -> list[User]:
    """Return everybody in the team of a campaign's organisation."""
    members = Membership.objects.filter(organisation_id=campaign.project.organisation_id)
    return [member.user for member in members.select_related("user")]


def officers() -> list[User]:
    """Return the municipality's officers."""
    return list(User.objects.filter(grants__role=Role.OFFICER, is_active=True).order_by("pk"))


def write_to_people(
    people: Iterable[User],
    event: str,
    *,
    page: str,
    args: Sequence[object],
    label: str,
    once: str,
    now: dt.datetime,
    **figures: object,
) -> None:
    """Queue the email `event` to each person. Figures named `…_cents` become amounts in words, times too.

    `page` and `args` say where the button leads, `label` (marked for translation by the caller) what it says; `once`
    tells letters of the same event apart.
    """
    for user in people:
        with translation.override(user.language):
            action = {
                "action_label": _(label),
                "action_url": settings.SITE_URL + reverse(page, args=list(args)),
            }
            words = dict(_in_words(name, value, user.language) for name, value in figures.items())
        notify(
            event=event,
            email=user.email,
            user=user,
            language=user.language,
            context=action | words,
            dedupe=f"{event}:{once}:{user.pk}",
            now=now,
        )


def _in_words(name: str, value: object, language: str) -> tuple[str, object]:
    if name.endswith("_cents") and isinstance(value, int):
        return name.removesuffix("_cents"), format_euro(value, language)
    if value is None or isinstance(value, dt.datetime):
        return name, moment(value)
    return name, value
