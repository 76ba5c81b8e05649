from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CashConfig(AppConfig):
    """Cash taken at a desk: numbered receipts and daily closings."""

    name = "payments.cash"
    label = "cash"
    verbose_name = _("Cash desks")

    def ready(self) -> None:
        """Say what the officer's desk shows of cash."""
        from crowdfund.kit import desk
        from payments.cash.selectors import desks

        desk.register_officer(desks.officer_tasks)
