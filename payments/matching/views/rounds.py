"""How a quadratic pot is shared out: for everybody to read, and for an officer to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.calls.models import Call
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.matching.permissions import can_start_round
from payments.matching.selectors.rounds import key_of, round_page, rounds_of
from payments.matching.services import share_pot_out

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_safe
def match_rounds(request: HttpRequest, slug: str) -> HttpResponse:
    """Show each round of a call: which campaigns are still open, or what every one of them was given."""
    call = get_object_or_404(Call.objects.public().select_related("rule"), slug=slug)
    context = {
        "call": call,
        "crumbs": [{"label": call.title, "url": call.get_absolute_url()}],
        "rounds": [round_page(key, clock.now()) for key in rounds_of(call)],
        "may_start": can_start_round(request.user),
    }
    return render(request, "payments/rounds.html", context)


@require_POST
@login_required
def round_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Share a round's pot out; what keeps it from being done is said on its page."""
    call = get_object_or_404(Call.objects.public().select_related("rule"), slug=slug)
    try:
        key = key_of(call, request.POST.get("session", ""))
        share_pot_out(key=key, by=cast("User", request.user), now=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The pot is shared out. An act commits each match."))
    return redirect("match_rounds", slug)
