"""The words a donor is told when they give cash, and the record that they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.enums import ConsentKind
from accounts.models import Consent
from crowdfund.kit.money import format_euro
from payments.services.consents import moment_in_words

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign

CASH_VERSION = "2026-11"  # a new one whenever the sentences below change their meaning


def cash_text(*, campaign: Campaign, amount_cents: int, language: str) -> str:
    """Say what becomes of cash given at a desk, in a language; the receipt carries the same words."""
    with translation.override(language):
        sentence: str = _(
            "I give %(amount)s in cash to “%(campaign)s”. If it does not reach its goal of %(goal)s by %(deadline)s, I "
            "get it all back at a cash desk against this receipt, or by bank transfer. Cash is not traceable: it gives "
            "no tax benefit."
        ) % {
            "amount": format_euro(amount_cents, language),
            "campaign": campaign.project.title,
            "goal": format_euro(campaign.goal_cents, language),
            "deadline": moment_in_words(campaign.deadline) if campaign.deadline else "",
        }
    return sentence


def record_words(
    *, campaign: Campaign, amount_cents: int, email: str, language: str, now: dt.datetime
) -> Consent:
    """Keep the words that the donor was told. Append-only."""
    return Consent.objects.create(
        kind=ConsentKind.CASH,
        version=CASH_VERSION,
        language=language,
        text=cash_text(campaign=campaign, amount_cents=amount_cents, language=language),
        email=email,
        given_at=now,
    )
