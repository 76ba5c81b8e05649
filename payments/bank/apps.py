from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankConfig(AppConfig):
    """The bank: transfers that come in with a reference, statements, lists of transfers that leave."""

    name = "payments.bank"
    label = "bank"
    verbose_name = _("Bank transfers")
