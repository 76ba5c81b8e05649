"""What must equal what: each kind of movement at Stripe, and each posting that touches `cash:stripe`, by family.

Both sides are summed by (family, root): the root is what the references of one row's postings begin with, like
`pledge:7:charge:1` or `refund:3`. Where the sums agree to the cent, everything that happened to that row is booked.
Types as in Stripe's documentation, "Balance transaction types".
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from payments.reconciliation.enums import Family

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Leg:
    """A part of a movement, in whole cents as it changes the balance."""

    family: Family
    cents: int


_FEE = Family.STRIPE_FEE
# Stripe's type → the family of its gross amount, and of the fee taken with it
KNOWN_TYPES: Mapping[str, tuple[Family, Family]] = {
    "charge": (Family.CHARGE, Family.CHARGE_FEE),
    "payment": (Family.CHARGE, Family.CHARGE_FEE),  # by direct debit: there while the bank has not answered
    "payment_failure_refund": (Family.CHARGE, Family.CHARGE_FEE),  # a debit that the bank refused
    "payment_reversal": (Family.CHARGE, Family.CHARGE_FEE),
    "refund": (Family.REFUND, _FEE),
    "refund_failure": (Family.REFUND, _FEE),
    "payment_refund": (Family.REFUND, _FEE),
    "transfer": (Family.PAYOUT, _FEE),
    "transfer_cancel": (Family.PAYOUT, _FEE),
    "transfer_failure": (Family.PAYOUT, _FEE),
    "transfer_refund": (Family.REVERSAL, _FEE),
    "payout": (Family.TO_BANK, _FEE),
    "payout_cancel": (Family.TO_BANK, _FEE),
    "payout_failure": (Family.TO_BANK, _FEE),
    "topup": (Family.ADVANCE, _FEE),
    "topup_reversal": (Family.ADVANCE, _FEE),
    "stripe_fee": (_FEE, _FEE),
    "stripe_fx_fee": (_FEE, _FEE),
    "tax_fee": (_FEE, _FEE),
}
# An adjustment says in its reporting category what it is
ADJUSTMENTS: Mapping[str, tuple[Family, Family]] = {
    "dispute": (Family.DISPUTE, Family.DISPUTE_FEE),
    "dispute_reversal": (Family.DISPUTE, Family.DISPUTE_FEE),
    "fee": (_FEE, _FEE),
}
# Of parts of Stripe that this project does not use: one of them is always a question for a person
NEVER_EXPECTED = frozenset(
    {
        "advance",
        "advance_funding",
        "anticipation_repayment",
        "application_fee",
        "application_fee_refund",
        "climate_order_purchase",
        "climate_order_refund",
        "connect_collection_transfer",
        "contribution",
        "fee_credit_funding",
        "inbound_transfer",
        "inbound_transfer_reversal",
        "issuing_authorization_hold",
        "issuing_authorization_release",
        "issuing_dispute",
        "issuing_dispute_provisional_credit",
        "issuing_dispute_provisional_credit_reversal",
        "issuing_transaction",
        "obligation_outbound",
        "obligation_reversal_inbound",
        "payment_network_reserve_hold",
        "payment_network_reserve_release",
        "payment_unreconciled",
        "payout_minimum_balance_hold",
        "payout_minimum_balance_release",
        "reserve_hold",
        "reserve_release",
        "reserve_transaction",
        "reserved_funds",
        "stripe_balance_payment_debit",
        "stripe_balance_payment_debit_reversal",
        "tax_fund",
    }
)
EURO, PAYMENTS = "eur", "payments"
FEES_OF_ROWS = frozenset({Family.CHARGE_FEE, Family.DISPUTE_FEE})


def legs_of(
    *, kind: str, category: str, gross_cents: int, fee_cents: int, currency: str, balance_type: str
) -> list[Leg]:
    """Split a movement into what its gross amount and its fee are about; nothing of a kind is left out.

    What no table knows, what is not in euro or not of the payments balance is `OTHER`, with all its cents.
    """
    families = ADJUSTMENTS.get(category) if kind == "adjustment" else KNOWN_TYPES.get(kind)
    if families is None or currency != EURO or balance_type != PAYMENTS:
        return [Leg(Family.OTHER, gross_cents - fee_cents)]
    gross, fee = families
    legs = [Leg(gross, gross_cents), Leg(fee, -fee_cents)]
    return [leg for leg in legs if leg.cents] or legs[:1]


# The ledger's code → family; the sums of the postings on `cash:stripe` are compared with the movements'
CODES: Mapping[str, Family] = {
    "charge_collected": Family.CHARGE,
    "charge_fee": Family.CHARGE_FEE,
    "refund_paid": Family.REFUND,
    "dispute_opened": Family.DISPUTE,
    "dispute_won": Family.DISPUTE,
    "dispute_fee": Family.DISPUTE_FEE,
    "dispute_fee_returned": Family.DISPUTE_FEE,
    "payout_executed": Family.PAYOUT,
    "transfer_reversed": Family.REVERSAL,
    "stripe_to_bank": Family.TO_BANK,
    "own_advance": Family.ADVANCE,
    "receivable_paid": Family.ADVANCE,
    "stripe_fee": Family.STRIPE_FEE,
    "stripe_fee_returned": Family.STRIPE_FEE,
}
_PARTS = {Family.CHARGE: 4, Family.CHARGE_FEE: 4, Family.OTHER: 99}
"""How many parts of a reference name the row; two where nothing else is said (`refund:3`)."""


def family_of(code: str) -> Family:
    """Say what a posting on `cash:stripe` is about."""
    return CODES.get(code, Family.OTHER)


def root_of(family: Family, reference: str) -> str:
    """Cut a posting's reference down to what names its row: what follows tells its postings apart."""
    return ":".join(reference.split(":")[: _PARTS.get(family, 2)])


def key_of(leg: Leg, root: str, movement_name: str) -> tuple[Family, str]:
    """Say which sum of the ledger a leg belongs to. `movement_name` stands in where no row of ours is known.

    A fee that belongs to no row of ours is a fee of the movement itself. A transfer to an organisation that came back
    without a reversal of ours undoes the payout.
    """
    if leg.family == Family.STRIPE_FEE or (leg.family in FEES_OF_ROWS and not root):
        return Family.STRIPE_FEE, movement_name
    if leg.family == Family.REVERSAL and root.startswith("payout:"):
        return Family.PAYOUT, root
    return leg.family, root or movement_name
