"""A team keeps its accounts: one page a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from accounts.templatetags.ui import month as month_in_words
from campaigns.models import Project
from campaigns.sustainability.forms.months import CorrectionForm, MonthForm, OpeningForm
from campaigns.sustainability.models import Books, MonthlyAccount
from campaigns.sustainability.permissions import can_keep_books, can_open_books
from campaigns.sustainability.selectors.accounts import books_of, month_before, month_states
from campaigns.sustainability.selectors.booked import booked_in
from campaigns.sustainability.selectors.explained import figure_rows, labelled
from campaigns.sustainability.services import (
    close_month,
    correct_month,
    enter_month,
    open_books,
    revise_month,
)
from campaigns.sustainability.services.months import check_month
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest, HttpResponse


def _project(slug: str) -> Project:
    return get_object_or_404(Project.objects.defer("search", "story"), slug=slug)


def _books(request: HttpRequest, slug: str) -> Books:
    """Return the books of a project this person keeps."""
    books = get_object_or_404(Books.objects.select_related("project"), project__slug=slug)
    require(can_keep_books(request.user, books.project))
    return books


@login_required
@require_http_methods(["GET", "POST"])
def monthly_accounts(request: HttpRequest, slug: str) -> HttpResponse:
    """List the months with their state; before that, open the books."""
    project = _project(slug)
    require(can_open_books(request.user, project))
    books = books_of(project)
    if books is None:
        return _opening(request, project)
    context = {
        "project": project,
        "books": books,
        "months": month_states(books, clock.today()),
        "can_keep": can_keep_books(request.user, project),
    }
    return render(request, "campaigns/sustainability/monthly_accounts.html", context)


def _opening(request: HttpRequest, project: Project) -> HttpResponse:
    form = OpeningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            open_books(project=project, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("The accounts are open: enter the first month."))
            return redirect("monthly_accounts", project.slug)
    return render(request, "campaigns/sustainability/books_open.html", {"project": project, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def monthly_account(request: HttpRequest, slug: str, month: dt.date) -> HttpResponse:
    """Enter or change a month, with last month's figures beside it; a closed one is only read."""
    books = _books(request, slug)
    account = books.months.filter(month=month).first()
    context: dict[str, Any] = {"project": books.project, "month": month, "account": account}
    if account and account.closed_at:
        context["rows"] = figure_rows(account)
        context["corrections"] = labelled(account.corrections.select_related("account"))
        return render(request, "campaigns/sustainability/month_closed.html", context)
    now = clock.now()
    try:
        check_month(books, month, now)
    except Invalid as error:
        raise Http404(str(error)) from error
    form = MonthForm(
        request.POST or None,
        account=account,
        before=month_before(month, books),
        booked=booked_in(books, month),
    )
    if request.method == "POST" and form.is_valid():
        try:
            if account:
                revise_month(account=account, **form.deed(), by=request.user, now=now)
            else:
                enter_month(books=books, month=month, **form.deed(), by=request.user, now=now)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. Close the month when nothing is missing."))
            return redirect("monthly_account", slug, month)
    context |= {"form": form, "over": month < clock.today().replace(day=1)}
    return render(request, "campaigns/sustainability/month_form.html", context)


def _account(request: HttpRequest, slug: str, month: dt.date) -> MonthlyAccount:
    books = _books(request, slug)
    return get_object_or_404(
        MonthlyAccount.objects.select_related("books__project"), books=books, month=month
    )


@login_required
@require_http_methods(["GET", "POST"])
def monthly_account_close(request: HttpRequest, slug: str, month: dt.date) -> HttpResponse:
    """Ask whether the month is complete, and close it."""
    account = _account(request, slug, month)
    if request.method == "POST":
        close_month(account=account, by=request.user, now=clock.now())
        messages.success(request, _("%(month)s is closed and public.") % {"month": month_in_words(month)})
        return redirect("monthly_accounts", slug)
    context = {"project": account.books.project, "rows": figure_rows(account), "month": month}
    return render(request, "campaigns/sustainability/month_close.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def monthly_account_correct(request: HttpRequest, slug: str, month: dt.date) -> HttpResponse:
    """Correct one figure of a closed month."""
    account = _account(request, slug, month)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            correct_month(account=account, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Corrected. The old amount stays on record."))
            return redirect("monthly_account", slug, month)
    context = {"project": account.books.project, "account": account, "month": month, "form": form}
    return render(request, "campaigns/sustainability/month_correct.html", context)
