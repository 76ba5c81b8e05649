from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class DeskStatus(TextChoices):
    """Whether a desk takes cash."""

    OPEN = "open", _("Taking cash")
    SHUT = "shut", _("Shut")


DESK_TRANSITIONS: Transitions = {
    DeskStatus.OPEN: frozenset({DeskStatus.SHUT}),
    DeskStatus.SHUT: frozenset({DeskStatus.OPEN}),
}


class ReceiptKind(TextChoices):
    """What a numbered receipt says: cash that came in, one that is cancelled, cash that was handed back."""

    RECEIVED = "received", _("Cash received")
    CANCELLED = "cancelled", _("Cancellation")
    RETURNED = "returned", _("Cash handed back")


class ClosingStatus(TextChoices):
    """The life of a daily closing."""

    COUNTED = "counted", _("Counted, waiting for a second person")
    SIGNED = "signed", _("Countersigned")
    SENT = "sent", _("On its way to the bank")
    BANKED = "banked", _("Arrived at the bank")
    REJECTED = "rejected", _("To be counted again")


_C = ClosingStatus
CLOSING_TRANSITIONS: Transitions = {
    _C.COUNTED: frozenset({_C.SIGNED, _C.REJECTED}),
    _C.SIGNED: frozenset({_C.SENT}),
    _C.SENT: frozenset({_C.BANKED}),
    _C.BANKED: frozenset(),
    _C.REJECTED: frozenset(),
}
