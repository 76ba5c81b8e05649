"""A resident starts a proposal and writes in it; an animator decides; an organisation adopts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from campaigns.codesign.enums import ProposalStatus
from campaigns.codesign.forms import AdoptionForm, DecisionForm, DropForm, ProposalForm, VersionForm
from campaigns.codesign.models import Proposal
from campaigns.codesign.permissions import can_decide
from campaigns.codesign.selectors.differences import differences
from campaigns.codesign.selectors.needs import public_needs
from campaigns.codesign.selectors.proposals import may_adopt_for, shown_name
from campaigns.codesign.services import (
    adopt_proposal,
    decide,
    drop_proposal,
    start_proposal,
    write_version,
)
from campaigns.codesign.services.proposals import NewerVersion
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from accounts.forms import RefusableForm


@login_required
@require_http_methods(["GET", "POST"])
def proposal_start(request: HttpRequest) -> HttpResponse:
    """Start a proposal from a need (`?need=slug`) and others of its neighbourhood."""
    need = public_needs().filter(slug=request.GET.get("need", "")).first()
    if need is None:
        messages.info(
            request, _("Choose the need you want to answer, then start the proposal from its page.")
        )
        return redirect("needs")
    form = ProposalForm(
        request.POST or None,
        needs=public_needs(neighbourhood=need.neighbourhood.slug),
        initial={"needs": [need.pk], "theme": need.theme},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = start_proposal(
                **form.cleaned_data, neighbourhood=need.neighbourhood, by=request.user, now=clock.now()
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("The proposal is open: everybody can read it and write on."))
            return redirect("proposal", made.slug)
    return render(request, "campaigns/codesign/proposal_start.html", {"form": form, "need": need})


@login_required
@require_http_methods(["GET", "POST"])
def proposal_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Write on; when somebody saved meanwhile, both texts are shown and nothing is lost."""
    proposal = get_object_or_404(Proposal.objects.select_related("neighbourhood"), slug=slug)
    if proposal.status != ProposalStatus.OPEN:
        messages.info(request, _("This proposal is closed: nobody writes in it any more."))
        return redirect("proposal", slug)
    latest = proposal.versions.select_related("author").latest("number")
    form = VersionForm(request.POST or None, initial={"text": latest.text, "based_on": latest.number})
    context: dict[str, Any] = {"proposal": proposal, "latest": latest}
    if request.method == "POST" and form.is_valid():
        try:
            write_version(proposal=proposal, **form.cleaned_data, by=request.user, now=clock.now())
        except NewerVersion as error:
            context |= {"newer": error.latest, "newer_author": shown_name(error.latest.author)}
            context["pieces"] = differences(error.latest.text, form.cleaned_data["text"])
            form = _based_on_latest(form, error)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. Thank you for writing with us."))
            return redirect("proposal", slug)
    return render(request, "campaigns/codesign/proposal_edit.html", {**context, "form": form})


def _based_on_latest(form: VersionForm, error: NewerVersion) -> VersionForm:
    """Keep what was written, now on top of the version the reader sees beside it."""
    data = dict(form.data.items())
    data["based_on"] = str(error.latest.number)
    again = VersionForm(data)
    again.is_valid()
    again.refuse(error)
    return again


def _deed_page(
    request: HttpRequest,
    proposal: Proposal,
    form: RefusableForm,
    deed: Callable[[dict[str, Any]], object],
    **context: str,
) -> HttpResponse:
    """Show a form of one deed on a proposal, do it, and go back to the proposal."""
    if request.method == "POST" and form.is_valid():
        try:
            deed(form.cleaned_data)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, context["done"])
            return redirect("proposal", proposal.slug)
    back = proposal.get_absolute_url()
    return render(
        request,
        "campaigns/codesign/form_page.html",
        {"form": form, "back": back, "intro": proposal.title, **context},
    )


@login_required
@require_http_methods(["GET", "POST"])
def proposal_decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Record a decision and its reason."""
    proposal = get_object_or_404(Proposal, slug=slug)
    require(can_decide(request.user, proposal))
    return _deed_page(
        request,
        proposal,
        DecisionForm(request.POST or None),
        lambda data: decide(proposal=proposal, **data, by=request.user, now=clock.now()),
        title=_("Record a decision"),
        submit=_("Record"),
        done=_("The decision is recorded."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def proposal_drop(request: HttpRequest, slug: str) -> HttpResponse:
    """Close a proposal without a project."""
    proposal = get_object_or_404(Proposal, slug=slug)
    require(can_decide(request.user, proposal))
    return _deed_page(
        request,
        proposal,
        DropForm(request.POST or None),
        lambda data: drop_proposal(proposal=proposal, **data, by=request.user, now=clock.now()),
        title=_("Drop this proposal"),
        submit=_("Drop"),
        done=_("The proposal is dropped. Its text stays readable."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def proposal_adopt(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the project: nothing is written twice."""
    proposal = get_object_or_404(Proposal.objects.select_related("neighbourhood"), slug=slug)
    organisations = may_adopt_for(request.user)
    require(organisations.exists())
    return _deed_page(
        request,
        proposal,
        AdoptionForm(request.POST or None, organisations=organisations),
        lambda data: adopt_proposal(proposal=proposal, **data, by=request.user, now=clock.now()),
        title=_("Make it a project"),
        submit=_("Make the project"),
        done=_("The project is born, with the text of the proposal as its story."),
        note=_(
            "The project takes title, summary and text from the proposal. "
            "The organisation carries it from now on, and nobody writes in the proposal any more."
        ),
    )
