"""The words a backer agrees to before a transfer, and before money that came besides it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.enums import ConsentKind
from accounts.models import Consent
from crowdfund.kit.errors import Invalid
from crowdfund.kit.money import format_euro
from payments.services.consents import moment_in_words

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Campaign
    from payments.models import Pledge

TRANSFER_VERSION = "transfer-2026-11"  # a new one whenever a sentence below changes its meaning


def transfer_text(*, campaign: Campaign, amount_cents: int | None, language: str) -> str:
    """Say what a transfer means; without an amount, "the amount I chose"."""
    with translation.override(language):
        amount = _("the amount I chose") if amount_cents is None else format_euro(amount_cents, language)
        sentence: str = _(
            "I pay %(amount)s by bank transfer; it counts for what has arrived by %(deadline)s. If “%(campaign)s” "
            "does not reach its goal of %(goal)s by then, all of it goes back to my account."
        ) % {
            "campaign": campaign.project.title,
            "goal": format_euro(campaign.goal_cents, language),
            "deadline": moment_in_words(campaign.deadline) if campaign.deadline else "",
            "amount": amount,
        }
    return sentence


def excess_text(*, pledge: Pledge, cents: int, language: str) -> str:
    """Say what it means to let money count that was not promised."""
    with translation.override(language):
        sentence: str = _("I give “%(campaign)s” also the %(amount)s that arrived besides my pledge.") % {
            "campaign": pledge.campaign.project.title,
            "amount": format_euro(cents, language),
        }
    return sentence


def check_transfer_consent(version: str) -> None:
    """Refuse a pledge whose backer has not agreed to the present words. Raises `Invalid`."""
    if version != TRANSFER_VERSION:
        raise Invalid(
            "consent_missing",
            _("Agree to when your transfer counts and when it goes back, in the words of today."),
            field="consent_version",
        )


def record_transfer_consent(
    *, text: str, email: str, user: User | None, language: str, now: dt.datetime
) -> Consent:
    """Keep the words, with the amount in them. Append-only."""
    return Consent.objects.create(
        kind=ConsentKind.TRANSFER,
        version=TRANSFER_VERSION,
        language=language,
        text=text,
        email=email,
        user=user,
        given_at=now,
    )
