from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CashConfig(AppConfig):
    """Cash taken at a desk: numbered receipts and daily closings."""

    name = "payments.cash"
    label = "cash"
    verbose_name = _("Cash desks")
