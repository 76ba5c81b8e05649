"""Giving a collected pledge back by decision: an officer proposes how much and why, another person approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro
from crowdfund.kit.states import advance, record_birth
from payments.enums import REQUEST_TRANSITIONS, PledgeStatus, RefundReason, RequestStatus
from payments.locks import lock_channel, lock_pledge
from payments.models import RefundDecision, RefundRequest
from payments.permissions import can_decide_refund, can_propose_refund
from payments.selectors.refunds import charge_of, refundable_cents
from payments.services import proposals
from payments.services.refund import decide_refund

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.models import Pledge, Refund

REFUNDABLE = frozenset({PledgeStatus.COLLECTED, PledgeStatus.PARTLY_REFUNDED})


def propose_refund(
    *, pledge: Pledge, amount_cents: int, reason: str, by: User, now: dt.datetime
) -> RefundDecision:
    """Propose to give `amount_cents` of a collected pledge back; the backer reads the reason.

    Amount and reason never change afterwards: a different one is another proposal. Raises `Invalid` for more than is
    left, `Refused` for a pledge that was not collected or that the backer's bank is deciding about.
    """
    require(can_propose_refund(by, pledge))
    proposals.check_amount(amount_cents)
    text = proposals.clean_reason(reason)
    with transaction.atomic():
        lock_channel(pledge.campaign_id, pledge.channel)
        locked = lock_pledge(pledge.pk)
        _check_state(locked)
        left = refundable_cents(locked)
        if amount_cents > left:
            raise Invalid(
                "above_refundable",
                _("At most %(amount)s of this pledge can be given back."),
                field="amount_cents",
                amount=format_euro(left, get_language() or "it"),
            )
        decision = RefundDecision.objects.create(
            pledge=locked,
            request=RefundRequest.objects.filter(pledge=locked, status=RequestStatus.OPEN).first(),
            amount_cents=amount_cents,
            refundable_cents=left,
            reason=text,
            **RefundDecision.proposal(by, now),
        )
        record_birth(decision, now=now, by=by)
    return decision


def _check_state(pledge: Pledge) -> None:
    if pledge.status == PledgeStatus.DISPUTED:
        raise Refused(
            "disputed", _("The backer's bank is deciding about this charge: it can't be refunded now.")
        )
    if pledge.status not in REFUNDABLE:
        raise Refused("not_collected", _("Nothing was collected of this pledge, or it went back already."))


def approve_refund(*, decision: RefundDecision, by: User, now: dt.datetime) -> Refund:
    """Approve a refund that somebody else proposed: the money is owed back, and sent by the way it came.

    Raises `Refused` when the pledge has changed since the proposal, which is void then.
    """
    require(can_decide_refund(by, decision))
    with transaction.atomic():
        lock_channel(decision.pledge.campaign_id, decision.pledge.channel)
        pledge = lock_pledge(decision.pledge_id)
        refund = _approve(decision, pledge, by, now)
    if refund is None:
        raise proposals.lapsed()
    return refund


def _approve(decision: RefundDecision, pledge: Pledge, by: User, now: dt.datetime) -> Refund | None:
    """Approve under the locks; None when the proposal has lapsed instead."""
    fresh = RefundDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    unchanged = pledge.status in REFUNDABLE and refundable_cents(pledge) == fresh.refundable_cents
    if not unchanged and fresh.status == "proposed":
        proposals.let_lapse(fresh, why=f"the pledge is {pledge.status}", now=now)
        decision.status = fresh.status
        return None
    proposals.approve(fresh, by=by, now=now)
    decision.status = fresh.status
    if fresh.request and fresh.request.status == RequestStatus.OPEN:
        advance(
            fresh.request,
            RequestStatus.GRANTED,
            table=REQUEST_TRANSITIONS,
            now=now,
            by=by,
            answer=fresh.reason,
            answered_by=by,
            answered_at=now,
        )
    return decide_refund(
        pledge=pledge,
        cents=fresh.amount_cents,
        reason=RefundReason.DECIDED,
        attempt=charge_of(pledge),
        decision=fresh,
        now=now,
    )


def reject_refund(*, decision: RefundDecision, why: str, by: User, now: dt.datetime) -> None:
    """Turn a proposed refund down, with the reason. A request that it answers stays open."""
    require(can_decide_refund(by, decision))
    with transaction.atomic():
        proposals.reject(decision, why=why, by=by, now=now)
