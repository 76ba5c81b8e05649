"""Where allauth meets the house: its emails become notices, its pages keep to the language in the address."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import get_language

from accounts.notices.services import notify
from crowdfund.kit import clock

PLAIN = (str, int, bool)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Queues allauth's emails as notices instead of sending them within the request."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of allauth's emails: its plain values are kept, objects are left behind."""
        plain = {key: value for key, value in context.items() if isinstance(value, PLAIN)}
        user = context.get("user")
        notify(
            event=template_prefix.replace("account/email/", "account_").replace("mfa/email/", "mfa_"),
            email=email,
            user=user if getattr(user, "pk", None) else None,
            language=get_language() or "it",
            context=plain,
            now=clock.now(),
        )
