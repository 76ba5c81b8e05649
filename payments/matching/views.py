from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import tell
from accounts.permissions import require
from campaigns.calls.models import Programme
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.ledger.documents import export_rows
from payments.ledger.selectors import debit_balance
from payments.matching.forms import ActForm, LadderForm, ReasonForm
from payments.matching.models import CommitmentAct, MatchFund, Reservation
from payments.matching.permissions import can_confirm_act, can_open_ladder, can_record_act, can_see_fund
from payments.matching.services import confirm_act, open_programme_ladder, record_act, return_act

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_safe
@login_required
def fund(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who has what from a pot."""
    require(can_see_fund(request.user))
    pot = get_object_or_404(MatchFund.objects.select_related("call__programme"), pk=pk)
    rows = pot.reservations.select_related("campaign__project").order_by("created_at")
    return render(request, "payments/fund.html", {"fund": pot, "reservations": rows})


@require_safe
@login_required
def funds(request: HttpRequest) -> HttpResponse:
    """List the pots, newest first."""
    require(can_see_fund(request.user))
    pots = MatchFund.objects.select_related("call").order_by("-opened_at")
    return render(request, "payments/funds.html", {"funds": pots})


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """Say what can be downloaded and how to check it."""
    return render(request, "payments/open_data.html")


@require_safe
def ledger_csv(_request: HttpRequest) -> StreamingHttpResponse:
    """Stream every sealed transfer, for anyone to verify."""
    answer = StreamingHttpResponse(export_rows(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def commitment(request: HttpRequest, slug: str) -> HttpResponse:
    """Record the act that commits a match, or see where it stands."""
    require(can_see_fund(request.user))
    reservation = get_object_or_404(
        Reservation.objects.select_related("fund__call", "campaign__project__organisation"),
        campaign__slug=slug,
    )
    form = ActForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record_act(
                reservation=reservation, act=form.act(), by=cast("User", request.user), now=clock.now()
            )
        except NotAllowed:
            raise
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("The act is recorded. Another person confirms it."))
            return redirect("commitment", slug)
    act = (
        reservation.acts.filter(returned_at__isnull=True)
        .select_related("recorded_by", "confirmed_by")
        .first()
    )
    context = {
        "reservation": reservation,
        "act": act,
        "form": form,
        "reason_form": ReasonForm(),
        "may_record": can_record_act(request.user, reservation) and reservation.status == "proposed",
        "may_confirm": bool(act and not act.confirmed_at and can_confirm_act(request.user, act)),
    }
    return render(request, "payments/commitment.html", context)


@require_POST
@login_required
def commitment_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a recorded act, or send it back with a reason."""
    act = get_object_or_404(CommitmentAct.objects.select_related("reservation__campaign__project"), pk=pk)
    user = cast("User", request.user)
    if "return" in request.POST:
        return_act(act=act, reason=request.POST.get("reason", ""), by=user, now=clock.now())
        messages.success(request, _("The act went back to be recorded anew."))
    else:
        confirm_act(act=act, by=user, now=clock.now())
        messages.success(request, _("The match is legally bound."))
    return redirect("commitment", act.reservation.campaign.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ladder_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a programme's published figures, once."""
    require(can_open_ladder(request.user))
    programme = get_object_or_404(Programme, slug=slug)
    form = LadderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            open_programme_ladder(
                programme=programme, figures=form.figures(), by=cast("User", request.user), now=clock.now()
            )
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("The figures are booked; from here on the ledger speaks."))
            return redirect(programme)
    opened = bool(debit_balance(f"control:p{programme.pk}"))
    return render(
        request, "payments/ladder_open.html", {"programme": programme, "form": form, "opened": opened}
    )
