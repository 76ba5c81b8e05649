"""Money that arrived for a known pledge: what counts, what waits for its backer's word, what goes back.

One table (`outcome_of`) decides, from the pledge's and the campaign's states and the booking date; everything that
brings money to a pledge comes through `arrive`, in a transaction that holds campaign, channel and pledge.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from django.db.models import F

from campaigns.enums import CampaignStatus
from crowdfund.kit import clock
from crowdfund.kit.states import advance, record_birth
from payments.bank.enums import EXCESS_TRANSITIONS, OPEN_EXCESS, ExcessKind, ExcessStatus
from payments.bank.locks import lock_transfer_pledge
from payments.bank.models import BankLine, Excess
from payments.bank.services.letters import tell_counted, tell_excess, tell_received
from payments.enums import PLEDGE_TRANSITIONS, Channel, PledgeStatus, RefundReason
from payments.locks import hold_campaign, lock_channel
from payments.matching.services import follow_pledge
from payments.models import TotalsDelta
from payments.services.pledges import note_change, take_reward
from payments.services.refund import decide_refund
from payments.services.settle import collect_received

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign
    from payments.models import Pledge

RAISING = (CampaignStatus.LIVE, CampaignStatus.CLOSING)


class Outcome(enum.Enum):
    """What a transfer with a known reference means."""

    COUNTS = "counts"  # for what arrived, up to what was promised; more is asked about
    AGAIN = "again"  # a second one: its backer is asked
    LATE = "late"  # too late for the goal: its backer is asked
    BACK = "back"  # it goes back


def outcome_of(pledge: str, campaign: str, *, in_time: bool, window_open: bool) -> Outcome:
    """Decide what a transfer means, by the states of its pledge and its campaign.

    `in_time`: booked by the deadline's day; `window_open`: the recovery window has not ended yet. A transfer booked in
    time but learnt of after the decision is late: the goal was decided without it.
    """
    collecting = campaign == CampaignStatus.COLLECTING and window_open
    if pledge in {PledgeStatus.AWAITING_TRANSFER, PledgeStatus.EXPIRED}:
        if campaign in RAISING and in_time:
            return Outcome.COUNTS
        return Outcome.LATE if collecting or campaign in RAISING else Outcome.BACK
    if pledge in {PledgeStatus.RECEIVED, PledgeStatus.COLLECTED}:
        return Outcome.AGAIN if collecting or campaign in RAISING else Outcome.BACK
    return Outcome.BACK


def deadline_day(campaign: Campaign) -> dt.date | None:
    """Return the civil day of a campaign's deadline: a booking has a day and no hour."""
    return campaign.deadline.astimezone(clock.CIVIL).date() if campaign.deadline else None


def booked_in_time(line: BankLine, campaign: Campaign) -> bool:
    """Say whether a line was booked on or before the deadline's day."""
    last = deadline_day(campaign)
    return last is not None and line.booked_on <= last


def window_open(campaign: Campaign, now: dt.datetime) -> bool:
    """Say whether a campaign that collects still takes what its backers agree to."""
    return campaign.recovery_ends_at is not None and now < campaign.recovery_ends_at


def hold(pledge_id: int, campaign_id: int, now: dt.datetime) -> Pledge:
    """Hold what an arrival may touch, in the house's order, and read the pledge anew with the campaign as it stands."""
    hold_campaign(campaign_id, now)
    lock_channel(campaign_id, Channel.BANK)
    pledge = lock_transfer_pledge(pledge_id)
    pledge.campaign.refresh_from_db(fields=["status", "recovery_ends_at"])
    return pledge


def arrive(*, pledge: Pledge, line: BankLine, now: dt.datetime) -> int:
    """Let a line that belongs to this pledge do what it does; return the cents that count.

    `pledge` comes from `hold`, and the money is booked as held for its campaign before. The line is the caller's.
    """
    campaign = pledge.campaign
    outcome = outcome_of(
        pledge.status,
        campaign.status,
        in_time=booked_in_time(line, campaign),
        window_open=window_open(campaign, now),
    )
    if outcome is Outcome.COUNTS:
        return _count(pledge, line, now)
    excess = _write_excess(pledge, line, _kind(pledge, outcome), line.amount_cents, now)
    if outcome is Outcome.BACK:
        give_back(excess, pledge, now=now)
    else:
        tell_excess(excess, pledge, now=now)
    return 0


def _kind(pledge: Pledge, outcome: Outcome) -> ExcessKind:
    if pledge.status == PledgeStatus.CANCELLED:
        return ExcessKind.CANCELLED
    never_came = pledge.status in {PledgeStatus.AWAITING_TRANSFER, PledgeStatus.EXPIRED}
    return ExcessKind.LATE if outcome is Outcome.LATE or never_came else ExcessKind.AGAIN


