"""Emails to whoever gave cash and left an address: rows queued inside the transaction of what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from payments.services.letters import desk_receipt_url, write_to_backer

if TYPE_CHECKING:
    import datetime as dt

    from payments.cash.models import DeskReceipt


def tell_received(*, receipt: DeskReceipt, now: dt.datetime) -> None:
    """Send the receipt of cash that was taken."""
    _tell(receipt, "cash_received", now)


def tell_cancelled(*, receipt: DeskReceipt, now: dt.datetime) -> None:
    """Say that a receipt was cancelled, and why."""
    _tell(receipt, "cash_cancelled", now)


def tell_handed_back(*, receipt: DeskReceipt, now: dt.datetime) -> None:
    """Say that cash was handed back, and who signed for it."""
    _tell(receipt, "cash_handed_back", now)


def _tell(receipt: DeskReceipt, event: str, now: dt.datetime) -> None:
    pledge = receipt.pledge
    with translation.override(pledge.language):
        label = _("Open the receipt")
    write_to_backer(
        pledge,
        event,
        now=now,
        once=str(receipt.pk),
        number=receipt.full_number,
        cancelled=receipt.cancels.full_number if receipt.cancels else "",
        why=receipt.why,
        signed_by=receipt.signed_by,
        desk=receipt.desk_name,
        action_url=desk_receipt_url(pledge),
        action_label=label,
    )
