from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CodesignConfig(AppConfig):
    """From needs to a proposal written together."""

    name = "campaigns.codesign"
    label = "codesign"
    verbose_name = _("Co-design")
