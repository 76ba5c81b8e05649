"""Who may do what with a pledge: its backer by login, or whoever holds a link signed for it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core import signing

from accounts.permissions import is_person

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from payments.models import Pledge

# Signed links: each opens one pledge for one purpose, and never logs anyone in

MANAGE = "manage"
THANKS = "thanks"
LINK_LIVES_SECONDS = 400 * 24 * 3600  # a campaign of 180 days, its collection, and a margin


class _Link(signing.TimestampSigner):
    """Signs with the present time, or with one that is given."""

    def __init__(self, purpose: str, at: dt.datetime | None = None) -> None:
        super().__init__(salt=f"pledge.{purpose}")
        self.at = at

    def timestamp(self) -> str:
        """Write the time in base 62."""
        return signing.b62_encode(int(self.at.timestamp())) if self.at else super().timestamp()


def link_token(pledge: Pledge, purpose: str, *, at: dt.datetime | None = None) -> str:
    """Sign a link to this pledge for this purpose (a salt of its own).

    `at` signs as of a time, for what must come out the same when it is asked for again.
    """
    return _Link(purpose, at).sign(pledge.public_id.hex)


def pledge_of(token: str, purpose: str) -> uuid.UUID | None:
    """Return the public id a link was signed for; None when it is forged, too old or for another purpose."""
    try:
        return uuid.UUID(hex=_Link(purpose).unsign(token, max_age=LINK_LIVES_SECONDS))
    except (signing.BadSignature, ValueError):
        return None


# The backer's pledge


def can_manage_pledge(user: Visitor | None, pledge: Pledge, token: str = "") -> bool:
    """The backer, logged in, or the holder of the link signed to manage this very pledge."""
    if is_person(user) and pledge.backer_id == user.pk:
        return True
    return bool(token) and pledge_of(token, MANAGE) == pledge.public_id
