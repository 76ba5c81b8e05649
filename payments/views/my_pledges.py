from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crowdfund.kit import clock
from payments.documents import pledge_in_words
from payments.enums import PledgeStatus
from payments.permissions import MANAGE, RECOVER, link_token
from payments.selectors.backer import pledges_of
from payments.services.pledges import join_guest_pledges

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.models import Pledge

PAGE = 20


def _address(pledge: Pledge) -> str:
    """Lead to what there is to do: the recovery of a charge, or else the pledge itself."""
    if pledge.status == PledgeStatus.REQUIRES_ACTION:
        return reverse("pledge_recover", args=[link_token(pledge, RECOVER)])
    return reverse("pledge_manage", args=[link_token(pledge, MANAGE)])


@never_cache
@require_safe
@login_required
def my_pledges(request: HttpRequest) -> HttpResponse:
    """List a person's pledges, those of their proved emails included, each with its state in words."""
    user = cast("User", request.user)
    join_guest_pledges(user=user, now=clock.now())
    page = Paginator(pledges_of(user), PAGE).get_page(request.GET.get("page"))
    rows = [{"pledge": pledge, "words": pledge_in_words(pledge), "url": _address(pledge)} for pledge in page]
    return render(request, "payments/my_pledges.html", {"rows": rows, "page": page})
