"""A ladder's page: its four figures, how they grew, and which transfers make each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.templatetags.ui import month as month_in_words
from crowdfund.kit import clock
from payments.ledger.enums import Book
from payments.ledger.models import LedgerTransfer
from payments.spending.documents import movement_rows, step_rows, transfer_in_words
from payments.spending.enums import Step
from payments.spending.forms.ladders import FigureForm
from payments.spending.formula import STEPS
from payments.spending.selectors import ladders
from payments.spending.selectors.access import find_ladder
from payments.spending.selectors.subjects import subjects_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from payments.spending.selectors.ladders import Story

PAGE = 50


@require_safe
def ladder(request: HttpRequest, kind: str, key: str | int) -> HttpResponse:
    """Show the ladder of a programme, call, fund or project, with its history."""
    found = find_ladder(kind, key, request.user)
    told = ladders.story(found.scope, clock.now())
    context = {"ladder": found, **story_context(request, told, found.url)}
    status = 422 if context["form"].errors else 200
    return render(request, "payments/spending/ladder.html", context, status=status)


def story_context(request: HttpRequest, told: Story, url: str) -> dict[str, Any]:
    """Return what the history component shows: chart, months, and the transfers of the figure asked for."""
    form = FigureForm(request.GET or None, months=told.months)
    form.is_valid()
    step, first_day = form.step, form.first_day
    page = Paginator(ladders.transfers_behind(told, step, first_day), PAGE).get_page(request.GET.get("page"))
    asked = {"figure": step} | ({"month": f"{first_day:%Y-%m}"} if first_day else {})
    return {
        "steps": step_rows(told.figures, url),
        "form": form,
        "figure": Step(step).label,
        "first_day": first_day,
        "movements": movement_rows(page.object_list, told.before(step, first_day)),
        "previous_url": _page_url(asked, page.previous_page_number()) if page.has_previous() else "",
        "next_url": _page_url(asked, page.next_page_number()) if page.has_next() else "",
        "labels": [month_in_words(one.month) for one in told.months],
        "lines": [
            {"label": Step(name).label, "values": [one.after[place] for one in told.months]}
            for place, name in enumerate(STEPS)
        ],
    }


def _page_url(asked: dict[str, str], page: int) -> str:
    return f"?{urlencode(asked | {'page': str(page)})}#movements"


@require_safe
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one transfer of the ladder: what it means, its place in the chain, and what it corrects."""
    found = LedgerTransfer.objects.select_related("seal", "reversal").filter(book=Book.BUDGET)
    row = get_object_or_404(found, pk=pk)
    subject = subjects_of([row]).get(row.pk)
    if subject is None:
        raise Http404
    context = {
        "transfer": row,
        "text": transfer_in_words(row.code, is_reversal=row.reverses_id is not None),
        "subject": subject,
        "digest": bytes(row.digest).hex(),
        "seal": getattr(row, "seal", None),
        "seal_hash": bytes(row.seal.hash).hex() if hasattr(row, "seal") else "",
        "reversal": getattr(row, "reversal", None),
        "title": _("Movement %(number)s") % {"number": row.pk},
    }
    return render(request, "payments/spending/transfer.html", context)
