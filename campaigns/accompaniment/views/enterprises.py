"""The enterprises that were born: everybody reads how they do; who knows registers and looks again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import require
from campaigns.accompaniment.forms import BirthForm, ObservationForm
from campaigns.accompaniment.formula import surviving_after
from campaigns.accompaniment.models import Enterprise
from campaigns.accompaniment.permissions import can_observe, can_register_enterprise
from campaigns.accompaniment.selectors.enterprises import Births, births, enterprise_data, enterprises
from campaigns.accompaniment.services import observe_enterprise, register_enterprise
from campaigns.models import Project
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused
from crowdfund.kit.tables import write_row

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User


@require_GET
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """Show every enterprise, what part of them lives on, and whom they employ."""
    found = births(enterprises())
    return render(
        request, "campaigns/accompaniment/enterprise_list.html", {"births": found, **_survival(found)}
    )


def _survival(found: Births) -> dict[str, Any]:
    """Lay the estimate out month by month, as the chart takes it: shares of one, flat between two closures."""
    if not found.rows:
        return {}
    longest = max(row.life.months for row in found.rows)
    months = range(longest + 1)
    return {
        "labels": list(months),
        "lines": [
            {
                "label": _("Living on"),
                "values": [float(surviving_after(found.steps, month)) for month in months],
            }
        ],
        "headers": [_("After months"), _("Seen that long"), _("Closed"), _("Living on")],
        "steps": [
            [
                step.months,
                step.at_risk,
                step.closed,
                f"{step.surviving.numerator}/{step.surviving.denominator}",
            ]
            for step in found.steps
        ],
    }


@require_GET
def enterprise_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an enterprise and everything that was seen of it."""
    enterprise = get_object_or_404(Enterprise.objects.select_related("project"), pk=pk)
    context = {
        "enterprise": enterprise,
        "observations": list(enterprise.observations.order_by("-observed_on", "-id")),
        "can_observe": can_observe(request.user, enterprise),
    }
    return render(request, "campaigns/accompaniment/enterprise_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def enterprise_observe(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was seen of an enterprise."""
    enterprise = get_object_or_404(Enterprise.objects.select_related("project"), pk=pk)
    require(can_observe(request.user, enterprise))
    form = ObservationForm(request.POST) if request.method == "POST" else ObservationForm()
    if request.method == "POST" and form.is_valid():
        try:
            observe_enterprise(enterprise=enterprise, **form.seen(), by=request.user, now=clock.now())
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Written down."))
            return redirect("enterprise", pk)
    context = {"enterprise": enterprise, "form": form}
    return render(request, "campaigns/accompaniment/enterprise_observe.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def enterprise_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Register the enterprise that a project became."""
    project = get_object_or_404(Project.objects.defer("search", "story"), slug=slug)
    require(can_register_enterprise(request.user, project))
    form = BirthForm(request.POST) if request.method == "POST" else BirthForm()
    if request.method == "POST" and form.is_valid():
        try:
            made = register_enterprise(
                project=project, birth=form.birth(), by=cast("User", request.user), now=clock.now()
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Registered. Good luck to all who work there!"))
            return redirect("enterprise", made.pk)
    return render(request, "campaigns/accompaniment/enterprise_new.html", {"project": project, "form": form})


@require_GET
def enterprises_json(request: HttpRequest) -> JsonResponse:
    """Give the enterprises away as JSON."""
    return JsonResponse({"enterprises": [enterprise_data(row) for row in enterprises()]})


@require_GET
def enterprises_csv(request: HttpRequest) -> HttpResponse:
    """Give the enterprises away as CSV."""
    rows = [enterprise_data(row) for row in enterprises()]
    names = list(rows[0]) if rows else ["id"]
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="enterprises.csv"'
    answer.write(write_row(names))
    for row in rows:
        answer.write(write_row(row.values()))
    return answer
