"""Whose a movement at Stripe is: the row of ours it comes from, named as the ledger names it (its root)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from payments.enums import Place, ProposalStatus
from payments.models import ChargeAttempt, Dispute, OwnAdvance, Payout, Refund, TransferReversal
from payments.reconciliation.enums import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from payments.reconciliation.models import StripeMovement

    Roots = Mapping[str, str]


def roots_of(movements: Iterable[StripeMovement]) -> dict[int, str]:
    """Return movement id → root, for those of these movements whose row is known. A query or two for each family."""
    by_family: dict[Family, list[StripeMovement]] = {}
    for movement in movements:
        by_family.setdefault(movement.legs()[0].family, []).append(movement)
    found: dict[int, str] = {}
    for family, rows in by_family.items():
        finder = FINDERS.get(family)
        if finder is not None:
            found |= finder(rows)
    return found


def _said(movements: list[StripeMovement], name: str) -> set[str]:
    """Collect what the movements' metadata say under a name: our own rows, as we told them to Stripe."""
    return {movement.metadata[name] for movement in movements if movement.metadata.get(name)}


def _charges(movements: list[StripeMovement]) -> dict[int, str]:
    attempts = ChargeAttempt.objects.filter(
        Q(charge_id__in={movement.charge_id for movement in movements} - {""})
        | Q(idempotency_key__in=_said(movements, "attempt"))
        | Q(payment_intent_id__in={movement.payment_intent_id for movement in movements} - {""})
    ).values_list("idempotency_key", "charge_id", "payment_intent_id")
    by_key, by_charge, by_intent = {}, {}, {}
    for key, charge_id, intent_id in attempts:
        by_key[key], by_charge[charge_id], by_intent[intent_id] = key, key, key
    found = {}
    for movement in movements:
        root = (
            by_key.get(movement.metadata.get("attempt", ""))
            or by_charge.get(movement.charge_id or "-")
            or by_intent.get(movement.payment_intent_id or "-")
        )
        if root:
            found[movement.pk] = root
    return found


def _refunds(movements: list[StripeMovement]) -> dict[int, str]:
    by_id = dict(
        Refund.objects.filter(refund_id__in={movement.source_id for movement in movements})
        .exclude(refund_id="")
        .values_list("refund_id", "pk")
    )
    intents = {movement.payment_intent_id for movement in movements if movement.source_id not in by_id}
    named = {
        (refund.payment_intent_id, refund.name_at_stripe): refund.pk
        for refund in Refund.objects.filter(payment_intent_id__in=intents - {""})
    }
    found = {}
    for movement in movements:
        name = movement.metadata.get("refund", "")
        pk = by_id.get(movement.source_id) or named.get((movement.payment_intent_id, name))
        if pk:
            found[movement.pk] = f"refund:{pk}"
    return found


def _disputes(movements: list[StripeMovement]) -> dict[int, str]:
    wanted = {movement.source_id for movement in movements}
    known = dict(Dispute.objects.filter(stripe_id__in=wanted).values_list("stripe_id", "pk"))
    return _named("dispute", movements, known)


def _payouts(movements: list[StripeMovement]) -> dict[int, str]:
    wanted = {movement.transfer_id for movement in movements} - {""}
    known = dict(Payout.objects.filter(transfer_id__in=wanted).values_list("transfer_id", "pk"))
    said = {int(pk) for pk in _said(movements, "payout") if pk.isdigit()}
    there = set(Payout.objects.filter(pk__in=said).values_list("pk", flat=True))
    found = {}
    for movement in movements:
        name = movement.metadata.get("payout", "")
        pk = int(name) if name.isdigit() and int(name) in there else known.get(movement.transfer_id)
        if pk:
            found[movement.pk] = f"payout:{pk}"
    return found


def _reversals(movements: list[StripeMovement]) -> dict[int, str]:
    """A reversal of ours, by its id or its name; one made by hand undoes the payout of its transfer."""
    wanted = {movement.source_id for movement in movements}
    known = dict(
        TransferReversal.objects.filter(reversal_id__in=wanted)
        .exclude(reversal_id="")
        .values_list("reversal_id", "pk")
    )
    said = {name.removeprefix("reversal:") for name in _said(movements, "reversal")}
    there = TransferReversal.objects.filter(pk__in={int(pk) for pk in said if pk.isdigit()})
    names = {f"reversal:{pk}" for pk in there.values_list("pk", flat=True)}
    by_name = {
        movement.pk: movement.metadata["reversal"]
        for movement in movements
        if movement.metadata.get("reversal") in names
    }
    return _payouts(movements) | _named("reversal", movements, known) | by_name


def _to_bank(movements: list[StripeMovement]) -> dict[int, str]:
    return {movement.pk: f"stripe_payout:{movement.source_id}" for movement in movements}


def _advances(movements: list[StripeMovement]) -> dict[int, str]:
    live = OwnAdvance.objects.filter(
        place=Place.STRIPE, status__in=[ProposalStatus.PROPOSED, ProposalStatus.APPROVED]
    )
    wanted = {movement.source_id for movement in movements}
    known = dict(live.filter(proof__in=wanted).values_list("proof", "pk"))
    return _named("advance", movements, known)


def _named(prefix: str, movements: list[StripeMovement], known: Mapping[str, int]) -> dict[int, str]:
    return {
        movement.pk: f"{prefix}:{known[movement.source_id]}"
        for movement in movements
        if movement.source_id in known
    }


FINDERS: Mapping[Family, Callable[[list[StripeMovement]], dict[int, str]]] = {
    Family.CHARGE: _charges,
    Family.REFUND: _refunds,
    Family.DISPUTE: _disputes,
    Family.PAYOUT: _payouts,
    Family.REVERSAL: _reversals,
    Family.TO_BANK: _to_bank,
    Family.ADVANCE: _advances,
}


def charges_of_ours(movements: Iterable[StripeMovement]) -> set[int]:
    """Return the ids of the movements whose charge is one of ours, whatever has become of it."""
    return set(_charges(list(movements)))
