from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommissionConfig(AppConfig):
    """Criteria, evaluators, scores, the ranked list, appeals and released money offered down the list."""

    name = "campaigns.commission"
    label = "commission"
    verbose_name = _("Commission")

    def ready(self) -> None:
        """Listen to calls, put what waits on the desks, and offer released money by the hour."""
        from campaigns.commission import receivers  # noqa: F401 - receivers listen once they are read
        from campaigns.commission.selectors.desk import evaluator_tasks, office_tasks, team_tasks
        from campaigns.commission.services import offers, reminders
        from crowdfund.kit import desk, jobs

        desk.register_officer(office_tasks)
        desk.register_officer(evaluator_tasks)
        desk.register_team(team_tasks)
        desk.register_team(evaluator_tasks)
        jobs.register("commission.offers", offers.offer_released, every=3600)
        jobs.register("commission.reminders", reminders.remind_due, every=3600)
