"""Pure arithmetic of pledges and charges: days of banks, fees, what is held back. No database and no clock."""

from payments.formula.days import business_days_later, is_business_day
from payments.formula.fees import fee_cents
from payments.formula.holdback import DEBIT_RISK_DAYS, LONGEST_HOLD_BACK_DAYS, percent_held
from payments.formula.tranches import milestone_left
from payments.formula.unspent import Unspent, split_unspent

__all__ = [
    "DEBIT_RISK_DAYS",
    "LONGEST_HOLD_BACK_DAYS",
    "Unspent",
    "business_days_later",
    "fee_cents",
    "is_business_day",
    "milestone_left",
    "percent_held",
    "split_unspent",
]
