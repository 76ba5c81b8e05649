from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HubsConfig(AppConfig):
    """Public buildings that became community hubs: agreements, spaces, bookings."""

    name = "campaigns.hubs"
    label = "hubs"
    verbose_name = _("Hubs")

    def ready(self) -> None:
        """Register the warning before an agreement ends, and put requests on the desk of who runs a hub."""
        from campaigns.hubs.selectors.desk import operator_tasks
        from campaigns.hubs.services import agreements
        from crowdfund.kit import desk, jobs

        jobs.register("hubs.agreements", agreements.warn_due, every=3600)
        desk.register_team(operator_tasks)
