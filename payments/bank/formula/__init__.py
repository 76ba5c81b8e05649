"""What can be told from texts and numbers alone: references, codes for a phone's camera, the bank's files."""

from payments.bank.formula.camt import Line, Statement, StatementError, read_statements
from payments.bank.formula.epc import epc_text
from payments.bank.formula.pain import Payment, PaymentFile, write_payments
from payments.bank.formula.references import clean_reference, creditor_reference, find_references, in_groups

__all__ = [
    "Line",
    "Payment",
    "PaymentFile",
    "Statement",
    "StatementError",
    "clean_reference",
    "creditor_reference",
    "epc_text",
    "find_references",
    "in_groups",
    "read_statements",
    "write_payments",
]
