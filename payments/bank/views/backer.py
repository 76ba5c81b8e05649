"""A pledge by bank transfer as pages: the form, how to pay, the change and the cancel, money that came besides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api.addresses import client_address
from accounts.forms import tell
from campaigns.enums import CampaignStatus
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.bank.documents import instructions, qr_png, qr_svg, transfer_in_words, transfer_pdf
from payments.bank.forms.backer import PRESETS, AccountForm, AmountForm, TransferForm
from payments.bank.permissions import EXCESS
from payments.bank.selectors.backer import campaign_takes_transfers, excesses_of, transfer_by_public_id
from payments.bank.services.consents import TRANSFER_VERSION, excess_text
from payments.bank.services.excess import answer_excess, still_asked
from payments.bank.services.pledges import (
    cancel_transfer_pledge,
    change_account_back,
    change_transfer_amount,
    place_transfer_pledge,
)
from payments.bank.views.doing import posted
from payments.enums import PledgeStatus
from payments.permissions import MANAGE, link_token, pledge_of
from payments.selectors.backer import campaigns_to_pledge
from payments.services.velocity import TooMany, count_attempt

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from django import forms
    from django.http import HttpRequest

    from campaigns.models import Campaign
    from payments.bank.models import Excess
    from payments.models import Pledge


@require_http_methods(["GET", "HEAD", "POST"])
def transfer_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask how much, from whom and from which account, then show how to pay."""
    campaign = get_object_or_404(campaigns_to_pledge(), slug=slug)
    now = clock.now()
    if not campaign_takes_transfers(campaign, now):
        messages.error(request, _("This campaign takes no pledges by bank transfer now."))
        return redirect(campaign.get_absolute_url())
    form = TransferForm(
        posted(request),
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
    return render(request, "payments/bank/transfer_new.html", context, status=status)


def _pledge(request: HttpRequest, campaign: Campaign, form: TransferForm, now: dt.datetime) -> HttpResponse:
    deed = form.deed()
    count_attempt(address=client_address(request), email=deed["email"], campaign=campaign.slug)
    pledge = place_transfer_pledge(
        campaign=campaign, by=request.user, language=get_language() or "it", now=now, **deed
    )
    return redirect("transfer_show", token=link_token(pledge, MANAGE))


def _by_token(token: str, purpose: str = MANAGE) -> Pledge:
    public_id = pledge_of(token, purpose)
    pledge = transfer_by_public_id(public_id) if public_id else None
    if pledge is None:
        raise Http404
    return pledge


def _may_change(pledge: Pledge, now: dt.datetime) -> bool:
    """Whether the page offers changes; the service decides anew."""
    campaign = pledge.campaign
    return (
        campaign.status == CampaignStatus.LIVE and campaign.deadline is not None and now < campaign.deadline
    )


def _done(request: HttpRequest, form: forms.Form, deed: Callable[[], object], said: str) -> bool:
    """Do the deed of a valid form; False when the form must be shown again, with what is wrong at its field."""
    if not form.is_valid():
        return False
    try:
        deed()
    except NotAllowed:
        raise
    except Refused as refused:
        if refused.field in form.fields:
            tell(form, refused)
            return False
        messages.error(request, str(refused))  # not the form's fault: the page may have none any more
        return True
    messages.success(request, said)
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_show(request: HttpRequest, token: str) -> HttpResponse:
    """Show how to make the transfer, or what became of it; a POST changes the amount."""
    pledge = _by_token(token)
    now = clock.now()
    form = AmountForm(posted(request), pledge=pledge)

    def change() -> object:
        return change_transfer_amount(pledge=pledge, by=request.user, token=token, now=now, **form.deed())

    if request.method == "POST" and _done(request, form, change, _("Your pledge is changed.")):
        return redirect("transfer_show", token=token)
    status = 422 if form.errors else 200
    return render(
        request, "payments/bank/transfer_show.html", _shown(pledge, form, token, now), status=status
    )


def _shown(pledge: Pledge, form: AmountForm, token: str, now: dt.datetime) -> dict[str, object]:
    awaited = pledge.status == PledgeStatus.AWAITING_TRANSFER
    how = instructions(pledge) if awaited and _may_change(pledge, now) else None
    asked = [one for one in excesses_of(pledge) if one.status == "asked"]
    return {
        "pledge": pledge,
        "words": transfer_in_words(pledge),
        "how": how,
        "qr": qr_svg(how.epc) if how else "",
        "form": form,
        "token": token,
        "excess_token": link_token(pledge, EXCESS) if asked else "",
        "may_change": awaited and _may_change(pledge, now),
        "may_cancel": _may_change(pledge, now)
        and pledge.status in {PledgeStatus.AWAITING_TRANSFER, PledgeStatus.RECEIVED},
    }


def _awaited(token: str) -> Pledge:
    """Find a pledge whose transfer is awaited: only then there is something to pay."""
    pledge = _by_token(token)
    if pledge.status != PledgeStatus.AWAITING_TRANSFER:
        raise Http404
    return pledge


@never_cache
@require_safe
def transfer_sheet(request: HttpRequest, token: str) -> HttpResponse:
    """Give the sheet to print as a PDF; without a PDF maker the page itself."""
    pledge = _awaited(token)
    try:
        content = transfer_pdf(pledge)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("transfer_show", token=token)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{pledge.transfer.reference}.pdf"'
    return answer


@never_cache
@require_safe
def transfer_qr(request: HttpRequest, token: str) -> HttpResponse:
    """Give the code as a picture, for the email."""
    return HttpResponse(qr_png(instructions(_awaited(token)).epc), content_type="image/png")


@never_cache
@require_POST
def transfer_cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Take a pledge back."""
    pledge = _by_token(token)
    try:
        cancel_transfer_pledge(pledge=pledge, by=request.user, token=token, now=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Your pledge is cancelled."))
    return redirect("transfer_show", token=token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_account(request: HttpRequest, token: str) -> HttpResponse:
    """Say where the money goes back to."""
    pledge = _by_token(token)
    form = AccountForm(posted(request), initial={"holder": pledge.transfer.holder})

    def change() -> None:
        change_account_back(pledge=pledge, by=request.user, token=token, now=clock.now(), **form.cleaned_data)

    said = _("From now on your money would go back to this account.")
    if request.method == "POST" and _done(request, form, change, said):
        return redirect("transfer_show", token=token)
    context = {"pledge": pledge, "form": form, "token": token}
    return render(request, "payments/bank/transfer_account.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_excess(request: HttpRequest, token: str) -> HttpResponse:
    """Ask what becomes of money that came besides a pledge; a POST answers for one amount."""
    pledge = _by_token(token, EXCESS)
    now = clock.now()
    rows = list(excesses_of(pledge))
    if request.method == "POST":
        chosen = next((one for one in rows if str(one.pk) == request.POST.get("excess")), None)
        if chosen is None:
            raise Http404
        _answer(request, chosen, token, now)
        return redirect("transfer_excess", token=token)
    shown = [
        {
            "excess": one,
            "asked": one.status == "asked" and still_asked(one, pledge.campaign, now),
            "text": excess_text(pledge=pledge, cents=one.cents, language=get_language() or "it"),
        }
        for one in rows
    ]
    return render(request, "payments/bank/transfer_excess.html", {"pledge": pledge, "rows": shown})


def _answer(request: HttpRequest, excess: Excess, token: str, now: dt.datetime) -> None:
    agree = "agree" in request.POST
    try:
        answer_excess(
            excess=excess,
            agree=agree,
            by=request.user,
            token=token,
            now=now,
            consent_version=TRANSFER_VERSION if agree else "",
        )
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        said = _("Thank you: it is given to the project.") if agree else _("It goes back to your account.")
        messages.success(request, said)
