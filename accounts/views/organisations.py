from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import MemberForm, OrganisationForm, tell
from accounts.models import Membership, Organisation
from accounts.permissions import can_manage_organisation, require
from accounts.services import add_member, create_organisation, edit_organisation, remove_member
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Create an organisation and become its first owner."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_organisation(**form.cleaned_data, by=cast("User", request.user), now=clock.now())
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("The organisation is here: now add its people."))
            return redirect("organisation_edit", made.slug)
    return render(request, "accounts/organisation_new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def organisation_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the organisation's card and its team."""
    organisation = get_object_or_404(Organisation, slug=slug)
    require(can_manage_organisation(request.user, organisation))
    fields = ("name", "kind", "tax_code", "email", "about")
    form = OrganisationForm(
        request.POST or None, initial={name: getattr(organisation, name) for name in fields}
    )
    if request.method == "POST" and form.is_valid():
        try:
            edit_organisation(organisation=organisation, by=cast("User", request.user), **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("organisation_edit", slug)
    members = organisation.memberships.select_related("user").order_by("since", "pk")
    context = {"organisation": organisation, "form": form, "member_form": MemberForm(), "members": members}
    return render(request, "accounts/organisation_edit.html", context)


@require_POST
@login_required
def member_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Add somebody to the team."""
    organisation = get_object_or_404(Organisation, slug=slug)
    form = MemberForm(request.POST)
    if form.is_valid():
        add_member(
            organisation=organisation, by=cast("User", request.user), now=clock.now(), **form.cleaned_data
        )
        messages.success(request, _("Added to the team."))
    else:
        messages.error(request, _("Check the email and the role."))
    return redirect("organisation_edit", slug)


@require_POST
@login_required
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody out of the team."""
    membership = get_object_or_404(Membership.objects.select_related("organisation"), pk=pk)
    slug = membership.organisation.slug
    remove_member(membership=membership, by=cast("User", request.user))
    messages.success(request, _("Taken out of the team."))
    return redirect("organisation_edit", slug)
