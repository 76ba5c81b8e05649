"""Collected money to write receipts for: pledges as collection leaves them, with the ledger's transfers."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from payments import postings
from payments.enums import AttemptStatus, Channel, PledgeStatus, RefundReason, RefundStatus
from payments.models import ChargeAttempt, Pledge, Refund, Settlement
from tests import world
from tests.payments import bank
from tests.world import NOW

_n = itertools.count(1)


def funded(owner: Any = None, **fields: Any) -> Campaign:
    """A campaign that reached its goal and whose collection is over."""
    campaign = world.campaign(
        owner,
        status=CampaignStatus.FUNDED,
        **{"opens_at": NOW - dt.timedelta(days=70), "deadline": NOW - dt.timedelta(days=9)} | fields,
    )
    Settlement.objects.create(
        campaign=campaign, decided_at=NOW, pledged_cents=400_000, pledges=1, goal_cents=400_000, goal_met=True,
        finished_at=NOW, collected_cents=400_000, collected_pledges=1, fees_cents=0,
    )  # fmt: skip
    return campaign


def reward(campaign: Campaign, *, value: int, least: int | None = None) -> Reward:
    """A reward with a declared value."""
    return Reward.objects.create(
        campaign=campaign,
        title="Una cassetta di verdura",
        min_cents=least or value,
        declared_value_cents=value,
    )


def collected(campaign: Campaign, cents: int = 5_000, **fields: Any) -> Pledge:
    """A pledge by card that was charged."""
    made = bank.pledge(
        campaign,
        cents=cents,
        **{
            "status": PledgeStatus.COLLECTED,
            "collected_at": NOW,
            "card_brand": "visa",
            "card_last4": "4242",
            "email": f"backer{next(_n)}@example.org",
        }
        | fields,
    )
    key = f"pledge:{made.pk}:charge:1"
    ChargeAttempt.objects.create(
        pledge=made,
        n=1,
        status=AttemptStatus.SUCCEEDED,
        idempotency_key=key,
        amount_cents=cents,
        created_at=NOW,
    )
    postings.charge_collected(campaign_id=campaign.pk, cents=cents, reference=key, now=NOW)
    return made


def received(campaign: Campaign, channel: Channel, cents: int = 5_000, **fields: Any) -> Pledge:
    """A pledge by transfer or in cash whose money was counted."""
    made = bank.pledge(
        campaign,
        cents=cents,
        **{
            "channel": channel,
            "method": "",
            "payment_method_id": "",
            "status": PledgeStatus.COLLECTED,
            "received_on": NOW.date() - dt.timedelta(days=20),
            "collected_at": NOW,
            "email": f"backer{next(_n)}@example.org",
        }
        | fields,
    )
    booking: dict[str, Any] = {"campaign_id": campaign.pk, "cents": cents, "now": NOW}
    if channel == Channel.BANK:
        postings.bank_received(reference=f"pledge:{made.pk}:line:1", **booking)
    else:
        postings.cash_received(desk_id=1, reference=f"pledge:{made.pk}:receipt:1", **booking)
    return made


def give_back(pledge: Pledge, cents: int, reason: RefundReason = RefundReason.DECIDED) -> Refund:
    """A refund that is done, and the status it leaves."""
    n = pledge.refunds.count() + 1
    made = Refund.objects.create(
        pledge=pledge, n=n, channel=pledge.channel, attempt=pledge.attempts.first(), amount_cents=cents,
        reason=reason, status=RefundStatus.DONE, refund_id="re_1", created_at=NOW, done_at=NOW,
        idempotency_key=f"pledge:{pledge.pk}:refund:{n}",
    )  # fmt: skip
    whole = sum(refund.amount_cents for refund in pledge.refunds.all()) >= pledge.amount_cents
    pledge.status = PledgeStatus.REFUNDED if whole else PledgeStatus.PARTLY_REFUNDED
    pledge.save(update_fields=["status"])
    return made
