"""What Stripe's fee of a charge comes to, about: for pages before the charge. What is booked is what Stripe took.

Stripe's published prices in Italy: cards of the European Economic Area 1.5 % + € 0.25, SEPA direct debit € 0.35.
"""

_PER_MILLE = {"card": 15, "sepa_debit": 0}
_FIXED_CENTS = {"card": 25, "sepa_debit": 35}


def fee_cents(amount_cents: int, method: str = "card") -> int:
    """Estimate the fee of charging `amount_cents` by this method, in whole cents rounded up."""
    return -(-amount_cents * _PER_MILLE[method] // 1000) + _FIXED_CENTS[method]
