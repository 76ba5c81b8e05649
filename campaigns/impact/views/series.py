"""Benchmark series and studies: everybody reads them; an officer publishes them and takes tables in."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from campaigns.forms.serving import served
from campaigns.impact.documents.table import COLUMNS, read_series
from campaigns.impact.forms.series import LinkForm, SeriesForm, StudyForm, ValuesForm
from campaigns.impact.models import Series, Study
from campaigns.impact.permissions import can_link_series, can_write_series
from campaigns.impact.selectors.series import compared, name_of, values_of
from campaigns.impact.services.series import (
    Described,
    Plan,
    import_values,
    link_series,
    plan_values,
    publish_series,
    publish_study,
)
from campaigns.models import Indicator
from campaigns.views.access import crumb, person
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from crowdfund.kit.files import send_private
from crowdfund.kit.tables import write_row

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest


def _facts(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "now": clock.now()}


@require_safe
def research(request: HttpRequest) -> HttpResponse:
    """List the series and the studies."""
    context = {
        "found": Series.objects.all(),
        "studies": Study.objects.all(),
        "may_write": can_write_series(request.user),
    }
    return render(request, "campaigns/impact/research.html", context)


@require_safe
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """Compare neighbourhoods and cities, with the source."""
    found = get_object_or_404(Series, slug=slug)
    context = {
        "series": found,
        "comparisons": compared(found),
        "last_import": found.imports.first(),
        "may_write": can_write_series(request.user),
        "crumbs": [crumb(_("Study and research"), "research")],
    }
    return render(request, "campaigns/impact/series.html", context)


@require_safe
def series_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the values away, with the columns that are taken in."""
    found = get_object_or_404(Series, slug=slug)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}.csv"'
    answer.write(write_row(COLUMNS))
    for row in values_of(found):
        answer.write(write_row([row.kind, name_of(row), row.year, row.value]))
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def series_new(request: HttpRequest) -> HttpResponse:
    """Publish a series."""
    require(can_write_series(request.user))
    form = SeriesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        deed = functools.partial(publish_series, described=Described(**form.cleaned_data), **_facts(request))
        if served(form, deed):
            messages.success(request, _("Published. Now take its values in."))
            return redirect("series_import", Series.objects.latest("pk").slug)
    return _form(request, form, _("Publish a series"), upload=False)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def series_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a table would change, then take it in as a whole."""
    require(can_write_series(request.user))
    found = get_object_or_404(Series, slug=slug)
    form = ValuesForm(request.POST, request.FILES) if request.method == "POST" else ValuesForm()
    context: dict[str, Any] = {"series": found, "form": form}
    content = form.content() if form.is_valid() else None
    if content:
        try:
            plan = _taken(request, found, content)
        except NotAllowed:
            raise
        except Refused as error:
            form.refuse(error)
        else:
            if "take_in" in request.POST and not plan.bad:
                return redirect("series", slug)
            context |= {"plan": plan, "seen": content.decode("utf-8-sig")}
    status = 422 if form.errors or (context.get("plan") and context["plan"].bad) else 200
    return render(request, "campaigns/impact/series_import.html", context, status=status)


def _taken(request: HttpRequest, found: Series, content: bytes) -> Plan:
    """Look at the table, and take it in when that was asked and nothing stands against it."""
    table = read_series(content, this_year=clock.today().year)
    plan = plan_values(series=found, table=table, by=person(request))
    if "take_in" not in request.POST or plan.bad:
        return plan
    plan = import_values(series=found, table=table, **_facts(request))
    text = ngettext("%(count)d value is taken in.", "%(count)d values are taken in.", plan.changes)
    messages.success(request, text % {"count": plan.changes})
    return plan


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def series_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the series beside an indicator."""
    indicator = get_object_or_404(Indicator.objects.select_related("project", "benchmark"), pk=pk)
    require(can_link_series(request.user, indicator.project))
    form = LinkForm.of(indicator, request.POST if request.method == "POST" else None)
    if form.is_valid():
        link_series(indicator=indicator, series=form.cleaned_data["series"], **_facts(request))
        messages.success(request, _("Saved."))
        return redirect(indicator.project.get_absolute_url())
    return _form(request, form, _("A series beside “%(name)s”") % {"name": indicator.name}, upload=False)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def study_new(request: HttpRequest) -> HttpResponse:
    """Publish a study."""
    require(can_write_series(request.user))
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = StudyForm(*given)
    if form.is_valid() and served(
        form, functools.partial(publish_study, **form.cleaned_data, **_facts(request))
    ):
        messages.success(request, _("The study is public."))
        return redirect("research")
    return _form(request, form, _("Publish a study"), upload=True)


def _form(request: HttpRequest, form: Any, title: str, *, upload: bool) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "upload": upload,
        "crumbs": [crumb(_("Study and research"), "research")],
    }
    return render(request, "campaigns/impact/form.html", context, status=422 if form.errors else 200)


@require_safe
def study_file(request: HttpRequest, pk: int) -> FileResponse:
    """Send a study's file."""
    study = get_object_or_404(Study, pk=pk)
    if not study.file:
        raise Http404
    return send_private(study.file, name=f"study-{study.pk}.{study.file_kind}", kind=study.file_kind)
