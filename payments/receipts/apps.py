from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    """Numbered receipts for what was collected, and their corrections."""

    name = "payments.receipts"
    label = "receipts"
    verbose_name = _("Receipts")
