"""What happens around every request: staff prove a second factor, and a refusal is shown in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SECOND_FACTORS = {"mfa"}
OPEN_TO_ALL = ("account_logout", "mfa_", "account_reauthenticate", "set_language", "home")


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
        """Send staff without a proved second factor to set one up; the API answers 403."""
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if name.startswith(OPEN_TO_ALL) or not request.session.get("_auth_user_id"):
            return None
        if not getattr(request.user, "needs_second_factor", False) or has_second_factor(request):
            return None
        sentence = _("Staff accounts need a second factor: set it up to go on.")
        if request.path.startswith("/api/"):
            return JsonResponse({"code": "second_factor", "detail": sentence, "field": None}, status=403)
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
        if not isinstance(exception, Refused) or request.path.startswith("/api/"):
            return None
        if isinstance(exception, NotAllowed):
            from django.views.defaults import permission_denied

            return permission_denied(request, exception)
        messages.error(request, str(exception))
        back = request.META.get("HTTP_REFERER", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
            back = reverse("home")
        return HttpResponseRedirect(back)
