"""A programme's opening figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import tell
from accounts.permissions import require
from campaigns.calls.models import Programme
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused
from payments.ledger.selectors import debit_balance
from payments.matching.forms import LadderForm
from payments.matching.permissions import can_open_ladder
from payments.matching.services import open_programme_ladder

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ladder_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a programme's published figures, once."""
    require(can_open_ladder(request.user))
    programme = get_object_or_404(Programme, slug=slug)
    form = LadderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            open_programme_ladder(
                programme=programme, figures=form.figures(), by=cast("User", request.user), now=clock.now()
            )
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("The figures are booked; from here on the ledger speaks."))
            return redirect(programme)
    opened = bool(debit_balance(f"control:p{programme.pk}"))
    return render(
        request, "payments/ladder_open.html", {"programme": programme, "form": form, "opened": opened}
    )
