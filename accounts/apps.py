from __future__ import annotations

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, organisations and what they may do."""

    name = "accounts"
    verbose_name = _("People and organisations")

    def ready(self) -> None:
        """Listen to what allauth tells, register the drain that forgets old idempotency keys, and a check."""
        from allauth.mfa.signals import authenticator_added

        from accounts.receivers import remember_proof
        from crowdfund.kit import jobs

        authenticator_added.connect(remember_proof, dispatch_uid="accounts.remember_proof")
        jobs.register("idempotency.forget", _forget_keys, every=3600)
        checks.register(_key_of_persons, deploy=True)


def _key_of_persons(**_kwargs: object) -> list[checks.CheckMessage]:
    """Warn before an installation goes live without the key by which two accounts are known to be one person."""
    from django.conf import settings

    hint = "Set it once to a long random text, and never change it."
    return (
        []
        if settings.TAX_CODE_KEY
        else [checks.Warning("TAX_CODE_KEY is empty.", hint=hint, id="accounts.W001")]
    )


def _forget_keys() -> int:
    from accounts.api.idempotency import forget_keys  # REST framework is slow to import

    return forget_keys()
