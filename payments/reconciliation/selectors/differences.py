"""What pages, the desk, the command and the API read of differences: words, and the two sides behind each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crowdfund.kit.desk import Task
from payments import postings
from payments.enums import ProposalStatus
from payments.ledger.models import LedgerTransfer
from payments.reconciliation.enums import DifferenceStatus, Family
from payments.reconciliation.formula import CODES
from payments.reconciliation.models import (
    Difference,
    DifferenceAcceptance,
    DifferenceEvent,
    ReconciliationRun,
    StripeMovement,
)
from payments.reconciliation.permissions import can_decide_acceptance, can_see_differences
from payments.reconciliation.selectors.bank_side import bank_transfers_of
from payments.reconciliation.selectors.sides import NO_ROW, Sides, as_booked, both_sides

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from accounts.models import User


OF_THE_BANK = frozenset({Family.BANK, Family.TRANSIT})


def open_differences() -> QuerySet[Difference]:
    """Return what is open, the oldest first."""
    return Difference.objects.filter(status=DifferenceStatus.OPEN).order_by("opened_at", "pk")


def runs() -> QuerySet[ReconciliationRun]:
    """Return the reconciliations, newest first."""
    return ReconciliationRun.objects.select_related("asked_by")


def happened(difference: Difference) -> list[tuple[DifferenceEvent, str]]:
    """Return what happened to a difference, oldest first, each with the state in words."""
    events = difference.events.select_related("by")
    return [(event, str(DifferenceStatus(event.to_status).label)) for event in events]


def movements_of(difference: Difference) -> QuerySet[StripeMovement]:
    """Return Stripe's movements behind a difference, oldest first."""
    root = difference.root
    if difference.family in OF_THE_BANK:
        return StripeMovement.objects.none()
    if root.startswith(NO_ROW):
        return StripeMovement.objects.filter(pk=int(root.removeprefix(NO_ROW)))
    return (
        StripeMovement.objects.filter(root=root).exclude(root="") if root else StripeMovement.objects.none()
    )


def transfers_of(difference: Difference) -> QuerySet[LedgerTransfer]:
    """Return the postings behind a difference, on `cash:stripe` or on `cash:bank`, oldest first."""
    if not difference.root:
        return LedgerTransfer.objects.none()
    if difference.family in OF_THE_BANK:
        return bank_transfers_of(difference.root)
    codes = [code for code, family in CODES.items() if family == difference.family]
    root, begins = difference.root, f"{difference.root}:"
    own = Q(reverses__isnull=True) & (Q(reference=root) | Q(reference__startswith=begins))
    undoing = Q(reverses__reference=root) | Q(reverses__reference__startswith=begins)
    at_stripe = Q(debit=postings.STRIPE) | Q(credit=postings.STRIPE)
    of_family = Q(code__in=codes) if codes else ~Q(code__in=list(CODES))
    return LedgerTransfer.objects.filter(at_stripe, of_family, own | undoing).order_by("id")


def sides_of(difference: Difference) -> Sides:
    """Sum the two sides of a difference anew."""
    sides = both_sides(movements_of(difference), as_booked(transfers_of(difference)))
    return sides.get((Family(difference.family), difference.root), Sides())


def sentence_of(difference: Difference) -> str:
    """Say in one line what a difference is about: the thing, and where to find it."""
    name = difference.root if difference.root and not difference.root.startswith(NO_ROW) else ""
    parts = [str(difference.get_family_display()), difference.source, name]
    return " · ".join(part for part in parts if part)


def acceptances() -> QuerySet[DifferenceAcceptance]:
    """Return what was said of differences that may stand, newest first."""
    return DifferenceAcceptance.objects.select_related(
        "difference", "proposed_by", "proposed_person", "decided_by"
    )


def proposed_acceptance(difference: Difference) -> DifferenceAcceptance | None:
    """Return the proposal to let a difference stand that waits for its decision."""
    return acceptances().filter(difference=difference, status=ProposalStatus.PROPOSED).first()


def _acceptance_tasks(user: User) -> list[Task]:
    waiting = acceptances().filter(status=ProposalStatus.PROPOSED, difference__status=DifferenceStatus.OPEN)
    return [
        Task(
            _("Decide whether a difference may stand"),
            sentence_of(one.difference),
            reverse("difference", args=[one.difference_id]),
        )
        for one in waiting[:20]
        if can_decide_acceptance(user, one)
    ]


def officer_tasks(user: User, now: dt.datetime) -> list[Task]:
    """Say that the books differ, while they do, and which differences another person wants to let stand."""
    if not can_see_differences(user):
        return []
    return [*_acceptance_tasks(user), *_open_tasks()]


def _open_tasks() -> list[Task]:
    count = open_differences().count()
    if not count:
        return []
    subject = ngettext("%(count)d difference", "%(count)d differences", count) % {"count": count}
    return [Task(_("The books differ from Stripe or the bank"), subject, reverse("reconciliation"))]
