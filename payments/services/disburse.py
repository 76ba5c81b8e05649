"""Letting a campaign's money go: one person proposes a tranche, another approves it, never above what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import CampaignStatus, MilestoneStatus
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.enums import DISBURSEMENT_TRANSITIONS, Channel, DisbursementStatus, PayoutKind
from payments.ledger.selectors import credit_balance
from payments.locks import lock_campaign, lock_channel, lock_disbursement
from payments.matching.enums import ReservationStatus
from payments.matching.models import Reservation
from payments.models import Disbursement, Payout, PayoutAccount
from payments.permissions import can_decide_disbursement, can_propose_disbursement

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from accounts.models import User
    from campaigns.models import Campaign, Milestone

OPEN_CHANNELS = (Channel.CARD, Channel.MATCH)
KINDS = {Channel.CARD: PayoutKind.CONNECT_TRANSFER, Channel.MATCH: PayoutKind.TREASURY_MANDATE}


def propose_disbursement(
    *,
    campaign: Campaign,
    channel: str,
    amount_cents: int,
    reason: str,
    by: User,
    now: dt.datetime,
    milestone: Milestone | None = None,
) -> Disbursement:
    """Propose to release `amount_cents` of a funded campaign's money in one channel to its organisation.

    Amount and payee never change afterwards: a different one is another proposal. Raises `Invalid` for an amount
    above what the channel still has, `Refused` when the payee can't be paid.
    """
    require(can_propose_disbursement(by, campaign))
    _check_proposal(campaign, channel, amount_cents, reason, milestone)
    with transaction.atomic():
        locked = lock_campaign(campaign.pk)
        if locked.status != CampaignStatus.FUNDED:
            raise Refused("not_funded", _("Money leaves only after the collection has ended."))
        lock_channel(locked.pk, channel)
        left = _free_cents(locked, channel)
        if amount_cents > left:
            raise _above(left)
        _check_milestone(locked, channel, milestone)
        disbursement = Disbursement.objects.create(
            campaign=locked,
            channel=channel,
            milestone=milestone,
            amount_cents=amount_cents,
            **payee_of(locked, channel),
            reason=reason.strip(),
            **Disbursement.proposal(by, now),
        )
        record_birth(disbursement, now=now, by=by)
    return disbursement


def _check_proposal(
    campaign: Campaign, channel: str, amount_cents: int, reason: str, milestone: Milestone | None
) -> None:
    if channel not in OPEN_CHANNELS:
        raise Invalid("unknown_channel", _("Choose where the money comes from."), field="channel")
    if amount_cents <= 0:
        raise Invalid("amount", _("The amount must be more than zero."), field="amount_cents")
    if not reason.strip():
        raise Invalid("missing", _("Say what the money is for."), field="reason")
    if milestone is not None and milestone.campaign_id != campaign.pk:
        raise Invalid(
            "unknown_milestone", _("This milestone belongs to another campaign."), field="milestone"
        )


def _check_milestone(campaign: Campaign, channel: str, milestone: Milestone | None) -> None:
    """A tranche of the match hangs on a milestone that was reached; the crowd's money on none."""
    if channel != Channel.MATCH or not campaign.milestones.exists():
        return
    if milestone is None:
        raise Invalid("milestone_needed", _("Say which milestone this tranche is for."), field="milestone")
    if milestone.status != MilestoneStatus.REACHED:
        raise Invalid(
            "milestone_not_reached", _("This milestone has not been reached yet."), field="milestone"
        )


def _above(left: int) -> Invalid:
    from django.utils.translation import get_language

    from crowdfund.kit.money import format_euro

    return Invalid(
        "above_held",
        _("At most %(amount)s can be released now."),
        field="amount_cents",
        amount=format_euro(left, get_language() or "it"),
    )


def _free_cents(campaign: Campaign, channel: str) -> int:
    """Cents of a channel that no proposal or unpaid decision has spoken for. The channel is locked by the caller."""
    decisions = Disbursement.objects.filter(campaign=campaign, channel=channel)
    if channel == Channel.MATCH:
        spoken_for = decisions.filter(status__in=[DisbursementStatus.PROPOSED, DisbursementStatus.APPROVED])
        return _bound_cents(campaign) - _sum(spoken_for)
    waiting = decisions.filter(status=DisbursementStatus.PROPOSED)  # an approval has left `held` already
    return credit_balance(postings.held(campaign.pk, channel)) - _sum(waiting)


