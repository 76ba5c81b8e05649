"""A backer asks for their money back, by the link that manages the pledge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import done
from crowdfund.kit import clock
from payments.forms.back import AskForm
from payments.permissions import MANAGE, pledge_of
from payments.selectors.backer import pledge_by_public_id
from payments.services.refund_requests import ask_refund, may_ask

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def refund_ask(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a refund and say why; the answer comes by email."""
    public_id = pledge_of(token, MANAGE)
    pledge = pledge_by_public_id(public_id) if public_id else None
    if pledge is None:
        raise Http404
    form = AskForm(request.POST or None)

    def deed() -> None:
        ask_refund(pledge=pledge, by=request.user, token=token, now=clock.now(), **form.cleaned_data)

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("We have your request: the answer comes by email."))
        return redirect("pledge_manage", token=token)
    context = {"pledge": pledge, "form": form, "token": token, "may_ask": may_ask(pledge)}
    return render(request, "payments/refund_ask.html", context, status=422 if form.errors else 200)
