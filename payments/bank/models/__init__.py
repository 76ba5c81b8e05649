"""The bank, as rows: what was promised, what the statements say, and what leaves."""

from payments.bank.models.lists import CreditList, CreditListEvent, ListItem, ListItemEvent
from payments.bank.models.matches import LineMatch, LineMatchEvent
from payments.bank.models.opening import OpeningBalance, OpeningBalanceEvent
from payments.bank.models.statements import BankLine, BankLineEvent, BankStatement, Excess, ExcessEvent
from payments.bank.models.transfers import TransferPledge

__all__ = [
    "BankLine",
    "BankLineEvent",
    "BankStatement",
    "CreditList",
    "CreditListEvent",
    "Excess",
    "ExcessEvent",
    "LineMatch",
    "LineMatchEvent",
    "ListItem",
    "ListItemEvent",
    "OpeningBalance",
    "OpeningBalanceEvent",
    "TransferPledge",
]
