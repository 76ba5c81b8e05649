from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Topic(TextChoices):
    """What a tutor works on with a project."""

    PLAN = "plan", _("Business plan and accounts")
    MARKET = "market", _("Customers and prices")
    LAW = "law", _("Legal form and contracts")
    PEOPLE = "people", _("People and organisation")
    FUNDING = "funding", _("Finding money")
    IMPACT = "impact", _("Measuring what changes")
    OTHER = "other", _("Something else")


class LegalForm(TextChoices):
    """The forms in which an enterprise is born."""

    COOPERATIVE = "cooperative", _("Cooperative")
    SOCIAL_COOPERATIVE = "social_cooperative", _("Social cooperative")
    SOCIAL_ENTERPRISE = "social_enterprise", _("Social enterprise")
    LIMITED = "limited", _("Limited company")
    PARTNERSHIP = "partnership", _("Partnership")
    SOLE_TRADER = "sole_trader", _("Sole trader")
    ASSOCIATION = "association", _("Association with a VAT number")


class EnterpriseStatus(TextChoices):
    """What was seen of an enterprise."""

    ACTIVE = "active", _("Active")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged into another")


ENDED = frozenset({EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED})
