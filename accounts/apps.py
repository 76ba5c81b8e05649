from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, organisations and what they may do."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Listen to what allauth tells."""
        from allauth.mfa.signals import authenticator_added

        from accounts.receivers import remember_proof

        authenticator_added.connect(remember_proof, dispatch_uid="accounts.remember_proof")
