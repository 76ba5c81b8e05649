from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReconciliationConfig(AppConfig):
    """Every line of Stripe and of the bank against the ledger."""

    name = "payments.reconciliation"
    label = "reconciliation"
    verbose_name = _("Reconciliation")
