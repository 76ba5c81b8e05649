"""Who speaks to the API with a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken
from accounts.services import token_digest

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer cf_…`. A staff token counts only if it was made with a second factor."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's person, None when there is no token, or refuse a bad one."""
        scheme, _space, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = (
            ApiToken.objects.select_related("user")
            .filter(
                digest=token_digest(secret.strip().decode("latin-1")),
                revoked_at__isnull=True,
                user__is_active=True,
            )
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("This token is not valid."))
        if token.user.needs_second_factor and not token.second_factor:
            raise AuthenticationFailed(_("Staff tokens need a second factor."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that 401 is answered."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular's registry
    """Tells the API's description how a token is sent."""

    target_class = "accounts.api.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Describe the bearer scheme."""
        return {"type": "http", "scheme": "bearer"}
