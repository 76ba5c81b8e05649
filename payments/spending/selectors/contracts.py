"""What pages, the API and the desk read of contracts and their movements, and whether books and ledger agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from crowdfund.kit.desk import Task
from payments.ledger.selectors import balances
from payments.spending.enums import ContractStatus, MovementStatus
from payments.spending.models import Contract, ContractMovement
from payments.spending.permissions import can_confirm_contract, can_decide_movement, can_see_spending

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User
    from accounts.permissions import Visitor
    from campaigns.calls.models import Programme
    from payments.spending.models import ContractQuerySet


def contracts_seen_by(user: Visitor | None) -> ContractQuerySet:
    """Return what was booked to everybody, and what waits or was rejected to the municipality's desk."""
    every = Contract.objects.all() if can_see_spending(user) else Contract.objects.public()
    return every.select_related("programme")


def contracts_of(programme: Programme) -> ContractQuerySet:
    """Return a programme's contracts that stand, the newest act first."""
    return Contract.objects.filter(programme=programme, status=ContractStatus.CONFIRMED)


BADGES = {
    ContractStatus.RECORDED: "wait",
    ContractStatus.CONFIRMED: "ok",
    ContractStatus.REJECTED: "stop",
    ContractStatus.ANNULLED: "stop",
}


def contract_badge(contract: Contract) -> dict[str, str]:
    """Return a contract's state as a badge shows it."""
    status = ContractStatus(contract.status)
    return {"label": str(status.label), "kind": BADGES[status]}


def officer_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield the contracts and movements that wait for this person's confirmation."""
    if not can_see_spending(user):
        return
    recorded = Contract.objects.filter(status=ContractStatus.RECORDED).select_related("proposed_person")
    for contract in recorded.order_by("proposed_at", "pk"):
        if can_confirm_contract(user, contract):
            yield Task(_("Confirm a contract"), contract.subject, reverse("contract", args=[contract.pk]))
    waiting = ContractMovement.objects.filter(status=MovementStatus.PROPOSED).select_related(
        "contract", "proposed_person"
    )
    for movement in waiting:
        if can_decide_movement(user, movement):
            yield Task(
                _("Confirm a movement of a contract"),
                movement.contract.subject,
                reverse("contract_movement", args=[movement.pk]),
            )


def books_that_disagree() -> list[str]:
    """Compare every contract with the ledger; return a sentence for each difference, nothing when all is well."""
    found = {
        code: cents
        for code, cents in balances("bound:p", "disbursed:p").items()
        if not code.endswith(":opening")
    }
    wrong = []
    for row in Contract.objects.order_by("pk"):
        for name, cents in (("bound", row.bound_cents), ("disbursed", row.disbursed_cents)):
            booked = found.pop(f"{name}:p{row.programme_id}:{row.pk}", 0)
            if booked != cents:
                wrong.append(f"contract {row.pk}: {name} {cents}, ledger {booked}")
    wrong += [f"account {code} belongs to no contract: {cents}" for code, cents in sorted(found.items())]
    return wrong
