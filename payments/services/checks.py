"""What is looked at before a pledge is written: each fault has its own code and sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.enums import PUBLIC_STATUSES, CampaignStatus
from campaigns.models import Campaign, Reward
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro
from payments.enums import Method
from payments.locks import hold_to_pledge

if TYPE_CHECKING:
    import datetime as dt

LONGEST_EMAIL = 254
LONGEST_NAME = 120
NOT_IN_NAMES = frozenset("<>/@\\")  # a name is shown and written to others: it is no place for a link


def _euro(cents: int) -> str:
    return format_euro(cents, get_language() or settings.LANGUAGE_CODE)


def check_method(method: str) -> str:
    """Return how a backer wishes to be charged: by card or by debit. Raises `Invalid`."""
    if method not in Method.values:
        raise Invalid("unknown_method", _("Choose a card or a direct debit."), field="method")
    return method


def check_amount(amount_cents: int, *, method: str = Method.CARD) -> None:
    """Hold an amount within the limits; a debit has one of its own. Raises `Invalid`."""
    if type(amount_cents) is not int:
        raise Invalid("amount_not_whole", _("Give the amount in whole cents."), field="amount_cents")
    if amount_cents <= 0:
        raise Invalid("amount_not_positive", _("The amount must be more than zero."), field="amount_cents")
    if amount_cents < settings.PLEDGE_MIN_CENTS:
        raise Invalid(
            "amount_too_small",
            _("The smallest pledge is %(amount)s."),
            field="amount_cents",
            amount=_euro(settings.PLEDGE_MIN_CENTS),
        )
    if amount_cents > settings.CARD_LIMIT_CENTS:
        raise Invalid(
            "amount_too_large",
            _("The largest pledge by card is %(amount)s."),
            field="amount_cents",
            amount=_euro(settings.CARD_LIMIT_CENTS),
        )
    if method == Method.SEPA_DEBIT and amount_cents > settings.DEBIT_LIMIT_CENTS:
        raise Invalid(
            "above_debit_limit",
            _("The largest pledge by direct debit is %(amount)s: give more by card."),
            field="amount_cents",
            amount=_euro(settings.DEBIT_LIMIT_CENTS),
        )


def check_language(language: str) -> str:
    """Return one of the site's languages. Raises `Invalid`."""
    short = language.partition("-")[0]
    if short not in dict(settings.LANGUAGES):
        raise Invalid("unknown_language", _("We write in Italian or in English."), field="language")
    return short


def clean_email(email: str) -> str:
    """Return the email in small letters. Raises `Invalid`."""
    email = email.strip().lower()
    wrong = len(email) > LONGEST_EMAIL
    try:
        validate_email(email)
    except ValidationError:
        wrong = True
    if wrong:
        raise Invalid("bad_email", _("Write a full email address, like ada@example.org."), field="email")
    return email


def clean_name(name: str, *, wanted: bool) -> str:
    """Return the name with single spaces. Raises `Invalid` when it is missing but wanted, or is no name."""
    name = " ".join(name.split())
    if wanted and not name:
        raise Invalid("name_missing", _("Write the name to show, or choose not to show it."), field="name")
    if len(name) > LONGEST_NAME or NOT_IN_NAMES & set(name) or not name.isprintable():
        raise Invalid("bad_name", _("Write a name of at most 120 letters, without addresses."), field="name")
    return name


def open_campaign(campaign: Campaign | str, now: dt.datetime) -> Campaign:
    """Read a campaign that takes pledges, and hold it so until the transaction ends. Raises `Invalid` or `Refused`."""
    held = hold_to_pledge(campaign, now)
    status = held.campaign.status if held else None
    if held is None or status not in PUBLIC_STATUSES | {CampaignStatus.APPROVED}:
        raise Invalid("unknown_campaign", _("There is no such campaign."), field="campaign")
    if status == CampaignStatus.APPROVED or (status == CampaignStatus.LIVE and held.not_yet):
        raise Refused("campaign_not_open", _("This campaign has not opened yet."))
    if status != CampaignStatus.LIVE or held.over:
        raise campaign_ended()
    return held.campaign


def campaign_ended() -> Refused:
    """Say that a campaign takes no more pledges."""
    return Refused("campaign_closed", _("This campaign has ended: it takes no more pledges."))


def check_reward(campaign: Campaign, reward: Reward | int | None, amount_cents: int) -> Reward | None:
    """Return the campaign's reward, if one is chosen, within its amount and stock. Raises `Invalid` or `Refused`."""
    if reward is None:
        return None
    wanted = reward.pk if isinstance(reward, Reward) else reward
    found = Reward.objects.filter(pk=wanted, campaign=campaign).first()
    if found is None:
        raise Invalid("unknown_reward", _("This campaign has no such reward."), field="reward")
    if amount_cents < found.min_cents:
        raise below_reward(found)
    if found.stock is not None and found.claimed >= found.stock:
        raise Refused(
            "reward_gone", _("This reward has run out: choose another one or none."), field="reward"
        )
    return found


def below_reward(reward: Reward) -> Invalid:
    """Say that a reward asks for more."""
    return Invalid(
        "below_reward",
        _("The reward “%(reward)s” starts from %(amount)s."),
        field="amount_cents",
        reward=reward.title,
        amount=_euro(reward.min_cents),
    )
