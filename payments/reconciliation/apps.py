from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReconciliationConfig(AppConfig):
    """Every line of Stripe and of the bank against the ledger."""

    name = "payments.reconciliation"
    label = "reconciliation"
    verbose_name = _("Reconciliation")

    def ready(self) -> None:
        """Register the nightly order, the work, and what the officer's desk shows."""
        from crowdfund.kit import desk, jobs
        from payments.reconciliation.selectors import differences
        from payments.reconciliation.services import runs

        jobs.register("reconciliation.nightly", runs.order_nightly, every=60)
        jobs.register("reconciliation.run", runs.run_due, every=5)
        desk.register_officer(differences.officer_tasks)
