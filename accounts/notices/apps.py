from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Every email, as a row."""

    name = "accounts.notices"
    label = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        """Register the drain that sends."""
        from accounts.notices.services import send_due_notices
        from crowdfund.kit import jobs

        jobs.register("notices.send", send_due_notices, every=2)
