"""What part of collected money waits before it is released."""

DEBIT_RISK_DAYS = 56
"""For eight weeks whoever was debited gets the money back from their bank, no questions asked (SEPA Core scheme)."""

LONGEST_HOLD_BACK_DAYS = 60


def percent_held(cents: int, percent: int) -> int:
    """Return `percent` of an amount in whole cents, rounded up: never less is held than the rule says."""
    return -(-cents * percent // 100)
