from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """Match funds, reservations and the arithmetic of the rules."""

    name = "payments.matching"
    label = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Listen to campaigns, and put what waits on the officers' desk."""
        from crowdfund.kit import desk
        from payments.matching import receivers, selectors  # noqa: F401 - receivers listen once they are read

        desk.register_officer(selectors.officer_tasks)
        desk.register_alerts(selectors.pot_alerts)
