"""What the ledger says to whoever listens."""

from django.dispatch import Signal

transfer_posted = Signal()
"""Sent inside the transaction of the deed, after a transfer or a reversal was appended: `transfer`."""
