"""Pages of the demonstration: the emails and the logins. They exist only where DEBUG is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.notices.models import Notice
from accounts.notices.services import render as render_notice

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_MAIL = 300
DEMO_PASSWORD = "prova-prova-1"  # noqa: S105 - the demonstration's, shown on its page


@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """List every email, newest first."""
    return render(request, "accounts/dev_mail.html", {"notices": Notice.objects.all()[:MOST_MAIL]})


@require_safe
def mail_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one email as it is read."""
    notice = get_object_or_404(Notice, pk=pk)
    if not notice.html:
        render_notice(notice)
    return render(request, "accounts/dev_mail_one.html", {"notice": notice})


@require_safe
@xframe_options_sameorigin
@csp_replace({"style-src": [UNSAFE_INLINE], "frame-ancestors": [SELF]})  # type: ignore[arg-type]  # its type knows no arguments
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the email itself, for the frame: emails carry their styles inline."""
    return HttpResponse(get_object_or_404(Notice, pk=pk).html)


def current_code(user: User) -> str:
    """Return the code that this person's authenticator app would show now, or nothing."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if row is None:
        return ""
    secret = get_adapter().decrypt(row.data["secret"])
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


@require_safe
def logins(request: HttpRequest) -> HttpResponse:
    """List the people of the demonstration with what they need to log in."""
    people = User.objects.filter(email__endswith="@example.org").prefetch_related(
        "grants", "memberships__organisation"
    )
    rows = [
        {
            "user": user,
            "roles": [grant.get_role_display() for grant in user.grants.all()],
            "code": current_code(user),
        }
        for user in people.order_by("joined_at", "pk")
    ]
    return render(request, "accounts/dev_logins.html", {"rows": rows, "password": DEMO_PASSWORD})
