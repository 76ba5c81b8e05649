"""A campaign's match for who looks after it: which pot bears what, how long it stands, and what is corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from crowdfund.kit import clock
from payments.forms.match import CorrectionForm, ExtensionForm
from payments.matching.models import Extension, MatchCorrection, Reservation
from payments.matching.permissions import (
    can_decide_for_campaign,
    can_propose_for_campaign,
    can_see_fund,
)
from payments.matching.selectors import commitment_url, payer_of
from payments.matching.services import confirm_extension, record_extension, reject_extension
from payments.services.corrections import (
    approve_correction,
    propose_correction,
    reject_correction,
    surplus_of,
)
from payments.views.lists import euro, when
from payments.views.records import Act, Record, Row, Table, show
from payments.views.rows import deciding, proposal_rows, waits

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from campaigns.models import Campaign

PROJECT = "campaign__project__organisation"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def officer_match(request: HttpRequest, slug: str) -> HttpResponse:
    """Show which pot bears what of a match and how long it stands; an officer extends or corrects it."""
    require(can_see_fund(request.user))
    rows = list(
        Reservation.objects.filter(campaign__slug=slug)
        .select_related("fund__organisation", PROJECT)
        .order_by("fund__priority", "fund_id")
    )
    if not rows:
        raise Http404
    campaign = rows[0].campaign
    record = Record(
        rows[0],
        _("The match of “%(title)s”") % {"title": campaign.project.title},
        (reverse("officer_money", args=[slug]), campaign.project.title),
        _facts(campaign, rows),
        _acts(request, campaign, rows),
        [_pots(rows), *_decisions(campaign)],
    )
    return show(request, record)


def _facts(campaign: Campaign, rows: list[Reservation]) -> list[Row]:
    facts = [
        Row(_("Beneficiary"), campaign.project.organisation),
        Row(_("Set aside at most"), euro(sum(row.exposure_cents for row in rows))),
    ]
    expiry = next((row.expires_at for row in rows if row.status == "reserved" and row.expires_at), None)
    if expiry:
        facts.append(Row(_("Reserved until"), when(expiry)))
    found = surplus_of(campaign)
    if found and found.cents:
        facts.append(Row(_("Match on what is left of the money"), euro(found.match_cents)))
        facts.append(Row(_("Too much, not paid yet"), euro(found.economy_cents)))
        facts.append(Row(_("Too much, already paid"), euro(found.paid_cents)))
    return facts


def _acts(request: HttpRequest, campaign: Campaign, rows: list[Reservation]) -> list[Act]:
    if not can_propose_for_campaign(request.user, campaign):
        return []
    facts: dict[str, Any] = {"campaign": campaign, "by": _user(request), "now": clock.now()}
    acts = []
    if any(row.status == "reserved" for row in rows):
        acts.append(
            Act(
                "extend",
                _("Record the extension"),
                lambda given: record_extension(**facts, **given),
                _("The extension is recorded. Another person confirms it."),
                form_class=ExtensionForm,
                text=_(
                    "A campaign that is not launched in time loses its match, unless an act gives it longer."
                ),
            )
        )
    if campaign.status == "funded" and any(row.proposed_cents for row in rows):
        acts.append(
            Act(
                "correct",
                _("Propose the correction"),
                lambda given: propose_correction(**facts, **given),
                _("The correction is proposed. Another person approves it."),
                form_class=CorrectionForm,
                text=_("After refunds the match is worked out anew; what is too much goes back to its pots."),
            )
        )
    return acts


def _pots(rows: list[Reservation]) -> Table:
    lines: list[tuple[str, list[object]]] = [
        (
            commitment_url(row),
            [
                payer_of(row.fund),
                row.get_status_display(),
                euro(row.reserved_cents),
                euro(row.bound_cents),
                euro(row.disbursed_cents),
            ],
        )
        for row in rows
    ]
    headers = [_("Pot"), _("State"), _("Reserved"), _("Legally bound"), _("Disbursed")]
    return Table(_("Who adds what"), headers, lines)


def _decisions(campaign: Campaign) -> list[Table]:
    extensions: list[tuple[str, list[object]]] = [
        (reverse("match_extension", args=[row.pk]), [row.until, row.number, row.get_status_display()])
        for row in campaign.match_extensions.all()
    ]
    corrections: list[tuple[str, list[object]]] = [
        (
            reverse("match_correction", args=[row.pk]),
            [euro(row.match_cents), when(row.proposed_at), row.get_status_display()],
        )
        for row in campaign.match_corrections.all()
    ]
    tables = []
    if extensions:
        tables.append(Table(_("Extensions"), [_("Until"), _("Act"), _("State")], extensions))
    if corrections:
        tables.append(Table(_("Corrections"), [_("Match"), _("Proposed"), _("State")], corrections))
    return tables


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _back(campaign: Campaign) -> tuple[str, str]:
    return reverse("officer_match", args=[campaign.slug]), campaign.project.title


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def match_extension(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an extension; an approver confirms it."""
    require(can_see_fund(request.user))
    found = Extension.objects.select_related(PROJECT, "proposed_by", "proposed_person", "decided_by")
    row = get_object_or_404(found, pk=pk)
    facts: dict[str, Any] = {"extension": row, "by": _user(request), "now": clock.now()}
    acts = deciding(
        approve=lambda _given: confirm_extension(**facts),
        reject=lambda given: reject_extension(**facts, **given),
        label=_("Confirm: keep the match reserved"),
        said=_("The match stays reserved."),
    )
    shown = acts if row.status == "proposed" and can_decide_for_campaign(request.user, row) else []
    rows = [
        Row(_("Reserved until"), row.until),
        Row(_("Office"), row.office),
        Row(_("Number and date"), f"{row.number}, {row.dated_on}"),
        *proposal_rows(row),
    ]
    record = Record(
        row, _("Extension of a reservation"), _back(row.campaign), rows, shown, (), waits(row, shown)
    )
    return show(request, record)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def match_correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a correction; an approver decides."""
    require(can_see_fund(request.user))
    found = MatchCorrection.objects.select_related(PROJECT, "proposed_by", "proposed_person", "decided_by")
    row = get_object_or_404(found, pk=pk)
    facts: dict[str, Any] = {"correction": row, "by": _user(request), "now": clock.now()}
    back = euro(row.economy_cents + row.returned_cents)
    acts = deciding(
        approve=lambda _given: approve_correction(**facts),
        reject=lambda given: reject_correction(**facts, **given),
        label=_("Approve: %(amount)s go back to the pots") % {"amount": back},
        said=_("The match is corrected."),
    )
    shown = acts if row.status == "proposed" and can_decide_for_campaign(request.user, row) else []
    rows = [
        Row(_("Match on what is left of the money"), euro(row.match_cents)),
        Row(_("Goes back, not paid yet"), euro(row.economy_cents)),
        Row(_("Goes back, was paid"), euro(row.returned_cents)),
        *([Row(_("Receipt of what was given back"), row.receipt)] if row.receipt else []),
        Row(_("Reason"), row.reason),
        *proposal_rows(row),
    ]
    record = Record(row, _("Correction of a match"), _back(row.campaign), rows, shown, (), waits(row, shown))
    return show(request, record)
