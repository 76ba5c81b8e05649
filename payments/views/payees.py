"""Where an organisation's money goes: its owner asks and may object, officers check back, approvers decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import tell
from accounts.models import Organisation
from accounts.permissions import require
from campaigns.models import Campaign
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.enums import PAYEE_CHANGE_OPEN, PayeeChangeStatus
from payments.forms.officer import WhyForm
from payments.forms.payees import AccountChangeForm, CheckBackForm, IbanForm
from payments.models import PayeeChange, PayoutAccount, PayoutIban
from payments.permissions import (
    can_decide_payee_change,
    can_propose_payee_change,
    can_reject_payee_change,
    can_request_payee,
    can_see_all_money,
    change_of,
)
from payments.selectors.payees import payee_changes
from payments.selectors.payout_desk import in_words
from payments.services.payees import (
    approve_payee_change,
    object_to_payee_change,
    open_requested_account,
    propose_payee_change,
    reject_payee_change,
    request_account,
    request_iban,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

PAGE = 100


def _asked(form: forms.Form, deed: Callable[[], object]) -> object | None:
    """Do the deed of a valid form and return what it gives (or True); a refusal is shown in the form."""
    if not form.is_valid():
        return None
    try:
        return deed() or True
    except NotAllowed:
        raise
    except Refused as refused:
        tell(form, refused)
        return None


def _home(organisation: Organisation) -> str:
    newest = Campaign.objects.filter(project__organisation=organisation).order_by("-created_at").first()
    return reverse("campaign_money", args=[newest.slug]) if newest else reverse("team_desk")


# The organisation


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def payee_iban(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the IBAN that money by transfer and in cash goes to, the first one or another."""
    organisation = get_object_or_404(Organisation, slug=slug)
    require(can_request_payee(request.user, organisation))
    form = IbanForm(request.POST or None)

    def deed() -> object:
        by = cast("User", request.user)
        return request_iban(organisation=organisation, by=by, now=clock.now(), **form.cleaned_data)

    if request.method == "POST" and _asked(form, deed):
        messages.success(request, _("Asked for. An officer calls back to check; we write to all owners."))
        return redirect(_home(organisation))
    context = {
        "organisation": organisation,
        "form": form,
        "current": PayoutIban.objects.filter(organisation=organisation).first(),
        "back": _home(organisation),
    }
    return render(request, "payments/payee_iban.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def payee_account(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for another account at the payment service, and be led to its onboarding."""
    organisation = get_object_or_404(Organisation, slug=slug)
    require(can_request_payee(request.user, organisation))
    by = cast("User", request.user)
    form = AccountChangeForm(request.POST or None)

    def deed() -> object:
        return request_account(organisation=organisation, by=by, now=clock.now(), **form.cleaned_data)

    if request.method == "POST" and (address := _asked(form, deed)):
        return HttpResponseRedirect(str(address))
    context = {
        "organisation": organisation,
        "form": form,
        "current": PayoutAccount.objects.filter(organisation=organisation).first(),
        "back": _home(organisation),
    }
    return render(request, "payments/payee_account.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def payee_account_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with the onboarding of an account that was asked for."""
    change = get_object_or_404(payee_changes(), pk=pk)
    by = cast("User", request.user)
    return HttpResponseRedirect(open_requested_account(change=change, by=by, now=clock.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def payee_change_object(request: HttpRequest, token: str) -> HttpResponse:
    """Show the change that a signed link is for; a POST stops it. No login: it only stops."""
    change = payee_changes().filter(pk=change_of(token) or 0).first()
    if change is None:
        raise Http404
    if request.method == "POST" and change.status in PAYEE_CHANGE_OPEN:
        object_to_payee_change(change=change, by=request.user, token=token, now=clock.now())
        return redirect("payee_change_object", token)
    context = {"change": change, "stoppable": change.status in PAYEE_CHANGE_OPEN}
    return render(request, "payments/payee_change_object.html", context)


# The municipality


@require_safe
@login_required
def payee_changes_list(request: HttpRequest) -> HttpResponse:
    """List the changes of payee, those under way first."""
    require(can_see_all_money(request.user))
    rows = list(payee_changes()[:PAGE])
    context = {
        "open": [row for row in rows if row.status in PAYEE_CHANGE_OPEN],
        "over": [row for row in rows if row.status not in PAYEE_CHANGE_OPEN],
    }
    return render(request, "payments/payee_changes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def payee_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a change of payee; a POST checks it back, approves or rejects it."""
    require(can_see_all_money(request.user))
    change = get_object_or_404(payee_changes(), pk=pk)
    form = CheckBackForm(request.POST if "propose" in request.POST else None)
    why = WhyForm(request.POST if "reject" in request.POST else None)
    if request.method == "POST" and _decided(request, change, form, why):
        messages.success(request, _("Noted."))
        return redirect("payee_change", pk)
    user = request.user
    context = {
        "change": change,
        "form": form,
        "why_form": why,
        "may_propose": change.status == "requested" and can_propose_payee_change(user, change),
        "may_approve": change.status == "proposed" and can_decide_payee_change(user, change),
        "may_reject": change.status in {"requested", "proposed"} and can_reject_payee_change(user, change),
        "story": in_words(change.events.all(), PayeeChangeStatus),
    }
    wrong = form.errors or why.errors
    return render(request, "payments/payee_change.html", context, status=422 if wrong else 200)


def _decided(request: HttpRequest, change: PayeeChange, form: CheckBackForm, why: WhyForm) -> bool:
    by, now = cast("User", request.user), clock.now()
    if "approve" in request.POST:
        approve_payee_change(change=change, by=by, now=now)
        return True
    if "propose" in request.POST:
        return bool(
            _asked(form, lambda: propose_payee_change(change=change, by=by, now=now, **form.cleaned_data))
        )
    return bool(_asked(why, lambda: reject_payee_change(change=change, by=by, now=now, **why.cleaned_data)))
