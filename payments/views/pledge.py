"""The pledge journey: the form, the hosted card page and back, thanks, and the page to change or cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api.addresses import client_address
from accounts.forms import tell
from campaigns.enums import CampaignStatus
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.documents import fee_in_words, pledge_in_words
from payments.enums import Channel, PledgeStatus
from payments.forms.pledge import PRESETS, AmountForm, PledgeForm
from payments.gateway.client import GatewayError
from payments.permissions import MANAGE, RECOVER, THANKS, link_token, pledge_of
from payments.selectors.backer import campaigns_to_pledge, pledge_by_public_id
from payments.services.card_setup import Outcome
from payments.services.cards import change_card, confirm_card, open_card_session
from payments.services.pledges import cancel_pledge, change_amount, place_once
from payments.services.velocity import TooMany, count_attempt

if TYPE_CHECKING:
    import datetime as dt
    import uuid

    from django.http import HttpRequest, HttpResponse

    from campaigns.models import Campaign
    from payments.models import Pledge


def _no_answer(request: HttpRequest) -> None:
    messages.error(
        request, _("The card page does not answer now. Your pledge is kept: try again in a minute.")
    )


def _may_change(campaign: Campaign, now: dt.datetime) -> bool:
    """Whether the page offers changes; the service decides anew."""
    return (
        campaign.status == CampaignStatus.LIVE and campaign.deadline is not None and now < campaign.deadline
    )


@require_http_methods(["GET", "HEAD", "POST"])
def pledge_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask how much and from whom, then lead to the hosted card page."""
    campaign = get_object_or_404(campaigns_to_pledge(), slug=slug)
    now = clock.now()
    if not _may_change(campaign, now):
        messages.error(request, _("This campaign takes no more pledges."))
        return redirect(campaign.get_absolute_url())
    form = PledgeForm(
        request.POST or None,
        campaign=campaign,
        rewards=campaign.rewards_left,  # type: ignore[attr-defined]  # fetched by the selector
        by=request.user,
        initial={"reward": request.GET.get("reward", ""), "name": getattr(request.user, "name", "")},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _pledge(request, campaign, form, now)
            except TooMany:
                return render(request, "429.html", status=429)
            except Refused as refused:
                tell(form, refused)
    context = {"campaign": campaign, "form": form, "presets": PRESETS, "now": now}
    return render(request, "payments/pledge_new.html", context, status=status)


def _pledge(request: HttpRequest, campaign: Campaign, form: PledgeForm, now: dt.datetime) -> HttpResponse:
    deed = form.deed()
    count_attempt(address=client_address(request), email=deed["email"], campaign=campaign.slug)
    pledge = place_once(
        form_key=form.form_key(campaign.pk, request.user.pk),
        campaign=campaign,
        by=request.user,
        language=get_language() or "it",
        now=now,
        **deed,
    )
    try:
        if pledge.status == PledgeStatus.PENDING_CARD:
            return HttpResponseRedirect(open_card_session(pledge=pledge, now=now))
        messages.info(request, _("You have sent this form already: here is your pledge."))
    except GatewayError:
        _no_answer(request)
    except Refused as refused:  # saved in another tab, or the campaign has just ended
        messages.info(request, str(refused))
    return redirect("pledge_manage", token=link_token(pledge, MANAGE))


@never_cache
@require_safe
def pledge_return(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Come back from the card page: ask Stripe what became of it, and go on.

    Only who carries the page's own id is let through to the pledge.
    """
    pledge = pledge_by_public_id(public_id)
    carried = request.GET.get("session", "")
    if pledge is None or not carried or not constant_time_compare(carried, pledge.session_id):
        raise Http404
    try:
        outcome = confirm_card(pledge_id=pledge.pk, now=clock.now())
    except GatewayError:
        outcome = Outcome.NOTHING
    pledge.refresh_from_db(fields=["status", "method"])
    manage = link_token(pledge, MANAGE)
    if outcome is Outcome.TOO_LARGE:
        messages.error(
            request, _("That is more than a direct debit takes: give a card, or lower the amount.")
        )
        return redirect("pledge_manage", token=manage)
    if pledge.status == PledgeStatus.PENDING_CARD:
        return render(request, "payments/pledge_progress.html", {"pledge": pledge, "token": manage})
    if pledge.status == PledgeStatus.ACTIVE and not request.GET.get("card"):
        return redirect("pledge_thanks", token=link_token(pledge, THANKS))
    if pledge.status == PledgeStatus.ACTIVE and outcome is not Outcome.LATE:
        messages.success(request, _saved(pledge))
    return redirect("pledge_manage", token=manage)


def _saved(pledge: Pledge) -> str:
    if pledge.by_debit:
        return _("From now on your pledge stands with the new account.")
    return _("From now on your pledge stands with the new card.")


def _by_token(token: str, purpose: str) -> Pledge:
    public_id = pledge_of(token, purpose)
    pledge = pledge_by_public_id(public_id) if public_id else None
    if pledge is None:
        raise Http404
    return pledge


@never_cache
@require_safe
def pledge_thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Say thank you, what happens next and how to change or cancel."""
    pledge = _by_token(token, THANKS)
    address = settings.SITE_URL + pledge.campaign.get_absolute_url()
    text = _("I back “%(campaign)s”: %(address)s") % {"campaign": pledge.campaign, "address": address}
    context = {
        "pledge": pledge,
        "manage_token": link_token(pledge, MANAGE),
        "fee": fee_in_words(pledge),
        "share_address": address,
        "share_mail": f"mailto:?subject={quote(str(pledge.campaign))}&body={quote(text)}",
    }
    return render(request, "payments/pledge_thanks.html", context)


def _changed(request: HttpRequest, pledge: Pledge, form: AmountForm, token: str, now: dt.datetime) -> bool:
    """Change the amount; False when the form must be shown again, with what is wrong at its field."""
    try:
        change_amount(pledge=pledge, by=request.user, token=token, now=now, **form.deed())
    except NotAllowed:
        raise
    except Refused as refused:
        if refused.field in form.fields:
            tell(form, refused)
            return False
        messages.error(request, str(refused))  # not the form's fault: the page may have none any more
        return True
    messages.success(request, _("Your pledge is changed."))
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_manage(request: HttpRequest, token: str) -> HttpResponse:
    """Show a pledge to its backer; a POST changes its amount."""
    pledge = _by_token(token, MANAGE)
    if pledge.channel == Channel.BANK:
        return redirect("transfer_show", token=token)
    now = clock.now()
    form = AmountForm(request.POST or None, pledge=pledge)
    if request.method == "POST" and form.is_valid() and _changed(request, pledge, form, token, now):
        return redirect("pledge_manage", token=token)
    context = {
        "pledge": pledge,
        "words": pledge_in_words(pledge),
        "fee": fee_in_words(pledge),
        "recover": pledge.status == PledgeStatus.REQUIRES_ACTION and link_token(pledge, RECOVER),
        "form": form,
        "token": token,
        "may_change": _may_change(pledge.campaign, now)
        and pledge.status in {PledgeStatus.PENDING_CARD, PledgeStatus.ACTIVE},
    }
    return render(request, "payments/pledge_manage.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def pledge_card(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to the hosted page, for the first card or for another one."""
    pledge = _by_token(token, MANAGE)
    try:
        count_attempt(address=client_address(request), email=pledge.email, campaign=pledge.campaign.slug)
        return HttpResponseRedirect(change_card(pledge=pledge, by=request.user, token=token, now=clock.now()))
    except TooMany:
        return render(request, "429.html", status=429)
    except GatewayError:
        _no_answer(request)
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("pledge_manage", token=token)


@never_cache
@require_POST
def pledge_cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Cancel a pledge."""
    pledge = _by_token(token, MANAGE)
    try:
        cancel_pledge(pledge=pledge, by=request.user, token=token, now=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Your pledge is cancelled: nothing will be charged."))
    return redirect("pledge_manage", token=token)
