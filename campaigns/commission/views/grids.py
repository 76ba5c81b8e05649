"""The officer writes the criteria of a draft call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.models import Call
from campaigns.commission.forms.grids import CriteriaFormSet, GridForm, criteria_initial, grid_initial
from campaigns.commission.permissions import can_write_grid
from campaigns.commission.selectors.reads import grid_of
from campaigns.commission.services.grids import remove_grid, write_grid
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def grid_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the criteria of a draft, or write them anew."""
    require(can_write_grid(request.user))
    call = get_object_or_404(Call, slug=slug)
    grid = grid_of(call)
    initial = criteria_initial(grid)
    criteria = CriteriaFormSet(request.POST or None, initial=initial, prefix="criteria")
    form = GridForm(
        request.POST or None,
        initial=grid_initial(grid) if grid else {},
        labels=[one["label"] for one in initial],
    )
    if request.method == "POST" and form.is_valid() and criteria.is_valid():
        try:
            write_grid(call=call, terms=form.terms(criteria), by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The criteria are saved. A commission ranks this call."))
            return redirect("call_publish", slug=slug)
    context = {"call": call, "form": form, "criteria": criteria, "grid": grid}
    return render(request, "campaigns/commission/grid_form.html", context)


@login_required
@require_POST
def grid_remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the criteria of a draft away."""
    call = get_object_or_404(Call, slug=slug)
    remove_grid(call=call, by=request.user, now=clock.now())
    messages.success(request, _("The criteria are gone: officers decide one application at a time."))
    return redirect("call_publish", slug=slug)
