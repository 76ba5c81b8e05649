"""What anyone may download."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from django.http import FileResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.calls.models import Call
from payments.ledger.documents import export_rows
from payments.matching.selectors.exports import write_export

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """Say what can be downloaded and how to check it."""
    return render(request, "payments/open_data.html", {"calls": Call.objects.public()})


@require_safe
def ledger_csv(_request: HttpRequest) -> StreamingHttpResponse:
    """Stream every sealed transfer, for anyone to verify."""
    answer = StreamingHttpResponse(export_rows(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    return answer


@require_safe
def open_data_call(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what the export of a call holds and how its matches are computed again from it."""
    call = get_object_or_404(Call.objects.public().select_related("rule"), slug=slug)
    crumbs = [{"label": _("Open data"), "url": reverse("open_data")}]
    return render(request, "payments/open_data_call.html", {"call": call, "crumbs": crumbs})


@require_safe
def call_export(_request: HttpRequest, slug: str) -> FileResponse:
    """Give what every match of a call was computed from, as a ZIP; beyond some size it is built on disk."""
    call = get_object_or_404(Call.objects.public().select_related("rule"), slug=slug)
    file = tempfile.SpooledTemporaryFile(max_size=2**22)  # noqa: SIM115 - the answer closes it
    write_export(call, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{call.slug}.zip", content_type="application/zip")
