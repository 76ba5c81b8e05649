"""Accepting a dispute: the backer keeps the money and it is lost, so two people decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import record_birth
from payments.enums import AnswerKind, ProposalStatus
from payments.locks import lock_dispute
from payments.models import DisputeAcceptance
from payments.permissions import can_decide_acceptance, can_propose_acceptance
from payments.services import proposals
from payments.services.dispute_answers import write_answer
from payments.services.dispute_open import check_open

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.models import Dispute


def propose_acceptance(*, dispute: Dispute, reason: str, by: User, now: dt.datetime) -> DisputeAcceptance:
    """Propose to accept a dispute: the campaign loses the money. Another person decides, before the time is over.

    Raises `Invalid` without a reason, `Refused` when it is answered, too late, or proposed already.
    """
    require(can_propose_acceptance(by, dispute))
    words = proposals.clean_reason(reason)
    try:
        with transaction.atomic():
            locked = lock_dispute(dispute.pk)
            check_open(locked, now)
            acceptance = DisputeAcceptance.objects.create(
                dispute=locked, reason=words, **DisputeAcceptance.proposal(by, now)
            )
            record_birth(acceptance, now=now, by=by)
    except IntegrityError as error:
        raise Refused("proposed_already", _("This is proposed already: another person decides.")) from error
    return acceptance


def approve_acceptance(*, acceptance: DisputeAcceptance, by: User, now: dt.datetime) -> None:
    """Accept the dispute: Stripe is told. Void (`Refused`) when it was answered, or its time has passed, since."""
    require(can_decide_acceptance(by, acceptance))
    gone = False
    with transaction.atomic():
        locked = lock_dispute(acceptance.dispute_id)
        try:
            check_open(locked, now)
        except Refused as refused:
            gone = acceptance.status == ProposalStatus.PROPOSED
            if not gone:
                raise
            proposals.let_lapse(acceptance, why=refused.code, now=now)
        else:
            proposals.approve(acceptance, by=by, now=now)
            write_answer(acceptance.dispute, AnswerKind.ACCEPT, "", by, now)
    if gone:
        raise proposals.lapsed()


def reject_acceptance(*, acceptance: DisputeAcceptance, why: str, by: User, now: dt.datetime) -> None:
    """Say why it is not accepted: it can still be answered."""
    require(can_decide_acceptance(by, acceptance))
    with transaction.atomic():
        proposals.reject(acceptance, why=why, by=by, now=now)
