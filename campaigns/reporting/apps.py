from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """What becomes of the money: milestones with evidence, spending reports, projects that stop."""

    name = "campaigns.reporting"
    label = "reporting"
    verbose_name = _("Spending reports")

    def ready(self) -> None:
        """Register the drains, and put what needs somebody on the desks."""
        from campaigns.reporting.selectors.coming import officer_dates
        from campaigns.reporting.selectors.desk import officer_tasks, team_tasks
        from campaigns.reporting.services import planning, reminders
        from crowdfund.kit import desk, jobs

        jobs.register("reports.plan", planning.plan_due, every=60)
        jobs.register("reports.remind", reminders.remind_due, every=300)
        desk.register_officer(officer_tasks)
        desk.register_team(team_tasks)
        desk.register_dates(officer_dates)
