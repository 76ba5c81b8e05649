from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """The inbox of Stripe events."""

    name = "payments.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        """Listen to card pages; register the drains of the inbox and of its sweeper."""
        from crowdfund.kit import jobs
        from payments.webhooks import receivers, services
        from payments.webhooks.handlers import on

        on("checkout.session.completed", receivers.card_page_ended)
        on("checkout.session.expired", receivers.card_page_ended)
        on("setup_intent.succeeded", receivers.card_saved)
        jobs.register("webhooks.work", services.work, every=1)
        jobs.register("webhooks.sweep", services.sweep, every=5)
        jobs.register("webhooks.forget", services.forget, every=3600)
