from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class CampaignStatus(TextChoices):
    """The life of a campaign."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    APPROVED = "approved", _("Approved")
    LIVE = "live", _("Live")
    CLOSING = "closing", _("Closing")
    SETTLING = "settling", _("Settling")
    COLLECTING = "collecting", _("In collection")
    FUNDED = "funded", _("Funded")
    MISSED = "missed", _("Goal missed")
    CANCELLED = "cancelled", _("Cancelled")


# draft → review → (draft | approved) → live → closing → settling → (collecting → funded | missed)
CAMPAIGN_TRANSITIONS: Transitions = {
    CampaignStatus.DRAFT: frozenset({CampaignStatus.REVIEW, CampaignStatus.CANCELLED}),
    CampaignStatus.REVIEW: frozenset(
        {CampaignStatus.DRAFT, CampaignStatus.APPROVED, CampaignStatus.CANCELLED}
    ),
    CampaignStatus.APPROVED: frozenset({CampaignStatus.LIVE, CampaignStatus.CANCELLED}),
    CampaignStatus.LIVE: frozenset({CampaignStatus.CLOSING, CampaignStatus.CANCELLED}),
    CampaignStatus.CLOSING: frozenset({CampaignStatus.SETTLING}),
    CampaignStatus.SETTLING: frozenset({CampaignStatus.COLLECTING, CampaignStatus.MISSED}),
    CampaignStatus.COLLECTING: frozenset({CampaignStatus.FUNDED, CampaignStatus.MISSED}),
    CampaignStatus.FUNDED: frozenset(),
    CampaignStatus.MISSED: frozenset(),
    CampaignStatus.CANCELLED: frozenset(),
}

# Where a campaign may still be called off
CANCELLABLE = frozenset(
    status for status, to in CAMPAIGN_TRANSITIONS.items() if CampaignStatus.CANCELLED in to
)

PUBLIC_STATUSES = frozenset(
    {
        CampaignStatus.LIVE,
        CampaignStatus.CLOSING,
        CampaignStatus.SETTLING,
        CampaignStatus.COLLECTING,
        CampaignStatus.FUNDED,
        CampaignStatus.MISSED,
        CampaignStatus.CANCELLED,
    }
)


# Those that were opened to residents and not called off
LAUNCHED_STATUSES = PUBLIC_STATUSES - {CampaignStatus.CANCELLED}

# Statuses in which a project has a campaign that is not over: there is at most one
OPEN_STATUSES = frozenset(
    {
        CampaignStatus.DRAFT,
        CampaignStatus.REVIEW,
        CampaignStatus.APPROVED,
        CampaignStatus.LIVE,
        CampaignStatus.CLOSING,
        CampaignStatus.SETTLING,
        CampaignStatus.COLLECTING,
    }
)


class Theme(TextChoices):
    """What a project is about; needs and campaigns share the list."""

    GREEN = "green", _("Green spaces")
    FOOD = "food", _("Food")
    CULTURE = "culture", _("Culture")
    SCHOOL = "school", _("School and learning")
    WORK = "work", _("Work and skills")
    CARE = "care", _("Care and health")
    SPORT = "sport", _("Sport and play")
    MOBILITY = "mobility", _("Getting around")
    TOGETHER = "together", _("Living together")


# What stands for a project that has no picture yet
THEME_PICTURES = {
    Theme.GREEN: "pictures/orto.svg",
    Theme.FOOD: "pictures/cucina.svg",
    Theme.CULTURE: "pictures/teatro.svg",
    Theme.SCHOOL: "pictures/scuola.svg",
    Theme.WORK: "pictures/falegnameria.svg",
    Theme.CARE: "pictures/cortile.svg",
    Theme.SPORT: "pictures/cortile.svg",
    Theme.MOBILITY: "pictures/ciclofficina.svg",
    Theme.TOGETHER: "pictures/quartiere.svg",
}


class BudgetKind(TextChoices):
    """What a budget line buys."""

    STAFF = "staff", _("People")
    WORKS = "works", _("Works")
    EQUIPMENT = "equipment", _("Equipment")
    GOODS = "goods", _("Goods")
    SERVICES = "services", _("Services")
    FEES = "fees", _("Payment fees (estimate)")
    OTHER = "other", _("Other")


class IncomeKind(TextChoices):
    """Where money (and help in kind) comes from."""

    EARNED = "earned", _("Earned: sales, fees, rents")
    PUBLIC_CONTRACTS = "public_contracts", _("Public contracts")
    PUBLIC_GRANTS = "public_grants", _("Public grants")
    PRIVATE_GRANTS = "private_grants", _("Private grants")
    DONATIONS = "donations", _("Donations and crowdfunding")
    IN_KIND = "in_kind", _("In kind (valued)")


class CostKind(TextChoices):
    """Where money goes."""

    STAFF = "staff", _("People")
    RENT = "rent", _("Rent and utilities")
    GOODS = "goods", _("Goods")
    SERVICES = "services", _("Services")
    FINANCE = "finance", _("Interest and bank")
    DEPRECIATION = "depreciation", _("Depreciation")
    OTHER = "other", _("Other")
    INVESTMENT = "investment", _("Investment (apart)")


class LogframeLevel(TextChoices):
    """The rungs of a logframe, from why down to what is done."""

    GOAL = "goal", _("Goal")
    PURPOSE = "purpose", _("Purpose")
    OUTPUT = "output", _("Output")
    ACTIVITY = "activity", _("Activity")


class IndicatorKind(TextChoices):
    """What an indicator measures: what the project makes, or what changes because of it."""

    OUTPUT = "output", _("Output: what the project makes")
    OUTCOME = "outcome", _("Outcome: what changes because of it")


class IndicatorField(TextChoices):
    """Where the change is looked for."""

    ECONOMIC = "economic", _("Economic")
    SOCIAL = "social", _("Social")


class MilestoneStatus(TextChoices):
    """Whether a milestone was reached: the team says so, an officer accepts it or sends it back."""

    PLANNED = "planned", _("Planned")
    REACHED = "reached", _("Reached, to be accepted")
    ACCEPTED = "accepted", _("Reached and accepted")


MILESTONE_TRANSITIONS: Transitions = {
    MilestoneStatus.PLANNED: frozenset({MilestoneStatus.REACHED}),
    MilestoneStatus.REACHED: frozenset({MilestoneStatus.ACCEPTED, MilestoneStatus.PLANNED}),
    MilestoneStatus.ACCEPTED: frozenset(),
}
