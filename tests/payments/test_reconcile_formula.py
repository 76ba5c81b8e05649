"""Every kind of movement has its place, and every posting its name."""

from __future__ import annotations

import inspect
import re

import pytest
import stripe

from payments import postings
from payments.reconciliation.enums import Family
from payments.reconciliation.formula import (
    ADJUSTMENTS,
    CODES,
    KNOWN_TYPES,
    NEVER_EXPECTED,
    Leg,
    family_of,
    key_of,
    legs_of,
    root_of,
)


def types_of_the_sdk() -> set[str]:
    """What the installed SDK says that a balance transaction can be."""
    source = inspect.getsource(stripe.BalanceTransaction)
    block = re.search(r"\n    type: Union\[\s*Literal\[(.*?)\]", source, re.DOTALL)
    assert block
    return set(re.findall(r'"([a-z_]+)"', block[1]))


def test_every_type_that_stripe_knows_has_its_place():
    known = set(KNOWN_TYPES) | NEVER_EXPECTED | {"adjustment"}
    assert types_of_the_sdk() - known == set()
    assert not set(KNOWN_TYPES) & NEVER_EXPECTED


def test_every_posting_at_stripe_has_a_family():
    """Whatever is booked on `cash:stripe` by a function of postings.py is compared with a movement."""
    source = inspect.getsource(postings)
    calls = re.findall(r'_cash\(\s*"(\w+)",\s*([^,]+),\s*([^,]+),', source)
    touching = {code for code, *accounts in calls if {"STRIPE", "into", "leaves"} & set(accounts)}
    assert touching == set(CODES)


def legs(
    kind: str, gross: int, fee: int = 0, category: str = "", currency: str = "eur", of: str = "payments"
):
    return legs_of(
        kind=kind, category=category, gross_cents=gross, fee_cents=fee, currency=currency, balance_type=of
    )


@pytest.mark.parametrize(
    ("movement", "expected"),
    [
        (("charge", 10_000, 175), [(Family.CHARGE, 10_000), (Family.CHARGE_FEE, -175)]),
        (("payment_failure_refund", -10_000), [(Family.CHARGE, -10_000)]),
        (("refund", -500), [(Family.REFUND, -500)]),
        (("refund_failure", 500), [(Family.REFUND, 500)]),
        (("adjustment", -900, 2_000, "dispute"), [(Family.DISPUTE, -900), (Family.DISPUTE_FEE, -2_000)]),
        (("adjustment", 900, 0, "dispute_reversal"), [(Family.DISPUTE, 900)]),
        (("adjustment", -900, 0, "risk"), [(Family.OTHER, -900)]),
        (("transfer", -700), [(Family.PAYOUT, -700)]),
        (("transfer_refund", 700), [(Family.REVERSAL, 700)]),
        (("payout", -700, 20), [(Family.TO_BANK, -700), (Family.STRIPE_FEE, -20)]),
        (("topup", 700), [(Family.ADVANCE, 700)]),
        (("stripe_fee", -12), [(Family.STRIPE_FEE, -12)]),
        (("reserve_hold", -12), [(Family.OTHER, -12)]),
        (("something_new", -12, 3), [(Family.OTHER, -15)]),
        (("charge", 100, 5, "charge", "usd"), [(Family.OTHER, 95)]),
        (("charge", 100, 5, "charge", "eur", "issuing"), [(Family.OTHER, 95)]),
    ],
)
def test_a_movement_is_split_into_what_it_is_about(movement, expected):
    assert [(leg.family, leg.cents) for leg in legs(*movement)] == expected


def test_no_cent_is_lost():
    for kind in [*KNOWN_TYPES, *sorted(NEVER_EXPECTED), "adjustment", "new"]:
        for category in ("", *ADJUSTMENTS):
            for gross, fee in ((10_000, 175), (-10_000, 0), (0, 35), (-1, -2), (0, 0)):
                assert sum(leg.cents for leg in legs(kind, gross, fee, category)) == gross - fee, kind


def test_references_are_cut_down_to_their_row():
    assert root_of(Family.CHARGE, "pledge:7:charge:2") == "pledge:7:charge:2"
    assert root_of(Family.CHARGE_FEE, "pledge:7:charge:2:platform") == "pledge:7:charge:2"
    assert root_of(Family.REFUND, "refund:3:4:failed") == "refund:3"
    assert root_of(Family.PAYOUT, "payout:9:2:back") == "payout:9"
    assert root_of(Family.DISPUTE_FEE, "dispute:1:fee:2000") == "dispute:1"
    assert root_of(Family.OTHER, "a:b:c:d") == "a:b:c:d"
    assert family_of("something_else") == Family.OTHER


def test_what_belongs_to_no_row_stands_for_itself():
    assert key_of(Leg(Family.CHARGE, 5), "", "m:1") == (Family.CHARGE, "m:1")
    assert key_of(Leg(Family.CHARGE_FEE, -5), "", "m:1") == (Family.STRIPE_FEE, "m:1")
    assert key_of(Leg(Family.CHARGE_FEE, -5), "pledge:1:charge:1", "m:1")[0] == Family.CHARGE_FEE
    assert key_of(Leg(Family.STRIPE_FEE, -5), "refund:1", "m:1") == (Family.STRIPE_FEE, "m:1")
    assert key_of(Leg(Family.REVERSAL, 5), "payout:2", "m:1") == (Family.PAYOUT, "payout:2")
