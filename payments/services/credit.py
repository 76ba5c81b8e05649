"""Paying out what came by transfer or in cash: a transfer of our bank, in a list that two people approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.enums import PAYOUT_TRANSITIONS, DisbursementStatus, HeldUpBy, PayoutKind, PayoutStatus, Place
from payments.locks import lock_channel, lock_disbursement, lock_payout
from payments.selectors.payees import same_payee
from payments.selectors.releasable import releasable
from payments.selectors.reserve import reserve
from payments.selectors.tranches import is_stopped
from payments.services.payout import finish_payout

if TYPE_CHECKING:
    import datetime as dt

    from payments.models import Payout


def why_not_yet(payout: Payout, now: dt.datetime) -> str:
    """Say why a bank transfer may not leave now: `status`, `payee_changed`, or a `HeldUpBy`; empty when it may."""
    decision = payout.disbursement
    if payout.kind != PayoutKind.CREDIT_TRANSFER or payout.status != PayoutStatus.CREATED:
        return "status"
    if decision.status != DisbursementStatus.APPROVED or payout.amount_cents != decision.amount_cents:
        return "status"
    if not same_payee(decision):
        return "payee_changed"
    if is_stopped(decision.campaign_id):
        return HeldUpBy.STOPPED
    if releasable(decision.campaign, decision.channel, now).free_cents < 0:
        return HeldUpBy.FROZEN
    return HeldUpBy.RESERVE if not reserve(Place.BANK).covers else ""


def send_credit_payout(*, payout: Payout, now: dt.datetime) -> None:
    """Note that a bank transfer is on its way: its list was given to the bank. What was approved is compared once more.

    Raises `Refused` when it may not leave: the payee has changed, backers dispute more than is left, the reserve is
    empty.
    """
    with transaction.atomic():
        lock_channel(payout.disbursement.campaign_id, payout.disbursement.channel)
        lock_disbursement(payout.disbursement_id)
        locked = lock_payout(payout.pk)
        if why := why_not_yet(locked, now):
            raise Refused(
                why, _("This payout may not leave now: what was approved has changed, or is frozen.")
            )
        advance(locked, PayoutStatus.UNKNOWN, table=PAYOUT_TRANSITIONS, now=now)
    payout.refresh_from_db()


def finish_credit_payout(*, payout: Payout, proof: str, now: dt.datetime) -> None:
    """Book a bank transfer that a statement shows as gone; `proof` is its end-to-end id."""
    with transaction.atomic():
        lock_channel(payout.disbursement.campaign_id, payout.disbursement.channel)
        decision = lock_disbursement(payout.disbursement_id)
        locked = lock_payout(payout.pk)
        finish_payout(payout=locked, decision=decision, proof=proof, now=now, leaves=postings.BANK)
    payout.refresh_from_db()
