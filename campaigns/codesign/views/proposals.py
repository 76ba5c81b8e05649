"""Everybody reads proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from campaigns.codesign.enums import ProposalStatus
from campaigns.codesign.forms import ProposalFilter
from campaigns.codesign.permissions import can_decide, can_write_version
from campaigns.codesign.selectors.differences import attributed, differences
from campaigns.codesign.selectors.proposals import (
    contributors,
    may_adopt_for,
    proposal_with_chain,
    public_proposals,
    versions_of,
)
from campaigns.codesign.views.needs import PER_PAGE, pages

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """List the proposals being written and those that became projects."""
    form = ProposalFilter(request.GET)
    kept = form.kept()
    page = Paginator(public_proposals(**kept), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "filtered": any(kept.values()), **pages(request, page)}
    return render(request, "campaigns/codesign/proposal_list.html", context)


@require_GET
def proposal(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a proposal: its text with who wrote what, its versions, decisions and contributors."""
    shown = get_object_or_404(proposal_with_chain(), slug=slug)
    versions = versions_of(shown)
    people = contributors(versions)
    is_open = shown.status == ProposalStatus.OPEN
    wrote = any(version.author_id == request.user.pk for version in versions if version.author_id)
    context = {
        "proposal": shown,
        "passages": attributed(versions),
        "versions": versions[::-1],
        "contributors": people,
        "is_open": is_open,
        "can_write": is_open and can_write_version(request.user, shown),
        "can_decide": is_open and can_decide(request.user, shown),
        "can_adopt": is_open
        and (can_decide(request.user, shown) or (wrote and may_adopt_for(request.user).exists())),
        "dropped_why": "" if is_open else _reason_dropped(shown.pk),
    }
    return render(request, "campaigns/codesign/proposal_detail.html", context)


def _reason_dropped(pk: int) -> str:
    from campaigns.codesign.models import ProposalEvent

    dropped = ProposalEvent.objects.filter(proposal_id=pk, to_status=ProposalStatus.DROPPED)
    return dropped.values_list("why", flat=True).first() or ""


@require_GET
def proposal_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show what one version changed."""
    shown = get_object_or_404(proposal_with_chain(), slug=slug)
    version = get_object_or_404(shown.versions.select_related("author"), number=number)
    before = shown.versions.filter(number__lt=number).order_by("-number").first()
    context = {
        "proposal": shown,
        "version": version,
        "before": before,
        "pieces": differences(before.text if before else "", version.text),
        "has_next": shown.versions.filter(number=number + 1).exists(),
    }
    return render(request, "campaigns/codesign/proposal_version.html", context)
