"""The officers' bank: statements that come in, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import done
from accounts.permissions import require
from crowdfund.kit import clock
from payments.bank.forms.officer import StatementForm
from payments.bank.formula import in_groups
from payments.bank.formula.xml import LARGEST_BYTES
from payments.bank.permissions import can_draft_list, can_import_statement, can_see_bank
from payments.bank.selectors.balance import is_whole, opening_missing, our_account
from payments.bank.selectors.office import (
    counted_by_status,
    credit_lists,
    lines,
    queue,
    statements_with_counts,
)
from payments.bank.selectors.waiting import campaigns_waiting
from payments.bank.services.importing import import_statement
from payments.bank.views.doing import posted

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.bank.services.importing import Imported

PAGE = 50


@require_safe
@login_required
def bank_desk(request: HttpRequest) -> HttpResponse:
    """Show our account, the statements, and what waits."""
    require(can_see_bank(request.user))
    now = clock.now()
    context = {
        "iban": in_groups(settings.BANK_ACCOUNT_IBAN),
        "account": our_account(),
        "opening_missing": opening_missing(),
        "statements": statements_with_counts()[:20],
        "queue_length": queue().count(),
        "lists": credit_lists()[:10],
        "campaigns": campaigns_waiting(now),
        "may_import": can_import_statement(request.user),
        "may_propose": can_draft_list(request.user),
    }
    return render(request, "payments/bank/desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bank_import(request: HttpRequest) -> HttpResponse:
    """Import a statement; its page says what became of it."""
    require(can_import_statement(request.user))
    form = StatementForm(posted(request), request.FILES or None)
    found: list[Imported] = []

    def deed() -> None:
        file = form.cleaned_data["file"]
        content = file.read(LARGEST_BYTES + 1)  # no more than is needed to see that it is too large
        by = cast("User", request.user)
        found.append(import_statement(content=content, file_name=file.name, by=by, now=clock.now()))

    if request.method == "POST" and done(form, deed):
        _say(request, found[0])
        return redirect("bank_statement", found[0].statements[-1].pk)
    status = 422 if form.errors else 200
    return render(request, "payments/bank/import.html", {"form": form}, status=status)


def _say(request: HttpRequest, imported: Imported) -> None:
    if imported.again:
        messages.info(request, _("Nothing is new: all of this was imported before."))
        return
    count = imported.new_lines
    said = ngettext("%(count)s new line is imported.", "%(count)s new lines are imported.", count)
    messages.success(request, said % {"count": count})


@require_safe
@login_required
def bank_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a statement, what became of its lines, and whether something is missing before it."""
    require(can_see_bank(request.user))
    statement = get_object_or_404(statements_with_counts(), pk=pk)
    page = Paginator(lines().filter(statement=statement).order_by("n"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "statement": statement,
        "counts": counted_by_status(statement),
        "whole": is_whole(statement),
        "page": page,
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "payments/bank/statement.html", context)
