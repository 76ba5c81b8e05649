from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    """Programmes, calls, match rules and applications."""

    name = "campaigns.calls"
    label = "calls"
    verbose_name = _("Calls")

    def ready(self) -> None:
        """Put what needs somebody on the desks."""
        from campaigns.calls.selectors.coming import officer_dates
        from campaigns.calls.selectors.desk import office_tasks, team_tasks
        from crowdfund.kit import desk

        desk.register_officer(office_tasks)
        desk.register_team(team_tasks)
        desk.register_dates(officer_dates)
