from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """Projects and the campaigns that fund them."""

    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        """Tell the desks what is due here."""
        from campaigns.selectors import coming
        from campaigns.selectors.desk import officer_tasks, team_tasks
        from crowdfund.kit import desk

        desk.register_officer(officer_tasks)
        desk.register_team(team_tasks)
        desk.register_dates(coming.officer_dates)
        desk.register_alerts(coming.officer_alerts)
