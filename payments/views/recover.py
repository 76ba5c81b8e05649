"""Recovery, from the email: which project, how much, why the bank said no, one button. Works without a login."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.enums import CampaignStatus
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused
from payments.documents import pledge_in_words
from payments.enums import PledgeStatus
from payments.gateway.client import GatewayError
from payments.permissions import RECOVER, pledge_of
from payments.selectors.backer import pledge_by_public_id
from payments.services.recover import look_at_recovery, open_recovery

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest, HttpResponse

    from payments.models import Pledge

log = logging.getLogger(__name__)


def _by_token(token: str) -> Pledge:
    public_id = pledge_of(token, RECOVER)
    pledge = pledge_by_public_id(public_id) if public_id else None
    if pledge is None:
        raise Http404
    return pledge


def _stage(pledge: Pledge, now: dt.datetime) -> str:
    """Name what the page says: `needed`, `over`, `under_way`, `collected`, `ended`, or `settled` for all the rest."""
    if pledge.status == PledgeStatus.REQUIRES_ACTION:
        ends_at = pledge.window_ends_at
        collecting = pledge.campaign.status == CampaignStatus.COLLECTING
        return "needed" if collecting and ends_at and now < ends_at else "over"
    if pledge.status in {PledgeStatus.CHARGING, PledgeStatus.PROCESSING}:
        return "under_way"
    ends = {PledgeStatus.COLLECTED: "collected", PledgeStatus.FAILED: "ended"}
    return ends.get(PledgeStatus(pledge.status), "settled")


def _show(request: HttpRequest, pledge: Pledge, stage: str) -> HttpResponse:
    context = {"pledge": pledge, "stage": stage, "words": pledge_in_words(pledge)}
    return render(request, "payments/recover.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_recover(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is wrong with a charge; a POST leads to the payment page."""
    pledge = _by_token(token)
    now = clock.now()
    if request.method == "POST":
        try:
            address = open_recovery(pledge=pledge, now=now)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("pledge_recover", token=token)
        return HttpResponseRedirect(address) if address else redirect("pledge_recover", token=token)
    return _show(request, pledge, _stage(pledge, now))


@never_cache
@require_safe
def pledge_recovered(request: HttpRequest, token: str) -> HttpResponse:
    """Come back from the payment page: ask Stripe what became of it, and show it."""
    pledge = _by_token(token)
    try:
        look_at_recovery(pledge=pledge, now=clock.now())
    except GatewayError as error:
        log.warning("no answer after the payment page: %s", error)
    pledge.refresh_from_db()
    stage = _stage(pledge, clock.now())
    if stage == "needed":
        return redirect("pledge_recover", token=token)
    return _show(request, pledge, stage)
