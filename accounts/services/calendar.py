"""The private address of the desk's calendar: a signed link that a calendar program reads without a login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core import signing
from django.db import transaction
from django.db.models import F

from accounts.models import CalendarLink
from accounts.permissions import can_see_officer_desk, require

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

SALT: Final = "accounts.calendar"


def renew_calendar_link(*, by: User, now: dt.datetime) -> CalendarLink:
    """Make one's private address, or another one in place of it: the earlier one shows nothing any more."""
    require(can_see_officer_desk(by))
    with transaction.atomic():
        link, made = CalendarLink.objects.select_for_update().get_or_create(
            user=by, defaults={"created_at": now}
        )
        if not made:
            CalendarLink.objects.filter(pk=link.pk).update(
                version=F("version") + 1, created_at=now, withdrawn_at=None
            )
            link.refresh_from_db()
    return link


def withdraw_calendar_link(*, by: User, now: dt.datetime) -> None:
    """Take one's private address back: what was handed out shows nothing any more, whatever is made later."""
    require(can_see_officer_desk(by))
    CalendarLink.objects.filter(user=by).update(version=F("version") + 1, withdrawn_at=now)


def calendar_token(link: CalendarLink) -> str:
    """Sign what the address names: whose it is and which version."""
    return signing.dumps([link.user_id, link.version], salt=SALT, compress=False)


def reader_of(token: str) -> User | None:
    """Return whose calendar an address shows, or None: forged, replaced, or somebody who may not see it any more."""
    try:
        user_id, version = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    link = CalendarLink.objects.select_related("user").filter(
        user=user_id, version=version, withdrawn_at=None
    )
    found = link.first()
    return found.user if found and can_see_officer_desk(found.user) else None
