"""Files as evidence on the pages of a dispute: added, taken away, downloaded by those who may see the dispute."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import require
from payments.forms.back import EvidenceFileForm, RemoveFileForm
from payments.models import DisputeFile
from payments.permissions import can_see_dispute
from payments.selectors.disputes import files_of
from payments.services.dispute_files import add_file, remove_file
from payments.views.records import Act, Table

if TYPE_CHECKING:
    from django.http import HttpRequest

    from payments.models import Dispute


def file_acts(row: Dispute, facts: dict[str, Any]) -> list[Act]:
    """Give the acts of whoever may write evidence: add a file, and take one away."""
    there = list(files_of(row))
    acts = [
        Act(
            "add_file",
            _("Add the file"),
            lambda given: add_file(**facts, kind=given["kind"], upload=given["file"]),
            _("The file is kept: it goes to the bank with the evidence."),
            form_class=EvidenceFileForm,
            upload=True,
            kind="outline-primary",
            text=_(
                "A PDF, a JPEG or a PNG, one of each kind, at most 4.5 MB together and fewer than 50 pages. Only what "
                "the bank needs to see: it goes to the backer's bank."
            ),
        )
    ]
    if there:
        acts.append(
            Act(
                "remove_file",
                _("Take the file away"),
                lambda given: _remove(there, given["file"], facts),
                _("The file is taken away."),
                form_class=partial(RemoveFileForm, files=there),
                kind="outline-primary",
            )
        )
    return acts


def _remove(there: list[DisputeFile], pk: str, facts: dict[str, Any]) -> None:
    file = next(one for one in there if str(one.pk) == pk)
    remove_file(file=file, by=facts["by"], now=facts["now"])


def files_table(row: Dispute) -> list[Table]:
    """List a dispute's files."""
    lines: list[tuple[str, list[object]]] = [
        (
            reverse("dispute_file", args=[file.pk]),
            [file.name, file.get_kind_display(), f"{max(1, file.size // 1024)} kB"],
        )
        for file in files_of(row)
    ]
    return (
        [Table(_("Files for the bank"), [_("File"), _("What it shows"), _("Size")], lines)] if lines else []
    )


@require_safe
@login_required
def dispute_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Download a file of a dispute. A browser runs nothing of it and keeps no copy for others."""
    found = DisputeFile.objects.select_related("dispute__pledge__campaign__project")
    file = get_object_or_404(found, pk=pk)
    require(can_see_dispute(request.user, file.dispute))
    answer = HttpResponse(bytes(file.content), content_type=file.content_type)
    answer["Content-Disposition"] = f'attachment; filename="dispute-{file.dispute_id}-{file.pk}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
