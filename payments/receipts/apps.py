from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    """Numbered receipts for what was collected, and their corrections."""

    name = "payments.receipts"
    label = "receipts"
    verbose_name = _("Receipts")

    def ready(self) -> None:
        """Register the drains and what desks show."""
        from crowdfund.kit import desk, jobs
        from payments.receipts.selectors import reads
        from payments.receipts.services import donors, drains

        jobs.register("receipts.issue", drains.issue_due, every=10)
        jobs.register("receipts.issue_all", drains.issue_all, every=3600)
        jobs.register("receipts.correct", drains.correct_due, every=30)
        jobs.register("receipts.forget", donors.forget_due, every=86_400)
        desk.register_officer(reads.officer_tasks)
        desk.register_team(reads.team_tasks)
