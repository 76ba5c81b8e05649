from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CashConfig(AppConfig):
    """Cash taken at a desk: numbered receipts and daily closings."""

    name = "payments.cash"
    label = "cash"
    verbose_name = _("Cash desks")

    def ready(self) -> None:
        """Say what the officer's desk shows of cash, and who looks whether it has arrived at the bank."""
        from crowdfund.kit import desk, jobs
        from payments.cash.selectors import desks
        from payments.cash.services import closings

        desk.register_officer(desks.officer_tasks)
        jobs.register("cash.arrived", closings.follow_bank, every=60)