def _sum(decisions: QuerySet[Disbursement]) -> int:
    return int(decisions.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def _bound_cents(campaign: Campaign) -> int:
    reservation = (
        Reservation.objects.select_for_update()
        .filter(campaign=campaign, status=ReservationStatus.COMMITTED)
        .first()
    )
    return reservation.bound_cents if reservation else 0


def payee_of(campaign: Campaign, channel: str) -> dict[str, str]:
    """Say who is paid (`payee`) and, for card money, on which connected account (`destination`).

    Raises `Refused` when card money has nowhere to go yet.
    """
    organisation = campaign.project.organisation
    tail = f" · {organisation.tax_code}" if organisation.tax_code else ""
    payee = {"payee": organisation.name + tail, "destination": ""}
    if channel != Channel.CARD:
        return payee
    account = PayoutAccount.objects.filter(organisation=organisation).first()
    if account is None or not account.transfers_active:
        raise Refused(
            "no_payout_account",
            _("%(name)s can't receive card money yet: its owner has to complete the account for payouts."),
            name=organisation.name,
        )
    return payee | {"destination": account.stripe_account_id}


def approve_disbursement(*, disbursement: Disbursement, by: User, now: dt.datetime) -> Payout:
    """Approve a proposed tranche: card money leaves `held` and a transfer is queued; a match awaits its mandate.

    Raises `Refused` when the payee has changed, or when the channel no longer holds enough.
    """
    require(can_decide_disbursement(by, disbursement))
    with transaction.atomic():
        campaign = lock_campaign(disbursement.campaign_id)
        lock_channel(campaign.pk, disbursement.channel)
        decision = lock_disbursement(disbursement.pk)
        advance(
            decision,
            DisbursementStatus.APPROVED,
            table=DISBURSEMENT_TRANSITIONS,
            now=now,
            by=by,
            **Disbursement.decision(by, now),
        )
        if payee_of(decision.campaign, decision.channel) != _proposed_payee(decision):
            raise Refused("payee_changed", _("The payee has changed since this was proposed. Reject it."))
        _release(decision, now)
        payout = _write_payout(decision, now)
    disbursement.status = decision.status
    return payout


def _proposed_payee(decision: Disbursement) -> dict[str, str]:
    return {"payee": decision.payee, "destination": decision.destination}


def _release(decision: Disbursement, now: dt.datetime) -> None:
    if decision.channel == Channel.MATCH:
        if _free_cents(decision.campaign, decision.channel) < 0:
            raise Refused("above_held", _("The match holds less than this now."))
        return
    if credit_balance(postings.held(decision.campaign_id, decision.channel)) < decision.amount_cents:
        raise Refused("above_held", _("The campaign holds less than this now."))
    postings.crowd_released(
        campaign_id=decision.campaign_id,
        channel=decision.channel,
        cents=decision.amount_cents,
        reference=f"disbursement:{decision.pk}",
        now=now,
    )


def _write_payout(decision: Disbursement, now: dt.datetime) -> Payout:
    kind = KINDS[Channel(decision.channel)]
    payout = Payout.objects.create(
        disbursement=decision,
        kind=kind,
        amount_cents=decision.amount_cents,
        idempotency_key=f"payout:disbursement:{decision.pk}",
        created_at=now,
        due_at=now if kind == PayoutKind.CONNECT_TRANSFER else None,
    )
    record_birth(payout, now=now)
    return payout


def reject_disbursement(*, disbursement: Disbursement, why: str, by: User, now: dt.datetime) -> None:
    """Turn a proposed tranche down, with the reason."""
    require(can_decide_disbursement(by, disbursement))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    advance(
        disbursement,
        DisbursementStatus.REJECTED,
        table=DISBURSEMENT_TRANSITIONS,
        now=now,
        by=by,
        why=why.strip()[:200],
        **Disbursement.decision(by, now),
    )
