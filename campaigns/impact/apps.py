from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImpactConfig(AppConfig):
    """What projects change: measurements of their indicators, verified from outside."""

    name = "campaigns.impact"
    label = "impact"
    verbose_name = _("Impact")

    def ready(self) -> None:
        """Register the drain, and put what needs somebody on the desks."""
        from campaigns.impact.selectors.desk import officer_tasks, team_tasks
        from campaigns.impact.services.reminders import remind_due
        from crowdfund.kit import desk, jobs

        jobs.register("impact.remind", remind_due, every=300)
        desk.register_officer(officer_tasks)
        desk.register_team(team_tasks)
