"""Released money: offered by an officer, accepted or declined by a team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from campaigns.calls.permissions import can_see_application
from campaigns.commission.models import Offer, RankedList
from campaigns.commission.permissions import can_answer_offer, can_offer
from campaigns.commission.services.offers import accept_offer, decline_offer, offer_next
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an offer; owners and editors accept or decline it."""
    shown = get_object_or_404(
        Offer.objects.select_related(
            "application__project__organisation", "application__call__rule", "ranked_list"
        ),
        pk=pk,
    )
    if not can_see_application(request.user, shown.application):
        raise Http404
    if request.method == "POST":
        accepts = "accept" in request.POST
        try:
            (accept_offer if accepts else decline_offer)(offer=shown, by=request.user, now=clock.now())
        except NotAllowed:
            raise
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("offer", pk=pk)
        done = _("Accepted: your project is admitted.") if accepts else _("Declined.")
        messages.success(request, done)
        return redirect(shown.application)
    context = {
        "offer": shown,
        "application": shown.application,
        "may_answer": shown.status == "open"
        and clock.now() < shown.answer_until
        and can_answer_offer(request.user, shown),
    }
    return render(request, "campaigns/commission/offer.html", context)


@login_required
@require_POST
def list_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer released money to the next in line now."""
    require(can_offer(request.user))
    shown = get_object_or_404(RankedList.objects.select_related("commission"), pk=pk)
    try:
        made = offer_next(ranked_list=shown, by=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("Offered to “%(project)s”.") % {"project": made.application.project.title}
        )
    return redirect(shown)
