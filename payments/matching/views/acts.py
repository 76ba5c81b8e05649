"""The act that commits a match: recorded, confirmed or sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import tell
from accounts.permissions import require
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.matching.forms import ActForm, ReasonForm
from payments.matching.models import CommitmentAct, Reservation
from payments.matching.permissions import can_confirm_act, can_record_act, can_see_fund
from payments.matching.selectors import commitment_url, payer_of
from payments.matching.services import confirm_act, record_act, return_act

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def commitment(request: HttpRequest, slug: str) -> HttpResponse:
    """Record the act that commits a match, or see where it stands."""
    require(can_see_fund(request.user))
    rows = list(
        Reservation.objects.select_related(
            "fund__call", "fund__organisation", "campaign__project__organisation"
        )
        .filter(campaign__slug=slug)
        .order_by("fund__priority", "fund_id")
    )
    reservation = _chosen(rows, request.GET.get("fund"))
    form = ActForm(request.POST or None, of_sponsor=reservation.fund.of_sponsor)
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
            return redirect(commitment_url(reservation))
    act = (
        reservation.acts.filter(returned_at__isnull=True)
        .select_related("proposed_by", "proposed_person", "decided_by")
        .first()
    )
    context = {
        "reservation": reservation,
        "shares": [(row, payer_of(row.fund), commitment_url(row)) for row in rows],
        "act": act,
        "form": form,
        "reason_form": ReasonForm(),
        "may_record": can_record_act(request.user, reservation) and reservation.status == "proposed",
        "may_confirm": bool(act and not act.decided_at and can_confirm_act(request.user, act)),
    }
    return render(request, "payments/commitment.html", context)


def _chosen(rows: list[Reservation], fund: str | None) -> Reservation:
    """Give the reservation that was asked for by its pot, else the first that still has something to do."""
    if fund is not None:
        rows = [row for row in rows if str(row.fund_id) == fund]
    waiting = [row for row in rows if row.status in {"proposed", "recorded"}]
    if not rows:
        raise Http404
    return (waiting or rows)[0]


@require_POST
@login_required
def commitment_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a recorded act, or send it back with a reason."""
    act = get_object_or_404(
        CommitmentAct.objects.select_related("reservation__campaign__project", "reservation__fund"), pk=pk
    )
    user = cast("User", request.user)
    if "return" in request.POST:
        return_act(act=act, reason=request.POST.get("reason", ""), by=user, now=clock.now())
        messages.success(request, _("The act went back to be recorded anew."))
    else:
        confirm_act(act=act, by=user, now=clock.now())
        messages.success(request, _("The match is legally bound."))
    return redirect(commitment_url(act.reservation))
