from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SustainabilityConfig(AppConfig):
    """Monthly accounts and the way to standing on own feet."""

    name = "campaigns.sustainability"
    label = "sustainability"
    verbose_name = _("Sustainability")