def _count(pledge: Pledge, line: BankLine, now: dt.datetime) -> int:
    """Count a transfer for what arrived, up to what was promised; ask about what is above it."""
    counts = min(int(line.amount_cents), int(pledge.amount_cents))
    receive(pledge, counts, line, now=now)
    if more := line.amount_cents - counts:
        tell_excess(_write_excess(pledge, line, ExcessKind.MORE, more, now), pledge, now=now)
    return counts


def receive(pledge: Pledge, cents: int, line: BankLine, *, now: dt.datetime) -> None:
    """Make a pledge received, for `cents`; a reward that this no longer pays for, or that has run out, falls away."""
    awaited = pledge.status == PledgeStatus.AWAITING_TRANSFER
    promise = pledge.amount_cents
    advance(
        pledge,
        PledgeStatus.RECEIVED,
        table=PLEDGE_TRANSITIONS,
        now=now,
        why=f"booked on {line.booked_on}",
        amount_cents=cents,
        received_on=line.booked_on,
        activated_at=now,
    )
    TotalsDelta.objects.create(
        campaign_id=pledge.campaign_id,
        promised_cents=-promise if awaited else 0,
        pledged_cents=cents,
        backers=1,
    )
    tell_received(pledge, now=now, reward_lost=_settle_reward(pledge, now))
    follow_pledge(pledge=pledge, cents=cents, now=now)


def _settle_reward(pledge: Pledge, now: dt.datetime) -> str:
    """Take the reward; return its title when the pledge goes on without it. Last: the row is hot."""
    reward = pledge.reward
    if reward is None:
        return ""
    enough = pledge.amount_cents >= reward.min_cents
    if enough and take_reward(pledge):
        return ""
    note_change(pledge, "the reward had run out" if enough else "too little for the reward", by=None, now=now)
    pledge.reward = None
    pledge.save(update_fields=["reward"])
    return reward.title


# Money that does not count by itself


def _write_excess(pledge: Pledge, line: BankLine, kind: ExcessKind, cents: int, now: dt.datetime) -> Excess:
    excess = Excess.objects.create(line=line, pledge=pledge, kind=kind, cents=cents)
    record_birth(excess, now=now, why=kind)
    return excess


REASONS = {ExcessKind.LATE: RefundReason.LATE}


def give_back(excess: Excess, pledge: Pledge, *, now: dt.datetime, why: str = "") -> None:
    """Owe an excess back to its backer. Called with campaign, channel and pledge held."""
    reason = REASONS.get(ExcessKind(excess.kind), RefundReason.EXCESS)
    refund = decide_refund(pledge=pledge, cents=excess.cents, reason=reason, now=now)
    advance(excess, ExcessStatus.RETURNED, table=EXCESS_TRANSITIONS, now=now, why=why, refund=refund)


def return_open_excesses(pledge: Pledge, *, now: dt.datetime) -> None:
    """Give back all that waits for the word of a backer who takes the pledge back. Called with the pledge locked."""
    for excess in Excess.objects.select_for_update().filter(pledge=pledge, status__in=OPEN_EXCESS):
        give_back(excess, pledge, now=now, why="the pledge was taken back")


def may_count(excess: Excess, pledge: Pledge) -> bool:
    """Say whether money its backer agreed to can count now.

    Before the decision if it was booked in time; after it if the goal was reached.
    """
    campaign = pledge.campaign
    if campaign.status in RAISING:
        return pledge.status == PledgeStatus.RECEIVED and booked_in_time(excess.line, campaign)
    reached = campaign.status == CampaignStatus.COLLECTING and excess.kind != ExcessKind.MORE
    return reached and pledge.status in {PledgeStatus.COLLECTED, PledgeStatus.EXPIRED}


def count_excess(excess: Excess, pledge: Pledge, *, now: dt.datetime) -> None:
    """Count money its backer agreed to. Called with campaign, channel and pledge held, when `may_count` says so."""
    if pledge.status == PledgeStatus.EXPIRED:
        receive(pledge, excess.cents, excess.line, now=now)
        collect_received(pledge=pledge, now=now)
    else:
        _add(pledge, excess.cents, now)
        tell_counted(excess, pledge, now=now)
    BankLine.objects.filter(pk=excess.line_id).update(counted_cents=F("counted_cents") + excess.cents)
    advance(excess, ExcessStatus.COUNTED, table=EXCESS_TRANSITIONS, now=now)


def _add(pledge: Pledge, cents: int, now: dt.datetime) -> None:
    before, pledge.amount_cents = pledge.amount_cents, pledge.amount_cents + cents
    pledge.save(update_fields=["amount_cents"])
    note_change(pledge, f"amount {before} → {pledge.amount_cents}", by=None, now=now)
    collected = pledge.status == PledgeStatus.COLLECTED
    TotalsDelta.objects.create(
        campaign_id=pledge.campaign_id, pledged_cents=cents, collected_cents=cents if collected else 0
    )
    follow_pledge(pledge=pledge, cents=pledge.amount_cents, now=now)
