"""Keys to the API."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken
from accounts.permissions import is_person, require
from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User


def token_digest(secret: str) -> str:
    """Hash a token's secret; it is random and long, so one round of sha256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_token(*, user: User, label: str, second_factor: bool, by: User, now: dt.datetime) -> str:
    """Make a key to the API and return it, for the only time. One's own only; staff need a second factor."""
    require(is_person(by) and by.pk == user.pk and (second_factor or not user.needs_second_factor))
    if not label.strip():
        raise Invalid("missing", _("Give the key a name."), field="label")
    secret = "cf_" + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        label=label.strip()[:80],
        prefix=secret[:10],
        digest=token_digest(secret),
        second_factor=second_factor,
        created_at=now,
    )
    return secret


def revoke_token(*, token: ApiToken, by: User, now: dt.datetime) -> None:
    """Make a key worthless. One's own only."""
    require(is_person(by) and by.pk == token.user_id)
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
