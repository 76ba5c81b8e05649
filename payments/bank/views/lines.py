"""The queue of lines that found no place by themselves: what each may be, one action each, and the second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import done
from accounts.permissions import require
from crowdfund.kit import clock
from payments.bank.enums import LineStatus
from payments.bank.forms.officer import GoalForm, ReturnAccountForm, WhyForm
from payments.bank.permissions import can_decide_match, can_see_bank, can_work_on_lines
from payments.bank.selectors.goals import choices, pledges_to_match, suggestions
from payments.bank.selectors.office import lines, matches, queue
from payments.bank.services.matches import approve_match, propose_match, reject_match
from payments.bank.services.returns import return_line, set_return_account
from payments.bank.views.doing import posted

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.bank.models import BankLine, LineMatch

PAGE = 20
WAITING = {LineStatus.UNMATCHED, LineStatus.UNEXPLAINED}


@require_safe
@login_required
def bank_lines(request: HttpRequest) -> HttpResponse:
    """List the lines that wait, oldest first, each with what it most probably is."""
    require(can_see_bank(request.user))
    page = Paginator(queue(), PAGE).get_page(request.GET.get("page"))
    pledges = pledges_to_match()
    rows = [{"line": line, "best": next(iter(suggestions(line, pledges)), None)} for line in page]
    context = {
        "rows": rows,
        "may_work": can_work_on_lines(request.user),
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "payments/bank/lines.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bank_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a line and what it may be; a POST proposes one of these."""
    require(can_see_bank(request.user))
    line = get_object_or_404(lines(), pk=pk)
    nowhere_to_go = line.status == LineStatus.TO_RETURN and not line.back_to[1]
    waiting = line.status in WAITING or nowhere_to_go
    offered = choices(line, pledges_to_match()) if waiting else []
    form = GoalForm(posted(request), choices=offered, credit=line.credit)

    def deed() -> None:
        propose_match(line=line, by=cast("User", request.user), now=clock.now(), **form.deed())

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("What this line is, is proposed. Another person decides."))
        return redirect("bank_line", pk)
    context = _shown(line, request, form) | {"offered": offered, "waiting": waiting}
    return render(request, "payments/bank/line.html", context, status=422 if form.errors else 200)


def _shown(line: BankLine, request: HttpRequest, form: GoalForm) -> dict[str, object]:
    history = list(matches().filter(line=line))
    standing = next((one for one in history if one.status == "proposed"), None)
    may_work = can_work_on_lines(request.user)
    return {
        "line": line,
        "back_to": line.back_to,
        "events": line.events.select_related("by"),
        "history": history,
        "match": standing,
        "may_decide": bool(standing and can_decide_match(request.user, standing)),
        "may_work": may_work,
        "may_return": may_work and line.status == LineStatus.UNMATCHED and standing is None,
        "may_readdress": may_work and line.status in {LineStatus.UNMATCHED, LineStatus.TO_RETURN},
        "form": form,
        "why_form": WhyForm(),
        "account_form": ReturnAccountForm(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bank_line_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a line back now."""
    require(can_work_on_lines(request.user))
    line = get_object_or_404(lines(), pk=pk)
    form = WhyForm(posted(request))

    def deed() -> None:
        by = cast("User", request.user)
        return_line(line=line, why=form.cleaned_data["why"], by=by, now=clock.now())

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("The line goes back with the next list of transfers."))
        return redirect("bank_line", pk)
    return _step(request, line, form, _("Send it back now"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bank_line_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where a line goes back to."""
    require(can_work_on_lines(request.user))
    line = get_object_or_404(lines(), pk=pk)
    form = ReturnAccountForm(posted(request))

    def deed() -> None:
        set_return_account(line=line, by=cast("User", request.user), now=clock.now(), **form.cleaned_data)

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("The line goes back to this account."))
        return redirect("bank_line", pk)
    return _step(request, line, form, _("Say where it goes back to"))


def _step(request: HttpRequest, line: BankLine, form: object, title: str) -> HttpResponse:
    errors = getattr(form, "errors", None)
    context = {"line": line, "form": form, "title": title}
    return render(request, "payments/bank/line_step.html", context, status=422 if errors else 200)


@require_POST
@login_required
def bank_match(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or reject what somebody else says a line is."""
    require(can_see_bank(request.user))
    match: LineMatch = get_object_or_404(matches(), pk=pk)
    by = cast("User", request.user)
    if "approve" in request.POST:
        approve_match(match=match, by=by, now=clock.now())
        messages.success(request, _("The line has its place."))
    else:
        reject_match(match=match, why=request.POST.get("why", ""), by=by, now=clock.now())
        messages.success(request, _("The match is rejected: the line is open again."))
    return redirect("bank_line", match.line_id)
