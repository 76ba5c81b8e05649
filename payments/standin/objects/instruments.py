"""What a payment method is made of: a test card or a test IBAN, kept as a private fact."""

import hashlib

from payments.standin.call import Call, private
from payments.standin.cards import CARDS, Card
from payments.standin.errors import Body, not_modelled
from payments.standin.ibans import IBANS, Iban

CARD, DEBIT = "card", "sepa_debit"
KNOWN_TYPES = (CARD, DEBIT)
_EMPTY_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
EXPIRY = (12, 2034)


def allowed_types(params: Body) -> list[str]:
    """The types a request allows; cards alone when it leaves them to the Dashboard, whose settings are not played."""
    wanted: list[str] = params.get("allowed_payment_method_types") or [CARD]
    unknown = set(wanted) - set(KNOWN_TYPES)
    if unknown:
        raise not_modelled(f"payments by {', '.join(sorted(unknown))}", param="allowed_payment_method_types")
    return list(wanted)


def from_card(
    call: Call,
    card: Card,
    *,
    email: str | None = None,
    name: str | None = None,
    expiry: tuple[int, int] = EXPIRY,
) -> Body:
    """A new card payment method, attached to nobody. `expiry` is (month, year)."""
    return _build(call, CARD, card.number, _card_hash(card, expiry), email=email, name=name)


def from_iban(call: Call, iban: Iban, *, email: str | None = None, name: str | None = None) -> Body:
    """A new SEPA debit payment method, attached to nobody, without a mandate yet."""
    number = iban.number
    details = {
        "bank_code": number[iban.bank],
        "branch_code": number[iban.branch] if iban.branch else None,
        "country": iban.country,
        "fingerprint": fingerprint(number),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban.last4,
    }
    return _build(call, DEBIT, number, details, email=email, name=name)


def _build(call: Call, kind: str, number: str, details: Body, *, email: str | None, name: str | None) -> Body:
    billing = {"address": _EMPTY_ADDRESS, "email": email, "name": name, "phone": None, "tax_id": None}
    method = call.new(
        "payment_method",
        "pm",
        type=kind,
        billing_details=billing,
        metadata={},
        allow_redisplay="unspecified",
        **{kind: details},
    )
    private(method).update(number=number, set_up=False, spent=False)
    return call.save(method)


def fingerprint(number: str) -> str:
    """The same for the same card or account, and nothing else."""
    return hashlib.sha256(number.encode()).hexdigest()[:16]


def _card_hash(card: Card, expiry: tuple[int, int]) -> Body:
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
    return {
        "brand": card.brand,
        "checks": checks,
        "country": "IT",
        "display_brand": card.brand,
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": fingerprint(card.number),
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def is_debit(method: Body) -> bool:
    """Whether a payment method is a SEPA debit."""
    return bool(method["type"] == DEBIT)


def test_card(method: Body) -> Card:
    """Which test card a card payment method is."""
    return CARDS[method["_standin"]["number"]]


def test_iban(method: Body) -> Iban:
    """Which test IBAN a SEPA debit payment method is."""
    return IBANS[method["_standin"]["number"]]


def setup_decline(method: Body) -> tuple[str, str] | None:
    """Why a bank would not let it be kept; a debit's bank is not asked."""
    return None if is_debit(method) else test_card(method).setup_decline


def refund_outcome(method: Body) -> str:
    """What becomes of a refund to it."""
    return "succeeded" if is_debit(method) else test_card(method).refund_outcome
