from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from campaigns.enums import CostKind, IncomeKind

__all__ = ["CostKind", "IncomeKind", "Stage"]


class Stage(TextChoices):
    """Alter's spectrum: how far a project stands on its own feet."""

    FULL_PHILANTHROPIC = "full_philanthropic", _("Lives on gifts")
    PARTIAL = "partial", _("Earns a part")
    CASH_FLOW = "cash_flow", _("Earns its running costs")
    OPERATING = "operating", _("Earns all it really uses")
    FINANCIAL = "financial", _("Stands on its own feet")
