"""An organisation's documents by year, its own words on them, and the corrections backers ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organisation
from accounts.permissions import require
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.receipts.documents import export_rows
from payments.receipts.forms import TextForm, WhyForm
from payments.receipts.models import CorrectionRequest
from payments.receipts.permissions import (
    can_decide_request,
    can_see_receipt,
    can_see_receipts,
    can_write_text,
)
from payments.receipts.selectors.reads import (
    current_texts,
    documents_of_organisation,
    documents_of_pledge,
    requests_waiting,
    years_of_organisation,
)
from payments.receipts.services.donors import decline_correction, grant_correction
from payments.receipts.services.texts import write_text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

PAGE = 50


def _organisation(request: HttpRequest, slug: str) -> Organisation:
    organisation = get_object_or_404(Organisation, slug=slug)
    require(can_see_receipts(request.user, organisation))
    return organisation


@never_cache
@require_safe
@login_required
def organisation_receipts(request: HttpRequest, slug: str) -> HttpResponse:
    """List an organisation's documents of a year, by number. Owner, accountant, officers and auditors."""
    organisation = _organisation(request, slug)
    years = years_of_organisation(organisation)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else next(iter(years), clock.today().year)
    page = Paginator(documents_of_organisation(organisation, year), PAGE).get_page(request.GET.get("page"))
    context = {
        "organisation": organisation,
        "year": year,
        "years": years,
        "page": page,
        "rows": [{"receipt": row, "seen": can_see_receipt(request.user, row)} for row in page],
        "texts": current_texts(organisation),
        "may_write": can_write_text(request.user, organisation),
        "requests": requests_waiting([organisation.pk]),
    }
    return render(request, "payments/receipts/organisation_receipts.html", context)


@never_cache
@require_safe
@login_required
def organisation_receipts_csv(request: HttpRequest, slug: str, year: int) -> StreamingHttpResponse:
    """Give an organisation's documents of a year as a table; donors whose data is restricted are left blank."""
    organisation = _organisation(request, slug)
    receipts = list(documents_of_organisation(organisation, year))
    for row in receipts:
        if not can_see_receipt(request.user, row):
            row.donor.name = row.donor.tax_code = row.donor.address = ""
    answer = StreamingHttpResponse(export_rows(receipts), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="receipts-{organisation.slug}-{year}.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def organisation_text(request: HttpRequest, slug: str) -> HttpResponse:
    """Write what the organisation's receipts say of it. The owner's."""
    organisation = get_object_or_404(Organisation, slug=slug)
    require(can_write_text(request.user, organisation))
    texts = current_texts(organisation)
    standing = texts["proposed"] or texts["approved"]
    form = TextForm(request.POST or None, initial={"text": standing.text if standing else ""})
    if request.method == "POST" and form.is_valid():
        user = cast("User", request.user)
        try:
            write_text(organisation=organisation, text=form.cleaned_data["text"], by=user, now=clock.now())
        except NotAllowed:
            raise
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Handed in: an officer reads it before it stands on receipts."))
            return redirect("organisation_receipt_text", slug)
    context = {"organisation": organisation, "form": form, "texts": texts}
    return render(
        request, "payments/receipts/organisation_text.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def correction_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a backer asks to be put right; a POST does it or says why not. Owner and accountant."""
    asked = get_object_or_404(
        CorrectionRequest.objects.select_related("pledge__campaign__project__organisation"), pk=pk
    )
    require(can_decide_request(request.user, asked))
    receipts = documents_of_pledge(asked.pledge)
    if not receipts:
        raise Http404
    form = WhyForm(request.POST if "decline" in request.POST else None)
    if request.method == "POST" and _decided(request, asked, form):
        return redirect("organisation_receipts", asked.pledge.campaign.project.organisation.slug)
    context = {"asked": asked, "form": form, "receipts": receipts, "donor": receipts[-1].donor}
    return render(
        request, "payments/receipts/correction_request.html", context, status=422 if form.errors else 200
    )


def _decided(request: HttpRequest, asked: CorrectionRequest, form: WhyForm) -> bool:
    """Grant or decline; False when the form must be shown again."""
    user, now = cast("User", request.user), clock.now()
    if "decline" not in request.POST:
        grant_correction(request=asked, by=user, now=now)
        messages.success(
            request, _("Done: the old receipt is void, the new one is on its way to the backer.")
        )
        return True
    if not form.is_valid():
        return False
    decline_correction(request=asked, why=form.cleaned_data["why"], by=user, now=now)
    messages.success(request, _("Declined: the backer is told why."))
    return True
