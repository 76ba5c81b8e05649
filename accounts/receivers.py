"""What the house does when allauth tells of something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

PROOFS = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}


def remember_proof(*, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    """Count setting up a second factor as proving it: the first code, or the key's answer, was just checked."""
    if authenticator.type in PROOFS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
