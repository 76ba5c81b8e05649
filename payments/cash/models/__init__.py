"""Cash as rows: where it is taken and by whom, each receipt, each daily closing."""

from payments.cash.models.closings import DeskClosing, DeskClosingEvent
from payments.cash.models.desks import CashDesk, CashDeskEvent, DeskOperator, DeskSeries
from payments.cash.models.receipts import DeskReceipt, ReturnByTransfer

__all__ = [
    "CashDesk",
    "CashDeskEvent",
    "DeskClosing",
    "DeskClosingEvent",
    "DeskOperator",
    "DeskReceipt",
    "DeskSeries",
    "ReturnByTransfer",
]
