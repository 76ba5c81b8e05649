"""Lists of transfers that leave: put together, approved by a second person, given to the bank as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import done
from accounts.permissions import require
from crowdfund.kit import clock
from payments.bank.documents import list_file
from payments.bank.enums import ItemStatus, ListStatus
from payments.bank.forms.officer import WhyForm
from payments.bank.models import ListItem
from payments.bank.permissions import (
    can_decide_list,
    can_draft_list,
    can_export_list,
    can_propose_list,
    can_see_bank,
)
from payments.bank.selectors.balance import our_account
from payments.bank.selectors.office import credit_lists
from payments.bank.services.lists import (
    approve_list,
    draft_list,
    drop_item,
    export_list,
    fail_item,
    propose_list,
    reject_list,
)
from payments.bank.services.sources import everything_due

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User
    from payments.bank.models import CreditList

SENT_OUT = {ListStatus.EXPORTED, ListStatus.CLOSED}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bank_lists(request: HttpRequest) -> HttpResponse:
    """Show what is due and the lists; a POST puts all that is due on a new list."""
    require(can_see_bank(request.user))
    if request.method == "POST":
        made = draft_list(by=cast("User", request.user), now=clock.now())
        messages.success(request, _("The list is put together: look at it, then propose it."))
        return redirect("bank_list", made.pk)
    due = list(everything_due(clock.now()))
    context = {
        "payable": [one for one in due if one.payable],
        "blocked": [one for one in due if not one.payable],
        "lists": credit_lists()[:50],
        "account": our_account(),
        "may_propose": can_draft_list(request.user),
    }
    return render(request, "payments/bank/lists.html", context)


def _list(request: HttpRequest, pk: int) -> CreditList:
    require(can_see_bank(request.user))
    return get_object_or_404(credit_lists(), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bank_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a list and what can be done with it; a POST takes its next step or rejects it."""
    row = _list(request, pk)
    user = cast("User", request.user)
    form = WhyForm(request.POST if "reject" in request.POST else None)
    if request.method == "POST" and _step(request, row, form, user):
        return redirect("bank_list", pk)
    step = _next(row, user)
    context = {
        "list": row,
        "items": row.items.exclude(status=ItemStatus.DROPPED).select_related(
            "refund__pledge__campaign__project", "line", "payout__disbursement__campaign__project"
        ),
        "events": row.events.select_related("by"),
        "step": step,
        "account": our_account(),
        "has_file": row.status in SENT_OUT,
        "may_fail": row.status == ListStatus.EXPORTED and can_export_list(user),
        "may_reject": step in {"propose", "decide"}
        or (row.status == ListStatus.APPROVED and can_decide_list(user, row)),
        "form": form,
    }
    return render(request, "payments/bank/list.html", context, status=422 if form.errors else 200)


def _next(row: CreditList, user: User) -> str:
    """Name what this person can do with a list now: `propose`, `decide`, `export`, or nothing."""
    if row.status == ListStatus.DRAFT:
        return "propose" if can_propose_list(user, row) else ""
    if row.status == ListStatus.PROPOSED:
        return "decide" if can_decide_list(user, row) else ""
    return "export" if row.status == ListStatus.APPROVED and can_export_list(user) else ""


def _step(request: HttpRequest, row: CreditList, form: WhyForm, user: User) -> bool:
    now = clock.now()
    if "propose" in request.POST:
        propose_list(transfers=row, by=user, now=now)
        messages.success(request, _("The list is proposed. Another person approves it."))
    elif "approve" in request.POST:
        approve_list(transfers=row, by=user, now=now)
        messages.success(request, _("The list is approved. An officer gives it to the bank."))
    elif "export" in request.POST:
        export_list(transfers=row, by=user, now=now)
        messages.success(request, _("The file is ready: carry it to the bank."))
    else:
        return done(
            form,
            lambda: reject_list(transfers=row, why=form.cleaned_data["why"], by=user, now=now),
        )
    return True


@require_safe
@login_required
def bank_list_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the file of a list that went to the bank: always the same."""
    row = _list(request, pk)
    require(can_export_list(request.user))
    if row.status not in SENT_OUT:
        raise Http404
    answer = HttpResponse(list_file(row), content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{row.message_id}.xml"'
    return answer


@require_POST
@login_required
def bank_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a transfer off a draft, or note that the bank refused it."""
    require(can_see_bank(request.user))
    item = get_object_or_404(ListItem.objects.select_related("list"), pk=pk)
    by = cast("User", request.user)
    if "fail" in request.POST:
        fail_item(item=item, why=request.POST.get("why", ""), by=by, now=clock.now())
        messages.success(request, _("The transfer is marked as refused: the money is due again."))
    else:
        drop_item(item=item, by=by, now=clock.now())
        messages.success(request, _("The transfer is off the list: it is due again."))
    return redirect("bank_list", item.list_id)
