"""Where allauth meets the house: its emails become notices."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.template.loader import render_to_string
from django.utils.translation import get_language

from accounts.notices.services import notify
from crowdfund.kit import clock


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Queues allauth's emails as notices instead of sending them within the request."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of allauth's emails, worded now in the reader's language."""
        user = context.get("user")
        notify(
            event="account_message",
            email=email,
            user=user if getattr(user, "pk", None) else None,
            language=get_language() or "it",
            context={
                "heading": " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split()),
                "body": render_to_string(f"{template_prefix}_message.txt", context).strip(),
            },
            now=clock.now(),
        )
