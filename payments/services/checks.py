"""What is looked at before a pledge is written: each fault has its own code and sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.enums import PUBLIC_STATUSES, CampaignStatus
from campaigns.models import Campaign, Reward
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro

if TYPE_CHECKING:
    import datetime as dt

LONGEST_EMAIL = 254
LONGEST_NAME = 120
NOT_IN_NAMES = frozenset("<>/@\\")  # a name is shown and written to others: it is no place for a link


def _euro(cents: int) -> str:
    return format_euro(cents, get_language() or settings.LANGUAGE_CODE)


def check_amount(amount_cents: int) -> None:
    """Hold an amount within the limits. Raises `Invalid`."""
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
    """Read a campaign that takes pledges, times compared by the database. Raises `Invalid` or `Refused`."""
    wanted = {"slug": campaign} if isinstance(campaign, str) else {"pk": campaign.pk}
    found: Any = (
        Campaign.objects.select_related("project")
        .filter(**wanted)
        .annotate(
            not_yet=ExpressionWrapper(Q(opens_at__gt=now), output_field=BooleanField()),
            over=ExpressionWrapper(Q(deadline__lte=now), output_field=BooleanField()),
        )
        .first()
    )
    if found is None or found.status not in PUBLIC_STATUSES | {CampaignStatus.APPROVED}:
        raise Invalid("unknown_campaign", _("There is no such campaign."), field="campaign")
    if found.status == CampaignStatus.APPROVED or (found.status == CampaignStatus.LIVE and found.not_yet):
        raise Refused("campaign_not_open", _("This campaign has not opened yet."))
    if found.status != CampaignStatus.LIVE or found.over:
        raise Refused("campaign_closed", _("This campaign has ended: it takes no more pledges."))
    return cast("Campaign", found)


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
