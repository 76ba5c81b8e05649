from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """Match funds, reservations and the arithmetic of the rules."""

    name = "payments.matching"
    label = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Listen to campaigns, and put what waits on the officers' desk."""
        from crowdfund.kit import desk, jobs
        from payments.matching import receivers, selectors  # noqa: F401 - receivers listen once they are read
        from payments.matching.selectors import coming, rounds
        from payments.matching.services import estimates

        desk.register_officer(selectors.officer_tasks)
        desk.register_officer(rounds.officer_tasks)
        jobs.register("matching.estimates", estimates.estimate_rounds, every=30)
        desk.register_alerts(coming.pot_alerts)
        desk.register_dates(coming.officer_dates)
