from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SpendingConfig(AppConfig):
    """What a programme spends beside matches, and every figure of the ladder with where it comes from."""

    name = "payments.spending"
    label = "spending"
    verbose_name = _("Spending")

    def ready(self) -> None:
        """Put what waits on the officers' desk."""
        from crowdfund.kit import desk
        from payments.spending.selectors import contracts

        desk.register_officer(contracts.officer_tasks)
