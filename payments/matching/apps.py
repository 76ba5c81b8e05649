from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """Match funds, reservations and the arithmetic of the rules."""

    name = "payments.matching"
    label = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Listen to campaigns."""
        from payments.matching import receivers  # noqa: F401
