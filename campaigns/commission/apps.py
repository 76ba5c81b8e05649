from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommissionConfig(AppConfig):
    """Criteria, evaluators, scores, the ranked list, appeals and released money offered down the list."""

    name = "campaigns.commission"
    label = "commission"
    verbose_name = _("Commission")
