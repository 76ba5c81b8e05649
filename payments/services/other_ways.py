"""A refund the card's bank did not take: paid to the backer from our bank account, by two people's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import record_birth
from payments import postings
from payments.enums import Channel, ProposalStatus, RefundStatus
from payments.locks import lock_channel, lock_refund
from payments.models import OtherWay
from payments.permissions import can_decide_other_way, can_pay_another_way
from payments.services import proposals
from payments.services.refund import finish_refund

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.models import Refund


def propose_other_way(
    *, refund: Refund, proof: str, paid_on: dt.date, reason: str, by: User, now: dt.datetime
) -> OtherWay:
    """Record that a refund that failed was paid by bank transfer: its reference (`proof`), its day, how it was agreed.

    Another person confirms it. Raises `Invalid`, or `Refused` for a refund that did not fail or is proposed already.
    """
    require(can_pay_another_way(by, refund))
    words = proposals.clean_reason(reason)
    reference = proof.strip()
    if not 0 < len(reference) <= 60:  # noqa: PLR2004 - the field's length
        raise Invalid("missing", _("Write the reference of the bank transfer."), field="proof")
    if paid_on > now.astimezone(clock.CIVIL).date():
        raise Invalid("future_date", _("The day of the transfer is in the future."), field="paid_on")
    try:
        with transaction.atomic():
            locked = lock_refund(refund.pk)
            if locked.status != RefundStatus.FAILED or locked.channel != Channel.CARD:
                raise _not_failed()
            other = OtherWay.objects.create(
                refund=refund,
                proof=reference,
                paid_on=paid_on,
                reason=words,
                **OtherWay.proposal(by, now),
            )
            record_birth(other, now=now, by=by)
            _stop_trying(refund)
    except IntegrityError as error:
        raise Refused(
            "proposed_already", _("This is proposed already: another person confirms it.")
        ) from error
    return other


def _stop_trying(refund: Refund) -> None:
    """Let Stripe not be asked again while the money may have gone another way."""
    type(refund).objects.filter(pk=refund.pk).update(due_at=None)


def _not_failed() -> Refused:
    return Refused("not_failed", _("Only a refund to a card that failed is paid another way."))


def approve_other_way(*, other: OtherWay, by: User, now: dt.datetime) -> None:
    """Confirm the transfer: the refund is done, out of the bank account."""
    require(can_decide_other_way(by, other))
    lapsed = False
    with transaction.atomic():
        lock_channel(other.refund.pledge.campaign_id, other.refund.channel)
        refund = lock_refund(other.refund_id)
        if refund.status != RefundStatus.FAILED and other.status == ProposalStatus.PROPOSED:
            proposals.let_lapse(other, why=f"the refund is {refund.status}", now=now)
            lapsed = True
        else:
            proposals.approve(other, by=by, now=now)
            finish_refund(refund=refund, proof=refund.refund_id or other.proof, leaves=postings.BANK, now=now)
    if lapsed:
        raise proposals.lapsed()


def reject_other_way(*, other: OtherWay, why: str, by: User, now: dt.datetime) -> None:
    """Say that the transfer can't be confirmed, and why; one that Stripe had only refused for now is tried again."""
    require(can_decide_other_way(by, other))
    with transaction.atomic():
        proposals.reject(other, why=why, by=by, now=now)
        refund = lock_refund(other.refund_id)
        if refund.status == RefundStatus.FAILED and not refund.refund_id:
            refund.due_at = now
            refund.save(update_fields=["due_at"])
