"""Share a need: each person, and each visitor's browser, once; the counter is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import ConsentKind
from accounts.models import Consent
from accounts.permissions import is_person
from campaigns.codesign.enums import NeedStatus
from campaigns.codesign.locks import lock_needs
from campaigns.codesign.models import Need, NeedSupport
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt
    import uuid
    from collections.abc import Callable

    from accounts.models import User
    from accounts.permissions import Visitor

NEWS_CONSENT = _("Write to me when a proposal or a project is born from this need.")
NEWS_CONSENT_VERSION = "2026-11"


def share_need(
    *, need: Need, by: Visitor | None, visitor: uuid.UUID | None, wants_news: bool = False, now: dt.datetime
) -> bool:
    """Count the person, or the guest's browser, among those who share a published need.

    Returns whether they are new; a second time only `wants_news` is set. What a guest shared becomes the person's when
    they log in with the same browser. Raises `Refused` for a need that is not public, `Invalid` when a guest, who has
    no address with us, asks for news.
    """
    person = by if is_person(by) else None
    if person is None and visitor is None:
        raise Invalid("nobody", _("We can't tell who shares this need."))
    if person is None and wants_news:
        raise Invalid("news_need_login", _("Log in to get news by email."), field="wants_news")

    def share(standing: Need) -> bool:
        support, new = _support(standing, person, visitor, now)
        if new:
            _count(standing, 1)
        if support.wants_news != wants_news:
            support.wants_news = wants_news
            support.save(update_fields=["wants_news"])
            if person is not None and wants_news:
                _record_consent(person, now)
        return new

    return _on_standing(need, share)


def unshare_need(*, need: Need, by: Visitor | None, visitor: uuid.UUID | None) -> bool:
    """Take the person or the guest's browser off those who share the need; return whether they were there."""
    person = by if is_person(by) else None
    if person is not None:
        mine = NeedSupport.objects.filter(user=person)
    elif visitor is not None:
        mine = NeedSupport.objects.filter(visitor=visitor, user=None)
    else:
        return False

    def leave(standing: Need) -> bool:
        gone = mine.filter(need=standing).delete()[0]
        if gone:
            Need.objects.filter(pk=standing.pk).update(supporters=F("supporters") - gone)
        return bool(gone)

    return _on_standing(need, leave)


def _on_standing(need: Need, deed: Callable[[Need], bool]) -> bool:
    """Do the deed on the need, or on the one it was merged into, with that row locked; `need` counts afresh after it.

    A merge holds the same lock: who comes in the middle of it waits, and is counted where the need has gone. The lock
    on what turns out to be merged is given back before the next is asked for, so that nobody waits in a circle.
    """
    key, done = need.pk, False
    while True:
        with transaction.atomic():
            standing = lock_needs([Need(pk=key)])[key]
            if standing.merged_into_id is None:
                done = deed(standing)
                break
            transaction.set_rollback(True)
        key = standing.merged_into_id
    need.supporters = Need.objects.values_list("supporters", flat=True).get(pk=key)
    return done


def _support(
    need: Need, person: User | None, visitor: uuid.UUID | None, now: dt.datetime
) -> tuple[NeedSupport, bool]:
    """Find or make the row. The unique constraints decide between two that come in the same moment."""
    if person is None:
        return NeedSupport.objects.get_or_create(need=need, visitor=visitor, defaults={"since": now})
    if visitor is not None and not NeedSupport.objects.filter(need=need, user=person).exists():
        as_guest = NeedSupport.objects.filter(need=need, visitor=visitor, user=None)
        if as_guest.update(user=person, visitor=None):
            return NeedSupport.objects.get(need=need, user=person), False
    return NeedSupport.objects.get_or_create(need=need, user=person, defaults={"since": now})


def _count(need: Need, step: int) -> None:
    """Move the counter in the database, which also checks that the need is public now."""
    public = Need.objects.filter(pk=need.pk, status=NeedStatus.PUBLISHED)
    if not public.update(supporters=F("supporters") + step):
        raise Refused("need_not_public", _("This need is not public."))


def _record_consent(person: User, now: dt.datetime) -> None:
    Consent.objects.create(
        kind=ConsentKind.TOLD_OF_NEED,
        version=NEWS_CONSENT_VERSION,
        language=get_language() or person.language,
        text=str(NEWS_CONSENT),
        email=person.email,
        user=person,
        given_at=now,
    )
