from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import ProfileForm, TokenForm, tell
from accounts.models import ApiToken
from accounts.services import issue_token, revoke_token, update_profile
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Change one's name and language."""
    user = cast("User", request.user)
    form = ProfileForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        update_profile(user=user, by=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("account_profile")
    return render(request, "accounts/profile.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's keys to the API and make a new one, shown once."""
    user = cast("User", request.user)
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            secret = issue_token(
                user=user,
                by=user,
                label=form.cleaned_data["label"],
                second_factor=user.needs_second_factor,  # the middleware lets staff come here only with one
                now=clock.now(),
            )
        except Refused as refused:
            tell(form, refused)
        else:
            form = TokenForm()
    rows = user.api_tokens.filter(revoked_at__isnull=True).order_by("-created_at")
    return render(request, "accounts/tokens.html", {"form": form, "tokens": rows, "secret": secret})


@require_POST
@login_required
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own keys."""
    token = get_object_or_404(ApiToken, pk=pk, user=cast("User", request.user))
    revoke_token(token=token, by=cast("User", request.user), now=clock.now())
    messages.success(request, _("The key is worthless now."))
    return redirect("account_tokens")
