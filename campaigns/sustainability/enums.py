from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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


class Stage(TextChoices):
    """Alter's spectrum: how far a project stands on its own feet."""

    FULL_PHILANTHROPIC = "full_philanthropic", _("Lives on gifts")
    PARTIAL = "partial", _("Earns a part")
    CASH_FLOW = "cash_flow", _("Earns its running costs")
    OPERATING = "operating", _("Earns all it really uses")
    FINANCIAL = "financial", _("Stands on its own feet")
