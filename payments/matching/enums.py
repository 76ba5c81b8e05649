from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class FundKind(TextChoices):
    """Whose money a pot is."""

    MUNICIPALITY = "municipality", _("The city's")
    SPONSOR = "sponsor", _("A sponsor's")


class FundMoney(TextChoices):
    """Where the money of a pot lies until it is paid."""

    TREASURY = "treasury", _("With who gives it: they pay the organisation directly")
    HELD = "held", _("In our account: it counts once it has arrived")


class ReservationStatus(TextChoices):
    """The life of a match reservation."""

    RESERVED = "reserved", _("Reserved")
    PROPOSED = "proposed", _("Match proposed")
    RECORDED = "recorded", _("Act recorded, to be confirmed")
    COMMITTED = "committed", _("Committed")
    RELEASED = "released", _("Released")


_R = ReservationStatus
RESERVATION_TRANSITIONS: Transitions = {
    _R.RESERVED: frozenset({_R.PROPOSED, _R.RELEASED}),
    _R.PROPOSED: frozenset({_R.RECORDED, _R.RELEASED}),
    _R.RECORDED: frozenset({_R.COMMITTED, _R.PROPOSED}),
    _R.COMMITTED: frozenset(),
    _R.RELEASED: frozenset(),
}


class FundChangeKind(TextChoices):
    """What is done to a pot."""

    OPENING = "opening", _("Opening")
    TOP_UP = "top_up", _("Top-up")
    CLOSING = "closing", _("Closing of the pot")


class FundChangeStatus(TextChoices):
    """The life of a change of a pot, and of every other thing that two people decide here."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


FUND_CHANGE_TRANSITIONS: Transitions = {
    FundChangeStatus.PROPOSED: frozenset({FundChangeStatus.APPROVED, FundChangeStatus.REJECTED}),
    FundChangeStatus.APPROVED: frozenset(),
    FundChangeStatus.REJECTED: frozenset(),
}
