"""The officer's simulator: order one, watch it, read and download what came out, delete it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from campaigns.calls.enums import RuleKind
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused, Several
from payments.matching.simulator.editions.report import figure_labels, known_labels
from payments.simulations.documents import result_rows
from payments.simulations.enums import UNDER_WAY, Source
from payments.simulations.forms import SimulationForm
from payments.simulations.permissions import can_see_simulations, can_simulate
from payments.simulations.selectors import past_calls, simulations
from payments.simulations.services import delete_simulation, order_simulation

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User
    from payments.simulations.models import Simulation

PAGE = 50


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the simulations, newest first, and offer a new one."""
    require(can_see_simulations(request.user))
    page = Paginator(simulations().defer("result", "bad_rows"), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "sources": Source.choices,
        "may_simulate": can_simulate(request.user),
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "payments/simulations/overview.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def simulation_new(request: HttpRequest, source: str) -> HttpResponse:
    """Choose what to take and up to three rules; a POST orders the simulation."""
    require(can_simulate(request.user))
    if source not in Source.values:
        raise Http404
    typed = request.GET.get("typed", "")
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = SimulationForm(*posted, source=Source(source), typed=typed)
    if request.method == "POST" and (made := _ordered(request, form)):
        messages.success(request, _("The simulation begins: its progress is shown here."))
        return redirect("simulation", made.pk)
    context = {
        "form": form,
        "source": Source(source),
        "kinds": RuleKind.choices,
        "nothing_past": source == Source.CALL and not past_calls().exists(),
    }
    status = 422 if form.errors else 200
    return render(request, "payments/simulations/new.html", context, status=status)


def _ordered(request: HttpRequest, form: SimulationForm) -> Simulation | None:
    if not form.is_valid():
        return None
    try:
        return order_simulation(**form.given(), by=cast("User", request.user), now=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        for problem in refused.problems if isinstance(refused, Several) else (refused,):
            form.refuse(problem)
        return None


@login_required
@require_safe
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a simulation is, what came out as charts and tables, or why nothing did."""
    require(can_see_simulations(request.user))
    row = get_object_or_404(simulations(), pk=pk)
    context: dict[str, Any] = {
        "simulation": row,
        "under_way": row.status in UNDER_WAY,
        "may_simulate": can_simulate(request.user),
        "more_bad": row.bad_count - len(row.bad_rows),
    }
    if row.result:
        context |= _charts(row.result)
    return render(request, "payments/simulations/detail.html", context)


def _charts(result: dict[str, Any]) -> dict[str, Any]:
    rules = result["rules"]
    figures, known = figure_labels(), known_labels()
    return {
        "result": result,
        "costs": [{"label": rule["label"], "value": rule["match_total_cents"]} for rule in rules],
        "funded": [{"label": rule["label"], "value": rule["funded"]} for rule in rules],
        "shares": [_share(rule, result) for rule in rules],
        "top_percent": Decimal(result["top_1_percent_share"]),
        "top": _top(Decimal(result["top_1_percent_share"])),
        "places": [{"label": rule["label"], "rows": _places(rule)} for rule in rules],
        "campaigns": [
            {
                **place,
                "outcomes": [{**rule["campaigns"][number], "label": rule["label"]} for rule in rules],
            }
            for number, place in enumerate(result["campaigns"])
        ],
        "fit": [
            {**one, "label": figures[one["figure"]], "known": known[one["known"]]}
            for one in result.get("fit", [])
        ],
    }


def _share(rule: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """How much the city adds to each hundred euro of the crowd, in cents."""
    crowd = result["crowd_cents"]
    return {"label": rule["label"], "value": rule["match_total_cents"] * 10_000 // crowd if crowd else None}


def _top(share: Decimal) -> list[dict[str, Any]]:
    return [
        {"label": _("The most generous hundredth of backers"), "value": share},
        {"label": _("All the others"), "value": 100 - share},
    ]


def _places(rule: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": one["neighbourhood"] or _("(no neighbourhood)"),
            "value": one["match_cents"],
            "compare": one["crowd_cents"],
        }
        for one in rule["neighbourhoods"]
    ]


@login_required
@require_POST
def simulation_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a simulation and what it kept."""
    require(can_simulate(request.user))
    row = get_object_or_404(simulations(), pk=pk)
    delete_simulation(simulation=row, by=cast("User", request.user), now=clock.now())
    messages.success(request, _("The simulation is deleted."))
    return redirect("simulations")


def _done(request: HttpRequest, pk: int) -> Simulation:
    require(can_see_simulations(request.user))
    return get_object_or_404(simulations(), pk=pk, result__isnull=False)


@login_required
@require_safe
def simulation_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Download the result as a table of a row a campaign and rule."""
    answer = StreamingHttpResponse(result_rows(_done(request, pk)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="simulation-{pk}.csv"'
    return answer


@login_required
@require_safe
def simulation_json(request: HttpRequest, pk: int) -> JsonResponse:
    """Download the result as data."""
    answer = JsonResponse(_done(request, pk).result)
    answer["Content-Disposition"] = f'attachment; filename="simulation-{pk}.json"'
    return answer
