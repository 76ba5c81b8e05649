"""The platform's own money: paid in by two people's word, with a proof; and what waits while it is used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.notices.models import Notice
from accounts.permissions import require
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import record_birth
from payments import postings
from payments.enums import HeldUpBy, PayoutStatus, Place, RefundStatus
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.topups import read_top_up
from payments.models import OwnAdvance, Payout, Refund
from payments.permissions import can_decide_advance, can_propose_advance
from payments.selectors.reserve import reserve
from payments.services import proposals
from payments.services.circulars import officers, write_to_people

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

SEE_RESERVE = gettext_noop("See the reserve")
INTO = {Place.STRIPE: postings.STRIPE, Place.BANK: postings.BANK}
SHORTEST_PROOF = 3


def propose_advance(
    *, place: str, amount_cents: int, proof: str, reason: str, by: User, now: dt.datetime
) -> OwnAdvance:
    """Say that the platform's own money was paid in: into Stripe (`proof`: the top-up) or the bank (its reference).

    A top-up is looked up: it must have arrived, with this amount. Raises `Invalid`, or `Refused` when the proof was
    used already or Stripe can't be reached.
    """
    require(can_propose_advance(by))
    proof = proof.strip()
    if place not in Place.values:
        raise Invalid("unknown_place", _("Choose where the money is."), field="place")
    proposals.check_amount(amount_cents)
    if not SHORTEST_PROOF <= len(proof) <= 64:  # noqa: PLR2004 - the field's length
        raise Invalid("missing", _("Write the number by which the payment can be found."), field="proof")
    text = proposals.clean_reason(reason)
    if place == Place.STRIPE:
        _check_top_up(proof, amount_cents)
    try:
        with transaction.atomic():
            advance = OwnAdvance.objects.create(
                place=place,
                amount_cents=amount_cents,
                proof=proof,
                reason=text,
                **OwnAdvance.proposal(by, now),
            )
            record_birth(advance, now=now, by=by)
    except IntegrityError as error:
        raise Refused("proof_used", _("This payment is recorded already."), field="proof") from error
    return advance


def _check_top_up(top_up_id: str, cents: int) -> None:
    try:
        found = read_top_up(top_up_id)
    except GatewayRefused as refused:
        raise Invalid("no_top_up", _("Stripe knows no top-up by this id."), field="proof") from refused
    except GatewayError as error:
        raise Refused(
            "stripe_unreachable", _("The payment service can't be reached now. Try again in a few minutes.")
        ) from error
    if not found.arrived:
        raise Invalid("top_up_pending", _("This top-up has not arrived yet."), field="proof")
    if found.cents != cents:
        raise Invalid("other_amount", _("The top-up has another amount."), field="amount_cents")


def approve_advance(*, advance: OwnAdvance, by: User, now: dt.datetime) -> None:
    """Confirm that the money is there: it is booked, and what waited for it goes on.

    A top-up is looked up once more: one that was taken back since makes the proposal void (`Refused`).
    """
    require(can_decide_advance(by, advance))
    if advance.place == Place.STRIPE and not _still_there(advance):
        proposals.let_lapse(advance, why="the top-up has changed", now=now)
        raise proposals.lapsed()
    with transaction.atomic():
        proposals.approve(advance, by=by, now=now)
        postings.own_advance(
            into=INTO[Place(advance.place)],
            cents=advance.amount_cents,
            reference=f"advance:{advance.pk}",
            now=now,
        )
        Refund.objects.filter(status=RefundStatus.WAITING).update(due_at=now)
        Payout.objects.filter(status=PayoutStatus.WAITING, error=HeldUpBy.RESERVE).update(due_at=now)
        for drain in ("refunds.execute", "refunds.waiting", "payouts.execute"):
            jobs.wake(drain)


def _still_there(advance: OwnAdvance) -> bool:
    try:
        _check_top_up(advance.proof, advance.amount_cents)
    except Invalid:
        return False
    return True


def reject_advance(*, advance: OwnAdvance, why: str, by: User, now: dt.datetime) -> None:
    """Say that the money is not there, and why."""
    require(can_decide_advance(by, advance))
    with transaction.atomic():
        proposals.reject(advance, why=why, by=by, now=now)


def tell_reserve_empty(*, now: dt.datetime) -> None:
    """Tell the officers that refunds and payouts wait for the platform's own money: once a day."""
    day = now.astimezone(clock.CIVIL).date().isoformat()
    if Notice.objects.filter(event="reserve_empty", dedupe__startswith=f"reserve_empty:{day}:").exists():
        return
    left = reserve(Place.STRIPE)
    write_to_people(
        officers(),
        "reserve_empty",
        page="reserve",
        args=[],
        label=SEE_RESERVE,
        once=day,
        now=now,
        missing_cents=left.fronted_cents - left.left_cents,
    )
