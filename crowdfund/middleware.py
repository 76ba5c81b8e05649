"""What happens around every request: staff prove a second factor, and a refusal is shown in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.defaults import permission_denied

from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SECOND_FACTORS = {"mfa"}
# Names in full, never prefixes: a page added later is closed until somebody opens it here.
ALWAYS_OPEN = {
    "home",
    "health",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_confirm_email",
}
SETTING_UP = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_change_password",
    "account_set_password",
}
PROVING = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


def has_second_factor(request: HttpRequest) -> bool:
    """Say whether this session was opened with a second factor (TOTP, recovery code or passkey)."""
    methods = request.session.get("account_authentication_methods", [])
    return any(method.get("method") in SECOND_FACTORS for method in methods)


class SecondFactorMiddleware:
    """Lets staff go no further than setting up and using their second factor until the session has proved one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Send staff to set up a second factor, or to prove the one they have; the API answers 403."""
        if not request.session.get("_auth_user_id") or has_second_factor(request):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in ALWAYS_OPEN or not getattr(request.user, "needs_second_factor", False):
            return None
        sentence = _("Staff accounts need a second factor: set it up to go on.")
        if request.path.startswith("/api/"):
            return JsonResponse({"code": "second_factor", "detail": sentence, "field": None}, status=403)
        # Who has one must prove it, not replace it: a session opened by password alone could otherwise take it away.
        has_one = is_mfa_enabled(request.user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
        if name in (PROVING if has_one else SETTING_UP):
            return None
        if has_one:
            back = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
            return redirect(f"{reverse('mfa_reauthenticate')}?{back}")
        messages.warning(request, sentence)
        return redirect("mfa_activate_totp")


class RefusedMiddleware:
    """Turns a `Refused` that a page did not catch into a message on the page the person came from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Show the sentence; 403 stays 403."""
        if not isinstance(exception, Refused):
            return None
        if request.path.startswith("/api/"):
            error = {"code": exception.code, "detail": str(exception), "field": exception.field}
            return JsonResponse(error, status=exception.status)
        if isinstance(exception, NotAllowed):
            return permission_denied(request, exception)
        back = _where_from(request)
        if back is None:
            return None
        messages.error(request, str(exception))
        return HttpResponseRedirect(back)


def _where_from(request: HttpRequest) -> str | None:
    """Return the page of ours the person came from, else home; None when that is where we are: no circles."""
    back: str = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    here = request.build_absolute_uri()
    if ours and not (request.method in {"GET", "HEAD"} and urljoin(here, back) == here):
        return back
    home = reverse("home")
    return None if request.path == home else home
