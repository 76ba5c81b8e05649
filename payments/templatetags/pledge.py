"""What the campaign's page and the form show of pledges: where it stands from its own row, fees, how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone

from campaigns.enums import BudgetKind, CampaignStatus
from campaigns.selectors.readiness import fees_estimate_cents
from crowdfund.kit import clock
from payments.enums import Method
from payments.formula import fee_cents
from payments.matching.models import Reservation
from payments.models import Settlement

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from campaigns.models import Campaign

register = template.Library()
EXAMPLE_CENTS = 2_500
DECIDED = (CampaignStatus.COLLECTING, CampaignStatus.FUNDED, CampaignStatus.MISSED)


def days_left(deadline: dt.datetime | None, now: dt.datetime) -> int | None:
    """Count the days until a deadline by the calendar, 0 on its last day; None once it has passed."""
    if deadline is None or deadline <= now:
        return None
    return (deadline.astimezone(clock.CIVIL).date() - now.astimezone(clock.CIVIL).date()).days


def _box(context: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    now = context.get("now") or timezone.now() + clock.offset()
    left = days_left(campaign.deadline, now)
    return {
        "campaign": campaign,
        "open": campaign.status == CampaignStatus.LIVE and left is not None,
        "days_left": left,
        "deciding": campaign.status in {CampaignStatus.CLOSING, CampaignStatus.SETTLING}
        or (campaign.status == CampaignStatus.LIVE and left is None),
    }


@register.inclusion_tag("payments/_pledge_box.html", takes_context=True)
def pledge_box(context: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    """Show how far a campaign is (pledged, collected and match apart), days left, backers and the button.

    `now` is taken from the context when the page has it.
    """
    return _box(context, campaign)


@register.inclusion_tag("payments/_pledge_sticky.html", takes_context=True)
def pledge_sticky(context: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    """Show the button at the foot of a phone while the campaign takes pledges; for the block "sticky"."""
    return _box(context, campaign)


@register.inclusion_tag("payments/_fee_line.html")
def fee_line(campaign: Campaign, budget: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Show how much of a campaign's cost goes to the payment service, by its budget's lines (dicts); no query."""
    planned = sum(int(row["amount_cents"]) for row in budget if row["kind"] == BudgetKind.FEES)
    return {
        "campaign": campaign,
        "fees_cents": planned or fees_estimate_cents(campaign.goal_cents),
        "borne": campaign.fees_borne_by_campaign,
    }


@register.inclusion_tag("payments/_fee_terms.html")
def fee_terms(campaign: Campaign) -> dict[str, Any]:
    """Say beside the form what the payment service keeps, and that nothing is added to the amount."""
    return {
        "borne": campaign.fees_borne_by_campaign,
        "example_cents": EXAMPLE_CENTS,
        "card_cents": fee_cents(EXAMPLE_CENTS, Method.CARD),
        "debit_cents": fee_cents(EXAMPLE_CENTS, Method.SEPA_DEBIT),
    }


@register.inclusion_tag("payments/_settlement.html")
def settlement_told(campaign: Campaign) -> dict[str, Any]:
    """Tell how a collection stands or ended: pledged and collected apart, and what follows when too little came in.

    One query, two with a match; none for a campaign that has not been decided.
    """
    if campaign.status not in DECIDED:
        return {}
    settlement = Settlement.objects.filter(campaign=campaign).first()
    short = bool(settlement and settlement.shortfall)
    match = Reservation.objects.filter(campaign=campaign).figures() if short else None
    return {"campaign": campaign, "settlement": settlement, "match": match}
