"""What an officer does with a payout that stopped: try it again, or give the tranche up."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import done, tell
from accounts.permissions import require
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.forms.officer import WhyForm
from payments.models import Payout
from payments.permissions import can_record_mandate, can_see_all_money, can_void_disbursement
from payments.selectors.money import disbursements
from payments.services.payout import retry_payout
from payments.services.refused_mandates import refuse_mandate
from payments.services.void import void_disbursement

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_POST
@login_required
def payout_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try the failed payout of a tranche again."""
    require(can_see_all_money(request.user))
    found = Payout.objects.select_related("disbursement__campaign__project")
    payout = get_object_or_404(found, disbursement=pk)
    retry_payout(payout=payout, by=cast("User", request.user), now=clock.now())
    messages.success(request, _("It is tried again."))
    return redirect("disbursement", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mandate_refused(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the treasurer refused a mandate, or that its money came back, with the reason."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(disbursements().filter(payout__isnull=False), pk=pk)
    require(can_record_mandate(request.user, row.payout))
    form = WhyForm(request.POST or None)

    def deed() -> None:
        why = form.cleaned_data["why"]
        refuse_mandate(payout=row.payout, why=why, by=cast("User", request.user), now=clock.now())

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("It is recorded: the tranche is bound, and can be proposed anew."))
        return redirect("disbursement", pk)
    context = {
        "disbursement": row,
        "form": form,
        "title": _("Record that the treasury did not pay"),
        "lead": _(
            "The treasurer refused the mandate, or its money came back. The tranche stays legally bound and can be "
            "proposed anew; the team is told."
        ),
    }
    return render(request, "payments/payout_step.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def disbursement_void(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a tranche whose money has not left, with the reason."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(disbursements(), pk=pk)
    require(can_void_disbursement(request.user, row))
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = cast("User", request.user)
        try:
            void_disbursement(disbursement=row, why=form.cleaned_data["why"], by=by, now=clock.now())
        except NotAllowed:
            raise
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("The tranche is void: its money is held again."))
            return redirect("disbursement", pk)
    context = {"disbursement": row, "form": form, "title": _("Give the tranche up")}
    return render(request, "payments/payout_step.html", context, status=422 if form.errors else 200)
