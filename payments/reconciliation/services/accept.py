"""Letting a difference stand: one person says why, another agrees, for what differs may be money that is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance, record_birth
from payments.enums import ProposalStatus
from payments.reconciliation.enums import DIFFERENCE_TRANSITIONS, DifferenceStatus
from payments.reconciliation.models import DifferenceAcceptance
from payments.reconciliation.permissions import can_decide_acceptance, can_propose_acceptance
from payments.reconciliation.services.resolve import check_open, lock_difference
from payments.services import proposals

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.reconciliation.models import Difference


def propose_acceptance(
    *, difference: Difference, why: str, by: User, now: dt.datetime
) -> DifferenceAcceptance:
    """Propose to let a difference stand, with the reason; another person decides. For officers.

    Raises `Invalid`, `NotAllowed`, or `Refused` when it is closed, or proposed already.
    """
    require(can_propose_acceptance(by))
    reason = proposals.clean_reason(why, field="why")
    try:
        with transaction.atomic():
            locked = lock_difference(difference.pk)
            check_open(locked)
            acceptance = DifferenceAcceptance.objects.create(
                difference=locked,
                amount_cents=locked.difference_cents,
                reason=reason,
                **DifferenceAcceptance.proposal(by, now),
            )
            record_birth(acceptance, now=now, by=by)
    except IntegrityError as error:
        raise Refused("proposed_already", _("This is proposed already: another person decides.")) from error
    return acceptance


def approve_acceptance(*, acceptance: DifferenceAcceptance, by: User, now: dt.datetime) -> None:
    """Let it stand: it is opened again when its amount changes. For approvers, never for who proposed it.

    One that is closed by now, or whose amount has changed since, makes the proposal void (`Refused`).
    """
    require(can_decide_acceptance(by, acceptance))
    with transaction.atomic():
        locked = lock_difference(acceptance.difference_id)
        cents = acceptance.amount_cents
        stands = locked.status == DifferenceStatus.OPEN and locked.difference_cents == cents
        if stands:
            proposals.approve(acceptance, by=by, now=now)
            advance(
                locked,
                DifferenceStatus.ACCEPTED,
                table=DIFFERENCE_TRANSITIONS,
                now=now,
                by=by,
                why=acceptance.reason,
                closed_at=now,
                closed_by=by,
                accepted_cents=cents,
                reason=acceptance.reason,
            )
        elif acceptance.status == ProposalStatus.PROPOSED:
            proposals.let_lapse(acceptance, why="the difference has changed", now=now)
    if not stands:
        raise proposals.lapsed()


def reject_acceptance(*, acceptance: DifferenceAcceptance, why: str, by: User, now: dt.datetime) -> None:
    """Say why it may not stand: it is open again. For approvers, never for who proposed it."""
    require(can_decide_acceptance(by, acceptance))
    with transaction.atomic():
        proposals.reject(acceptance, why=why, by=by, now=now)
