"""Who has which city role: officers give and take, approvers and auditors read."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Role
from accounts.forms import RoleForm, tell
from accounts.models import RoleGrant
from accounts.permissions import can_grant_roles, can_see_roles, has_role, require
from accounts.selectors import people_with_roles, role_history
from accounts.services import find_person, grant_role, withdraw_role
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

NEWEST = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """List who has which role and what was given and taken; a POST gives one."""
    require(can_see_roles(request.user))
    form = RoleForm(request.POST or None)
    if request.method == "POST" and _granted(request, form):
        messages.success(request, _("The role is given."))
        return redirect("roles")
    user = cast("User", request.user)
    people = [(one, can_grant_roles(user, one)) for one in people_with_roles()]
    context = {
        "people": people,
        "history": role_history()[:NEWEST],
        "form": form,
        "may_grant": has_role(user, Role.OFFICER),
    }
    return render(request, "accounts/roles.html", context, status=422 if form.errors else 200)


def _granted(request: HttpRequest, form: RoleForm) -> bool:
    if not form.is_valid():
        return False
    given = form.cleaned_data
    try:
        user = find_person(given["email"])
        by = cast("User", request.user)
        grant_role(user=user, role=Role(given["role"]), tax_code=given["tax_code"], by=by, now=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        tell(form, refused)
        return False
    return True


@login_required
@require_POST
def role_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role away."""
    grant = get_object_or_404(RoleGrant.objects.select_related("user"), pk=pk)
    by = cast("User", request.user)
    withdraw_role(user=grant.user, role=Role(grant.role), by=by, now=clock.now())
    messages.success(request, _("The role is taken away."))
    return redirect("roles")
