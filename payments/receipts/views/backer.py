"""A backer's receipts: of one pledge by its signed link, of a person logged in, of a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.receipts.documents import YearSummary, address, summary_of_year
from payments.receipts.forms import DonorForm, donor_now
from payments.receipts.permissions import receipts_token, summary_of
from payments.receipts.selectors.reads import (
    documents_of_backer,
    documents_of_pledge,
    of_email,
    of_user,
    open_request,
    pledge_by_token,
    standing_of_year,
    years_of_backer,
)
from payments.receipts.selectors.standing import WAITS_FOR_RECEIPT
from payments.receipts.services.donors import ask_correction, set_donor_details
from payments.receipts.services.letters import send_summary
from payments.receipts.views.paper import paper

if TYPE_CHECKING:
    from django.db.models import Q
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.models import Pledge
    from payments.receipts.models import Receipt

PAGE = 20
YEARS = range(2000, 2200)


def rows_of(receipts: list[Receipt], token: str = "") -> list[dict[str, Any]]:
    """Pair documents with the addresses of their page and PDF."""
    return [
        {
            "receipt": receipt,
            "url": address("receipt", receipt, token or receipts_token(receipt.pledge)),
            "pdf_url": address("receipt_pdf", receipt, token or receipts_token(receipt.pledge)),
        }
        for receipt in receipts
    ]


def _by_link(token: str) -> Pledge:
    pledge = pledge_by_token(token)
    if pledge is None:
        raise Http404
    return pledge


# One pledge, by its link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipts_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a pledge's documents; a POST says who gives, or asks for a correction once something is issued."""
    pledge = _by_link(token)
    receipts = documents_of_pledge(pledge)
    asked = open_request(pledge)
    on_paper = asked or (receipts[-1].donor if receipts else None)
    initial = donor_now(pledge, getattr(pledge, "donor_details", None), on_paper)
    form = DonorForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _said(request, pledge, form, token, bool(receipts)):
        return redirect("receipts_by_link", token=token)
    context = {
        "pledge": pledge,
        "rows": rows_of(receipts, token),
        "form": form,
        "asked": asked,
        "waits": pledge.status in WAITS_FOR_RECEIPT,
        "years": sorted({receipt.paid_on.year for receipt in receipts}),
        "token": token,
    }
    return render(
        request, "payments/receipts/pledge_receipts.html", context, status=422 if form.errors else 200
    )


def _said(request: HttpRequest, pledge: Pledge, form: DonorForm, token: str, issued: bool) -> bool:  # noqa: FBT001
    """Say who gives or ask for a correction; False when the form must be shown again."""
    deed = ask_correction if issued else set_donor_details
    try:
        deed(pledge=pledge, donor=form.donor(), by=request.user, now=clock.now(), token=token)
    except NotAllowed:
        raise
    except Refused as refused:
        form.refuse(refused)
        return False
    sentence = _("Asked: the organisation will answer by email.") if issued else _("Saved.")
    messages.success(request, sentence)
    return True


@never_cache
@require_POST
def summary_send(request: HttpRequest, token: str) -> HttpResponse:
    """Send the link of a year's summary to the pledge's address."""
    pledge = _by_link(token)
    year = request.POST.get("year", "")
    if not year.isdecimal() or int(year) not in YEARS:
        raise Http404
    send_summary(pledge=pledge, year=int(year), now=clock.now())
    messages.success(request, _("We have sent the link to the address of your pledge."))
    return redirect("receipts_by_link", token=token)


# A person logged in


@never_cache
@require_safe
@login_required
def my_receipts(request: HttpRequest) -> HttpResponse:
    """List a person's documents and the years there is a summary of."""
    whose = of_user(cast("User", request.user))
    page = Paginator(documents_of_backer(whose), PAGE).get_page(request.GET.get("page"))
    context = {"rows": rows_of(list(page)), "page": page, "years": years_of_backer(whose)}
    return render(request, "payments/receipts/my_receipts.html", context)


# A year


def _year(whose: Q, year: int) -> YearSummary:
    return summary_of_year(year, standing_of_year(whose, year))


def _summary(request: HttpRequest, summary: YearSummary, *, whose: str, pdf_url: str) -> HttpResponse:
    context = {"summary": summary, "whose": whose, "pdf_url": pdf_url}
    return render(request, "payments/receipts/summary.html", context)


def _summary_pdf(request: HttpRequest, summary: YearSummary, *, whose: str, instead: str) -> HttpResponse:
    return paper(
        request,
        "payments/receipts/summary_pdf.html",
        {"summary": summary, "whose": whose, "made_on": clock.today()},
        title=_("What you gave in %(year)d") % {"year": summary.year},
        name=f"summary-{summary.year}",
        instead=instead,
    )


@never_cache
@require_safe
@login_required
def my_summary(request: HttpRequest, year: int) -> HttpResponse:
    """Show what a person gave in a year."""
    user = cast("User", request.user)
    pdf_url = reverse("my_summary_pdf", args=[year])
    return _summary(request, _year(of_user(user), year), whose=str(user), pdf_url=pdf_url)


@never_cache
@require_safe
@login_required
def my_summary_pdf(request: HttpRequest, year: int) -> HttpResponse:
    """Give it as a PDF."""
    user = cast("User", request.user)
    instead = reverse("my_summary", args=[year])
    return _summary_pdf(request, _year(of_user(user), year), whose=str(user), instead=instead)


def _by_summary_link(token: str) -> tuple[str, YearSummary]:
    found = summary_of(token)
    if found is None:
        raise Http404
    email, year = found
    return email, _year(of_email(email), year)


@never_cache
@require_safe
def summary_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what an address' pledges gave in a year, to who got the link there."""
    email, summary = _by_summary_link(token)
    return _summary(request, summary, whose=email, pdf_url=reverse("summary_pdf_by_link", args=[token]))


@never_cache
@require_safe
def summary_pdf_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Give it as a PDF."""
    email, summary = _by_summary_link(token)
    return _summary_pdf(request, summary, whose=email, instead=reverse("summary_by_link", args=[token]))
