from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """What money does."""

    name = "payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        """Register the drains."""
        from crowdfund.kit import jobs
        from payments.services import cleanup, sweep, totals

        jobs.register("pledges.fold", totals.fold, every=1)
        jobs.register("pledges.cleanup", cleanup.clean_up, every=2)
        jobs.register("pledges.sweep", sweep.check_unknown_cards, every=30)
