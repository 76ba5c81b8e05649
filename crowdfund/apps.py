from django.apps import AppConfig
from django.conf import settings


class CrowdfundConfig(AppConfig):
    """The hall."""

    name = "crowdfund"

    def ready(self) -> None:
        """Where there is a broker, let it carry the wishes to run a drain; celery is imported nowhere else."""
        if settings.CELERY_BROKER_URL:
            from crowdfund.celery import ask_for_drain
            from crowdfund.kit import jobs

            jobs.wake_by(ask_for_drain)
