"""The list: proposed and decided on by two people, then read by everybody, as a page and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.calls.forms.refusals import show_refusal
from campaigns.commission.forms.deeds import DecideListForm, ProposeForm
from campaigns.commission.models import RankedList
from campaigns.commission.permissions import can_decide_list, can_offer, can_see_list
from campaigns.commission.selectors.pages import csv_lines, list_page
from campaigns.commission.services.lists import propose_list, publish_list, return_list
from campaigns.commission.views.commissions import page_after_proposal, seen_commission
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User


@login_required
@require_POST
def list_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the ranking as a list; another person publishes it."""
    commission = seen_commission(request, pk)
    first = not commission.lists.filter(status="published").exists()
    form = ProposeForm(request.POST, first=first)
    if form.is_valid():
        try:
            made = propose_list(
                commission=commission, **form.cleaned_data, by=cast("User", request.user), now=clock.now()
            )
        except NotAllowed:
            raise
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The list is proposed. Another person publishes it."))
            return redirect(made)
    return page_after_proposal(request, commission, form)


def _seen(request: HttpRequest, pk: int) -> RankedList:
    found: RankedList = get_object_or_404(
        RankedList.objects.select_related(
            "commission__call__grid", "commission__session", "proposed_by", "proposed_person"
        ),
        pk=pk,
    )
    if not can_see_list(request.user, found):
        raise Http404
    return found


@require_safe
def ranked_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a list, with appeals and their answers."""
    return _page(request, _seen(request, pk))


def _page(request: HttpRequest, shown: RankedList, form: DecideListForm | None = None) -> HttpResponse:
    may_decide = shown.status == "proposed" and can_decide_list(request.user, shown)
    context = {
        **list_page(shown),
        "decide_form": (form or DecideListForm()) if may_decide else None,
        "may_offer": shown.status == "published" and can_offer(request.user),
    }
    return render(request, "campaigns/commission/ranked_list.html", context)


@require_safe
def ranked_list_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a list as a file: all that anyone needs to compute it again."""
    shown = _seen(request, pk)
    answer = HttpResponse(csv_lines(shown), content_type="text/csv; charset=utf-8")
    name = f"{shown.commission.call.slug}-v{shown.version}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@login_required
@require_POST
def list_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a proposed list, or send it back."""
    shown = _seen(request, pk)
    form = DecideListForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form)
    user, now = cast("User", request.user), clock.now()
    try:
        if form.cleaned_data["decision"] == DecideListForm.PUBLISH:
            publish_list(ranked_list=shown, by=user, now=now)
            messages.success(request, _("The list is published, and every team has been written to."))
        else:
            return_list(ranked_list=shown, why=form.cleaned_data["why"], by=user, now=now)
            messages.success(request, _("The list went back."))
    except NotAllowed:
        raise
    except Refused as refused:
        show_refusal(form, refused)
        return _page(request, shown, form)
    return redirect(shown)
