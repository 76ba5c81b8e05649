from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SimulationsConfig(AppConfig):
    """What another rule would have done, for officers: as background work whose result is kept."""

    name = "payments.simulations"
    label = "simulations"
    verbose_name = _("Simulations")

    def ready(self) -> None:
        """Register the work."""
        from crowdfund.kit import jobs
        from payments.simulations.services import work

        jobs.register("simulations.run", work.run_due, every=5)
