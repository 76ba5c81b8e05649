"""The words a backer agrees to before a card or an account is saved, and the record that they did.

They speak of both: which of the two it is, is chosen on the hosted page, after the agreement. The account's holder
accepts the bank's own mandate there too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.enums import ConsentKind
from accounts.models import Consent
from crowdfund.kit.errors import Invalid
from crowdfund.kit.money import format_euro

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Campaign

CHARGE_VERSION = "2026-12"  # a new one whenever the sentence below changes its meaning


def moment_in_words(when: dt.datetime) -> str:
    """Write a day and an hour, local time, in the active language: `7 marzo 2026, 18:00`."""
    text = date_format(localtime(when), "j F Y, H:i", use_l10n=False)
    return text.lower() if translation.get_language() != "en" else text


def charge_text(*, campaign: Campaign, amount_cents: int | None, language: str) -> str:
    """Say when and how much is charged, and what is particular to a debit; without an amount, "the amount I chose"."""
    with translation.override(language):
        amount = _("the amount I chose") if amount_cents is None else format_euro(amount_cents, language)
        sentence: str = _(
            "If “%(campaign)s” reaches its goal of %(goal)s by %(deadline)s, I am charged %(amount)s, once, in the "
            "days after, on the card or the bank account I give on the next page. If it does not, nothing is charged. "
            "Until then I can change or cancel my pledge. A direct debit from my account takes some days, at most 14 "
            "working days, and for 8 weeks I can ask my bank to give it back."
        ) % {
            "campaign": campaign.project.title,
            "goal": format_euro(campaign.goal_cents, language),
            "deadline": moment_in_words(campaign.deadline) if campaign.deadline else "",
            "amount": amount,
        }
    return sentence


def check_consent_version(version: str) -> None:
    """Refuse a pledge whose backer has not agreed to the present words. Raises `Invalid`."""
    if version != CHARGE_VERSION:
        raise Invalid(
            "consent_missing",
            _("Agree to when and how much you are charged, in the words of today."),
            field="consent_version",
        )


def record_charge_consent(
    *, campaign: Campaign, amount_cents: int, email: str, user: User | None, language: str, now: dt.datetime
) -> Consent:
    """Keep the words, with the amount in them. Append-only: a higher amount asks for a new consent."""
    return Consent.objects.create(
        kind=ConsentKind.CHARGE,
        version=CHARGE_VERSION,
        language=language,
        text=charge_text(campaign=campaign, amount_cents=amount_cents, language=language),
        email=email,
        user=user,
        given_at=now,
    )
