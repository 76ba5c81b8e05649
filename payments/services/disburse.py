"""Letting a campaign's money go: one person proposes a tranche, another approves it, never above what may leave."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import CampaignStatus
from crowdfund.kit import jobs
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro
from crowdfund.kit.states import IllegalTransition, advance, record_birth
from payments import postings
from payments.enums import (
    DISBURSEMENT_TRANSITIONS,
    PAID_BY_CARD_ACCOUNT,
    PAID_BY_IBAN,
    Channel,
    DisbursementStatus,
    HeldUpBy,
    PayoutKind,
    PayoutStatus,
)
from payments.gateway.client import GatewayError
from payments.gateway.transfers import available_cents
from payments.locks import lock_campaign, lock_channel, lock_disbursement
from payments.matching.locks import lock_funds_of
from payments.models import Disbursement, Payout, PayoutAccount
from payments.permissions import can_decide_disbursement, can_propose_disbursement
from payments.selectors.payees import Payee, payee_now, same_payee
from payments.selectors.releasable import ahead_cents, releasable, sponsor_room
from payments.services.payout_letters import tell_team_released
from payments.services.tranches import check_not_stopped, check_tranche
from payments.services.void import make_void

if TYPE_CHECKING:
    from accounts.models import User
    from campaigns.models import Campaign, Milestone
    from payments.selectors.releasable import Releasable

log = logging.getLogger(__name__)
OPEN_CHANNELS = (Channel.CARD, Channel.BANK, Channel.CASH, Channel.MATCH, Channel.SPONSOR)
KINDS = {
    Channel.CARD: PayoutKind.CONNECT_TRANSFER,
    Channel.BANK: PayoutKind.CREDIT_TRANSFER,
    Channel.CASH: PayoutKind.CREDIT_TRANSFER,
    Channel.MATCH: PayoutKind.TREASURY_MANDATE,
    Channel.SPONSOR: PayoutKind.CREDIT_TRANSFER,
}
LOOK_AGAIN = dt.timedelta(minutes=10)


def propose_disbursement(
    *,
    campaign: Campaign,
    channel: str,
    amount_cents: int,
    reason: str,
    by: User,
    now: dt.datetime,
    milestone: Milestone | None = None,
    despite: str = "",
) -> Disbursement:
    """Propose to release `amount_cents` of a funded campaign's money in one channel to its organisation.

    Amount and payee never change afterwards: a different one is another proposal. `despite` says why a tranche of the
    match is proposed although the report on the one before is not there; who approves reads it. Raises `Invalid` for
    an amount above what the channel or the milestone still has, `Refused` when the payee can't be paid, the report is
    lacking, or the project has stopped.
    """
    require(can_propose_disbursement(by, campaign))
    _check_proposal(campaign, channel, amount_cents, reason, milestone)
    with transaction.atomic():
        locked = lock_campaign(campaign.pk)
        if locked.status != CampaignStatus.FUNDED:
            raise Refused("not_funded", _("Money leaves only after the collection has ended."))
        check_not_stopped(locked.pk)
        lock_money(locked.pk, channel)
        left = releasable(locked, channel, now).maximum_cents
        if amount_cents > left:
            raise _above(left)
        lacking = check_tranche(
            locked, channel, milestone, amount_cents=amount_cents, despite=despite, now=now
        )
        disbursement = Disbursement.objects.create(
            campaign=locked,
            channel=channel,
            milestone=milestone,
            amount_cents=amount_cents,
            **asdict(payee_of(locked, channel)),
            reason=reason.strip(),
            **Disbursement.proposal(by, now),
        )
        record_birth(disbursement, now=now, by=by, why=lacking)
    return disbursement


def lock_money(campaign_id: int, channel: str) -> None:
    """Lock what a decision in this channel takes from: the campaign's channel, and sponsors' pots for all of theirs."""
    lock_channel(campaign_id, channel)
    if channel == Channel.SPONSOR and not lock_funds_of(campaign_id):
        raise Refused("no_match", _("No call matches this campaign."))


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


def _above(left: int) -> Invalid:
    return Invalid(
        "above_held",
        _("At most %(amount)s can be released now."),
        field="amount_cents",
        amount=format_euro(left, get_language() or "it"),
    )


def payee_of(campaign: Campaign, channel: str) -> Payee:
    """Say who is paid. Raises `Refused` when this money has nowhere to go yet."""
    organisation = campaign.project.organisation
    payee = payee_now(organisation, channel)
    if channel in PAID_BY_CARD_ACCOUNT:
        ready = PayoutAccount.objects.filter(organisation=organisation, transfers_active=True).exists()
        if not ready:
            raise Refused(
                "no_payout_account",
                _(
                    "%(name)s can't receive card money yet: its owner has to complete the account for payouts."
                ),
                name=organisation.name,
            )
    if channel in PAID_BY_IBAN and not payee.destination:
        raise Refused(
            "no_payout_iban",
            _(
                "%(name)s has not given an IBAN yet, or it has not been checked: its owner asks on the money page."
            ),
            name=organisation.name,
        )
    return payee


def approve_disbursement(*, disbursement: Disbursement, by: User, now: dt.datetime) -> Payout:
    """Approve a proposed tranche: the crowd's money leaves `held` and a payout is queued; a match awaits its mandate.

    Raises `Refused` when the channel no longer holds enough, and when the payee has changed: then it is void.
    """
    require(can_decide_disbursement(by, disbursement))
    at_stripe = _available(disbursement.channel)
    with transaction.atomic():
        campaign = lock_campaign(disbursement.campaign_id)
        lock_money(campaign.pk, disbursement.channel)
        decision = lock_disbursement(disbursement.pk)
        if decision.status != DisbursementStatus.PROPOSED:
            raise IllegalTransition(decision, DisbursementStatus.APPROVED)
        check_not_stopped(campaign.pk)
        payout = _approve(decision, at_stripe, by, now) if same_payee(decision) else None
        if payout is None:
            make_void(decision=decision, why="the payee has changed", now=now)
    disbursement.refresh_from_db()
    if payout is None:
        raise Refused(
            "payee_changed", _("The payee has changed since this was proposed: it is void. Propose it anew.")
        )
    return payout


def _available(channel: str) -> int | None:
    """Ask before the transaction what can leave the platform's balance; None when it can't be known now."""
    if channel not in PAID_BY_CARD_ACCOUNT:
        return None
    try:
        return available_cents()
    except GatewayError as error:
        log.warning("the balance could not be read: %s", error)
        return None


def _approve(decision: Disbursement, at_stripe: int | None, by: User, now: dt.datetime) -> Payout:
    _check_covered(decision, releasable(decision.campaign, decision.channel, now))
    advance(
        decision,
        DisbursementStatus.APPROVED,
        table=DISBURSEMENT_TRANSITIONS,
        now=now,
        by=by,
        **Disbursement.decision(by, now),
    )
    _release(decision, now)
    tell_team_released(disbursement=decision, now=now)
    return _write_payout(decision, at_stripe, now)


def _release(decision: Disbursement, now: dt.datetime) -> None:
    """Move what was held to what is payable; what the treasury pays was never held."""
    booking = {
        "campaign_id": decision.campaign_id,
        "cents": decision.amount_cents,
        "reference": f"disbursement:{decision.pk}",
        "now": now,
    }
    if decision.channel == Channel.SPONSOR:
        _release_sponsors(decision, now)
    elif decision.channel != Channel.MATCH:
        postings.crowd_released(channel=decision.channel, **booking)


def _release_sponsors(decision: Disbursement, now: dt.datetime) -> None:
    """Take a tranche out of the sponsors' money, pot by pot in their order."""
    shares: list[tuple[int, int]] = []
    left = decision.amount_cents
    for fund_id, room in sponsor_room(decision.campaign):
        share = min(left, room)
        left -= share
        if share:
            shares.append((fund_id, share))
    if left:
        raise Refused("above_held", _("Less than this may be released now."))
    for fund_id, share in shares:
        postings.sponsor_released(
            fund_id=fund_id,
            campaign_id=decision.campaign_id,
            cents=share,
            reference=postings.part_of(f"disbursement:{decision.pk}", fund_id, len(shares)),
            now=now,
        )


def _check_covered(decision: Disbursement, found: Releasable) -> None:
    """Hold the approval to what may leave now; other proposals wait for their own turn."""
    place = found.place_cents
    if decision.amount_cents > found.free_cents or (place is not None and decision.amount_cents > place):
        raise Refused("above_held", _("Less than this may be released now."))


def _write_payout(decision: Disbursement, at_stripe: int | None, now: dt.datetime) -> Payout:
    kind = KINDS[Channel(decision.channel)]
    payout = Payout(
        disbursement=decision,
        kind=kind,
        amount_cents=decision.amount_cents,
        idempotency_key=f"payout:disbursement:{decision.pk}",
        created_at=now,
        due_at=now if kind == PayoutKind.CONNECT_TRANSFER else None,
    )
    payout.save(force_insert=True)
    if at_stripe is not None and at_stripe - ahead_cents(payout) < payout.amount_cents:
        payout.status, payout.error, payout.due_at = PayoutStatus.WAITING, HeldUpBy.BALANCE, now + LOOK_AGAIN
        payout.save(update_fields=["status", "error", "due_at"])
    record_birth(payout, now=now, why=payout.error)
    jobs.wake("payouts.execute")
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
