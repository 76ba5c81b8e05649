"""The city's pages on receipts: who issues how many, and the texts that wait for an officer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from crowdfund.kit import clock
from payments.receipts.forms import WhyForm
from payments.receipts.models import ReceiptText
from payments.receipts.permissions import can_decide_text, can_see_all_receipts
from payments.receipts.selectors.reads import organisations_with_receipts, texts_waiting
from payments.receipts.services.texts import approve_text, reject_text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_safe
@login_required
def office_receipts(request: HttpRequest) -> HttpResponse:
    """List the organisations with receipts, and the texts that wait."""
    require(can_see_all_receipts(request.user))
    context = {"organisations": organisations_with_receipts(), "texts": texts_waiting()}
    return render(request, "payments/receipts/office_receipts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def receipt_text(request: HttpRequest, pk: int) -> HttpResponse:
    """Read an organisation's text; a POST approves it or turns it down."""
    require(can_see_all_receipts(request.user))
    text = get_object_or_404(ReceiptText.objects.select_related("organisation", "written_by"), pk=pk)
    form = WhyForm(request.POST if "reject" in request.POST else None)
    if request.method == "POST" and _decided(request, text, form):
        return redirect("office_receipts")
    context = {
        "text": text,
        "form": form,
        "may_decide": text.status == "proposed" and can_decide_text(request.user, text),
    }
    return render(request, "payments/receipts/receipt_text.html", context, status=422 if form.errors else 200)


def _decided(request: HttpRequest, text: ReceiptText, form: WhyForm) -> bool:
    """Approve or turn down; False when the form must be shown again."""
    user, now = cast("User", request.user), clock.now()
    if "reject" not in request.POST:
        approve_text(text=text, by=user, now=now)
        messages.success(request, _("Approved: it stands on receipts issued from now on."))
        return True
    if not form.is_valid():
        return False
    reject_text(text=text, why=form.cleaned_data["why"], by=user, now=now)
    messages.success(request, _("Turned down: the owner sees why."))
    return True
