"""A brake on card testing: how many pledges one address, one email and one campaign may begin in a while.

Counted in the cache, in real time. The answer is the same whatever was reached, so that it teaches nothing.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.utils.translation import gettext as _

from crowdfund.kit.errors import Refused

WINDOW_SECONDS = 600
MOST_BY_ADDRESS = 10
MOST_BY_EMAIL = 5
MOST_BY_CAMPAIGN = 300


class TooMany(Refused):
    """Too many attempts in a short time."""

    status = 429


def count_attempt(*, address: str, email: str, campaign: str) -> None:
    """Count an attempt to pledge. Raises `TooMany`. A limit of the cache, not of the database: nothing is written."""
    for kind, what, most in (
        ("address", address, MOST_BY_ADDRESS),
        ("email", email.strip().lower(), MOST_BY_EMAIL),
        ("campaign", campaign, MOST_BY_CAMPAIGN),
    ):
        if what and _count(kind, what) > most:
            raise TooMany(
                "too_many", _("Too many attempts in a short time. Wait a few minutes and try again.")
            )


def _count(kind: str, what: str) -> int:
    key = f"velocity:{kind}:{hashlib.sha256(what.encode()).hexdigest()[:32]}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # it ended between the two
        cache.set(key, 1, WINDOW_SECONDS)
        return 1
