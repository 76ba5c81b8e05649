"""What backers receive: rewards, added and changed while nobody is let down by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import CampaignStatus
from campaigns.locks import lock_campaign, lock_reward
from campaigns.models import Reward
from campaigns.permissions import can_edit_campaign
from campaigns.services.cleaning import clean, positive_cents
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Campaign

# Not in review, where an officer reads it, and not after the deadline
REWARDS_OPEN = frozenset({CampaignStatus.DRAFT, CampaignStatus.APPROVED, CampaignStatus.LIVE})
MOST_STOCK = 1_000_000


def _require_open(campaign: Campaign) -> None:
    if campaign.status not in REWARDS_OPEN:
        raise Refused("rewards_closed", _("Rewards can't be changed now."))


def _check(reward: Reward) -> None:
    clean(reward, ["title", "text"])
    positive_cents(reward.min_cents, field="min_cents")
    if type(reward.declared_value_cents) is not int or reward.declared_value_cents < 0:
        raise Invalid("amount_negative", _("The amount can't be negative."), field="declared_value_cents")
    if reward.declared_value_cents > reward.min_cents:
        raise Invalid(
            "value_above_minimum",
            _("A reward can't be worth more than the pledge it comes with."),
            field="declared_value_cents",
        )
    if reward.stock is not None and not 1 <= reward.stock <= MOST_STOCK:
        raise Invalid("stock_out_of_range", _("Write how many there are, at least one."), field="stock")


def add_reward(
    *,
    campaign: Campaign,
    title: str,
    min_cents: int,
    by: User,
    now: dt.datetime,
    text: str = "",
    declared_value_cents: int = 0,
    stock: int | None = None,
) -> Reward:
    """Offer a reward from `min_cents` whole cents on; `stock` None: as many as are asked for.

    Raises `NotAllowed`, `Invalid`, or `Refused` (`rewards_closed`) in review and after the deadline.
    """
    require(can_edit_campaign(by, campaign))
    reward = Reward(
        campaign=campaign,
        title=title,
        text=text,
        min_cents=min_cents,
        declared_value_cents=declared_value_cents,
        stock=stock,
    )
    _check(reward)
    with transaction.atomic():
        lock_campaign(campaign)
        _require_open(campaign)
        reward.save()
    return reward


def edit_reward(
    *,
    reward: Reward,
    title: str,
    text: str,
    min_cents: int,
    declared_value_cents: int,
    stock: int | None,
    by: User,
    now: dt.datetime,
) -> None:
    """Change a reward. Once somebody claimed it only its number may change, and not below what is claimed.

    Raises `NotAllowed`, `Invalid`, or `Refused` (`rewards_closed`, `reward_claimed`, `stock_below_claimed`).
    """
    require(can_edit_campaign(by, reward.campaign))
    wish = {
        "title": title.strip(),
        "text": text.strip(),
        "min_cents": min_cents,
        "declared_value_cents": declared_value_cents,
    }
    _check(Reward(campaign=reward.campaign, stock=stock, **wish))
    with transaction.atomic():
        lock_campaign(reward.campaign)
        _require_open(reward.campaign)
        lock_reward(reward)
        if reward.claimed and wish != {name: getattr(reward, name) for name in wish}:
            raise Refused(
                "reward_claimed", _("Somebody chose this reward already: only its number can change.")
            )
        if stock is not None and stock < reward.claimed:
            raise Refused(
                "stock_below_claimed",
                _("%(claimed)s people chose this reward: there can't be fewer."),
                field="stock",
                claimed=reward.claimed,
            )
        for name, value in {**wish, "stock": stock}.items():
            setattr(reward, name, value)
        reward.save(update_fields=[*wish, "stock"])


def remove_reward(*, reward: Reward, by: User, now: dt.datetime) -> None:
    """Withdraw a reward that nobody chose. Raises `NotAllowed` or `Refused` (`rewards_closed`, `reward_claimed`)."""
    require(can_edit_campaign(by, reward.campaign))
    chosen = Refused("reward_claimed", _("Somebody chose this reward already: it can't be removed."))
    with transaction.atomic():
        lock_campaign(reward.campaign)
        _require_open(reward.campaign)
        lock_reward(reward)
        if reward.claimed:
            raise chosen
        try:
            reward.delete()
        except ProtectedError as error:  # a pledge that was cancelled still tells what it asked for
            raise chosen from error
