from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Accounts, transfers, seals: append-only."""

    name = "payments.ledger"
    label = "ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        """Register the sealer."""
        from crowdfund.kit import jobs
        from payments.ledger.services import seal_all

        jobs.register("ledger.seal", seal_all, every=1)
