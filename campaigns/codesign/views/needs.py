"""A citizen reads, reports and shares needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.codesign.forms import NeedFilter, NeedForm
from campaigns.codesign.models import Need
from campaigns.codesign.permissions import can_moderate, can_see_need
from campaigns.codesign.selectors.chain import chains_of_need
from campaigns.codesign.selectors.needs import public_needs, similar_needs, standing, support_by
from campaigns.codesign.services import report_need, share_need, unshare_need
from campaigns.codesign.services.needs import LONGEST_TITLE
from campaigns.codesign.services.support import NEWS_CONSENT
from campaigns.codesign.views.visitor import visitor_made, visitor_of
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.core.paginator import Page
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 24


def need_or_404(request: HttpRequest, slug: str) -> Need:
    """Return a need this person may see; one that waits or is hidden does not exist for others."""
    need = get_object_or_404(Need.objects.select_related("neighbourhood").defer("search"), slug=slug)
    if not can_see_need(request.user, need):
        raise Http404
    return need


@require_GET
def needs(request: HttpRequest) -> HttpResponse:
    """List what residents miss, to be searched and filtered."""
    form = NeedFilter(request.GET)
    kept = form.kept()
    page = Paginator(public_needs(**kept), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "filtered": any(kept.values()), **pages(request, page)}
    return render(
        request, "campaigns/codesign/need_list.html", context | {"moderator": can_moderate(request.user)}
    )


def pages(request: HttpRequest, page: Page[Any]) -> dict[str, str]:
    """Return the addresses of the pages before and after, with the filters kept."""

    def at(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "previous_url": at(page.previous_page_number()) if page.has_previous() else "",
        "next_url": at(page.next_page_number()) if page.has_next() else "",
    }


@require_GET
def need(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a need: what, where, how many share it, what came of it."""
    shown = need_or_404(request, slug)
    if shown.merged_into is not None:
        return redirect(standing(shown), permanent=True)
    support = support_by(shown, request.user, visitor_of(request))
    return render(
        request,
        "campaigns/codesign/need_detail.html",
        {
            "need": shown,
            "support": support,
            "chains": chains_of_need(shown),
            "moderator": can_moderate(request.user),
            "news_consent": NEWS_CONSENT,
        },
    )


@require_http_methods(["GET", "POST"])
def need_report(request: HttpRequest) -> HttpResponse:
    """Report a need, in under a minute and without an account."""
    moderator = can_moderate(request.user)
    initial = {"neighbourhood": request.GET.get("neighbourhood", ""), "theme": request.GET.get("theme", "")}
    form = NeedForm(request.POST or None, request.FILES or None, moderator=moderator, initial=initial)
    similar: list[Need] = []
    if request.method == "POST" and form.is_valid() and "seen" not in request.POST:
        similar = similar_to(form.cleaned_data)
    if request.method == "POST" and form.is_valid() and not similar:
        try:
            reported = report_need(**form.cleaned_data, by=request.user, now=clock.now())
        except Refused as error:
            form.refuse(error)
        else:
            return _reported(request, reported)
    context = {"form": form, "moderator": moderator, "similar": similar}
    return render(request, "campaigns/codesign/need_report.html", context)


def similar_to(written: dict[str, Any]) -> list[Need]:
    """Return what others have reported that sounds like it."""
    place = written.get("neighbourhood")
    return similar_needs(written["title"], neighbourhood=place.slug if place else "")


@require_GET
def need_similar(request: HttpRequest) -> HttpResponse:
    """Give the similar needs as a piece of page, to be shown while somebody writes."""
    similar = similar_needs(
        request.GET.get("title", "")[:LONGEST_TITLE].replace("\0", " "),
        neighbourhood=request.GET.get("neighbourhood", "").replace("\0", ""),
    )
    return render(request, "campaigns/codesign/_similar.html", {"similar": similar})


def _reported(request: HttpRequest, reported: Need) -> HttpResponse:
    if can_see_need(request.user, reported):
        messages.success(request, _("The need is recorded."))
        return redirect("need", reported.slug)
    messages.success(request, _("Thank you! An animator reads it within three days, then it appears here."))
    return redirect("needs")


@require_POST
def need_share(request: HttpRequest, slug: str) -> HttpResponse:
    """Say "me too"; a person also says whether to be told what comes of it."""
    shared = need_or_404(request, slug)
    new = share_need(
        need=shared,
        by=request.user,
        visitor=visitor_made(request) if request.user.is_anonymous else visitor_of(request),
        wants_news=request.POST.get("wants_news") == "1",
        now=clock.now(),
    )
    messages.success(request, _("Now you share this need too.") if new else _("Saved."))
    return redirect(reverse("need", args=[slug]))


@require_POST
def need_unshare(request: HttpRequest, slug: str) -> HttpResponse:
    """Take it back."""
    unshare_need(need=need_or_404(request, slug), by=request.user, visitor=visitor_of(request))
    messages.success(request, _("You no longer share this need."))
    return redirect(reverse("need", args=[slug]))
