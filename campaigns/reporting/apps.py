from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """What becomes of the money: milestones with evidence, spending reports, projects that stop."""

    name = "campaigns.reporting"
    label = "reporting"
    verbose_name = _("Spending reports")
