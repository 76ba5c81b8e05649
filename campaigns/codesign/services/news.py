"""Tell those who share a need, and asked for it, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from accounts.notices.services import notify
from campaigns.codesign.models import NeedSupport

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from accounts.permissions import Visitor
    from campaigns.codesign.models import Need, Proposal
    from campaigns.models import Project


def tell_followers(
    *, needs: Iterable[Need], born: Proposal | Project, kind: str, by: Visitor | None, now: dt.datetime
) -> None:
    """Queue one email a person, though they share several of the needs; not to who did it.

    `kind` is `proposal` or `project`. Call it inside the transaction of the deed.
    """
    supports = (
        NeedSupport.objects.filter(need__in=needs, wants_news=True, user__is_active=True)
        .select_related("user", "need")
        .order_by("user_id", "need_id")
        .distinct("user_id")
    )
    for support in supports:
        person = support.user
        if person is None or (by is not None and person.pk == by.pk):
            continue
        with translation.override(person.language):
            context = {
                "kind": kind,
                "title": born.title,
                "need": support.need.title,
                "url": settings.SITE_URL + born.get_absolute_url(),
                "need_url": settings.SITE_URL + support.need.get_absolute_url(),
                "name": person.name,
            }
        notify(
            event="need_followed",
            email=person.email,
            user=person,
            language=person.language,
            context=context,
            now=now,
            dedupe=f"need_followed:{kind}:{born.pk}:{person.pk}",
        )
