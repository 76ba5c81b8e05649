from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, organisations and what they may do."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Listen to what allauth tells, and register the drain that forgets old idempotency keys."""
        from allauth.mfa.signals import authenticator_added

        from accounts.receivers import remember_proof
        from crowdfund.kit import jobs

        authenticator_added.connect(remember_proof, dispatch_uid="accounts.remember_proof")
        jobs.register("idempotency.forget", _forget_keys, every=3600)


def _forget_keys() -> int:
    from accounts.api.idempotency import forget_keys  # REST framework is slow to import

    return forget_keys()
