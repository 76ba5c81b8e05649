"""Collected money to write receipts for: pledges as collection leaves them, with the ledger's transfers."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from payments import postings
from payments.bank.enums import LineStatus
from payments.bank.models import BankLine, BankStatement
from payments.bank.services.lines import name_of
from payments.cash.enums import ReceiptKind as DeskReceiptKind
from payments.cash.services.receipts import issue
from payments.enums import AttemptStatus, Channel, PledgeStatus, RefundReason, RefundStatus
from payments.models import ChargeAttempt, Dispute, Pledge, Refund, Settlement
from payments.services.standing import standing
from tests import world
from tests.payments import bank, counter
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
        postings.bank_received(reference=name_of(_line(made, cents)), **booking)
    else:
        receipt = issue(
            kind=DeskReceiptKind.RECEIVED, desk=counter.desk(), pledge=made, amount_cents=cents,
            by=world.person(), now=NOW,
        )  # fmt: skip
        postings.cash_received(desk_id=receipt.desk_id, reference=f"desk_receipt:{receipt.pk}", **booking)
    return made


def _line(pledge: Pledge, cents: int) -> BankLine:
    """The line of a statement that brought a pledge's money."""
    n, day = next(_n), pledge.received_on
    statement = BankStatement.objects.create(
        account="IT60X0542811101000000123456", statement_id=f"{n}", digest=f"{n}", file_digest="x", from_on=day,
        to_on=day, opening_cents=0, closing_cents=cents, final=True, imported_by=world.person(), imported_at=NOW,
    )  # fmt: skip
    return BankLine.objects.create(
        statement=statement, n=1, account=statement.account, key=f"{n}", credit=True, amount_cents=cents,
        booked_on=day, status=LineStatus.MATCHED, pledge=pledge, counted_cents=cents,
    )  # fmt: skip


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


def lose(pledge: Pledge, cents: int) -> None:
    """A dispute that was lost and settled, and the status it leaves."""
    Dispute.objects.create(
        attempt=pledge.attempts.get(), pledge=pledge, stripe_id=f"du_{next(_n)}", status="lost", amount_cents=cents,
        withdrawn_cents=cents, lost_cents=cents, opened_at=NOW, settled_at=NOW + dt.timedelta(days=1),
    )  # fmt: skip
    pledge.status = standing(pledge)
    pledge.save(update_fields=["status"])
