from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class LineStatus(TextChoices):
    """What became of a line of a statement."""

    NEW = "new", _("Just imported")
    MATCHED = "matched", _("For a pledge")
    OURS = "ours", _("A movement of ours")
    UNMATCHED = "unmatched", _("Nobody knows what for")
    UNEXPLAINED = "unexplained", _("Left the account, unexplained")
    TO_RETURN = "to_return", _("To be returned")
    RETURNED = "returned", _("Returned")


_L = LineStatus
LINE_TRANSITIONS: Transitions = {
    _L.NEW: frozenset({_L.MATCHED, _L.OURS, _L.UNMATCHED, _L.UNEXPLAINED}),
    _L.UNMATCHED: frozenset({_L.MATCHED, _L.OURS, _L.TO_RETURN}),
    _L.UNEXPLAINED: frozenset({_L.OURS}),
    _L.TO_RETURN: frozenset({_L.RETURNED, _L.OURS}),  # ours: there is nowhere to return it to
    _L.RETURNED: frozenset({_L.TO_RETURN}),  # its bank sent it back to us
    _L.MATCHED: frozenset(),
    _L.OURS: frozenset(),
}
TO_PLACE = frozenset({_L.NEW, _L.UNMATCHED, _L.UNEXPLAINED})


class ExcessKind(TextChoices):
    """Why money of a known reference does not count by itself."""

    MORE = "more", _("More than was promised")
    AGAIN = "again", _("A second transfer")
    LATE = "late", _("After the deadline")
    CANCELLED = "cancelled", _("For a pledge that had been taken back")


class ExcessStatus(TextChoices):
    """What became of money that waits for its backer's word."""

    ASKED = "asked", _("The backer was asked")
    AGREED = "agreed", _("The backer agrees; it counts once the goal is reached")
    COUNTED = "counted", _("Counted")
    RETURNED = "returned", _("Given back")


_E = ExcessStatus
EXCESS_TRANSITIONS: Transitions = {
    _E.ASKED: frozenset({_E.AGREED, _E.COUNTED, _E.RETURNED}),
    _E.AGREED: frozenset({_E.COUNTED, _E.RETURNED}),
    _E.COUNTED: frozenset(),
    _E.RETURNED: frozenset(),
}
OPEN_EXCESS = frozenset({_E.ASKED, _E.AGREED})


class MatchKind(TextChoices):
    """What two people say a line is."""

    PLEDGE = "pledge", _("The transfer of a pledge")
    TRANSFER = "item", _("A transfer of one of our lists, or one that came back")
    IN_TRANSIT = "in_transit", _("Money on its way from Stripe or from a cash desk")
    BOOKED = "booked", _("Money that two people have booked already")
    OWN_FUNDS = "own_funds", _("Money of the platform's own")
    SPONSOR = "sponsor", _("A sponsor's money for a pot")
    BANK_FEE = "bank_fee", _("A charge of our bank, or one that it gives back")
    LOSS = "loss", _("Nobody can explain it: the platform loses it, or gains it")
    BANK_ERROR = "bank_error", _("An error of our bank, which has to take it back")
    UNDONE = "undone", _("Our bank takes an error back")


OF_CREDITS = frozenset(MatchKind)
RESOLUTIONS = frozenset({MatchKind.BANK_FEE, MatchKind.OWN_FUNDS, MatchKind.LOSS, MatchKind.BANK_ERROR})
"""What a line is when nothing of ours asked for it: said with the reason, and the document that shows it."""
OF_DEBITS = RESOLUTIONS | {MatchKind.TRANSFER, MatchKind.BOOKED, MatchKind.UNDONE}


class MatchStatus(TextChoices):
    """The life of a match that one person proposes and another decides."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    VOID = "void", _("Void: something has changed since")


MATCH_TRANSITIONS: Transitions = {
    MatchStatus.PROPOSED: frozenset({MatchStatus.APPROVED, MatchStatus.REJECTED, MatchStatus.VOID}),
    MatchStatus.APPROVED: frozenset(),
    MatchStatus.REJECTED: frozenset(),
    MatchStatus.VOID: frozenset(),
}


class ListStatus(TextChoices):
    """The life of a list of transfers that leave our account."""

    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    EXPORTED = "exported", _("Given to the bank")
    CLOSED = "closed", _("All of it settled")
    REJECTED = "rejected", _("Rejected")
    VOID = "void", _("Void: an amount or a payee has changed")


_C = ListStatus
LIST_TRANSITIONS: Transitions = {
    _C.DRAFT: frozenset({_C.PROPOSED, _C.REJECTED}),
    _C.PROPOSED: frozenset({_C.APPROVED, _C.REJECTED, _C.VOID}),
    _C.APPROVED: frozenset({_C.EXPORTED, _C.REJECTED, _C.VOID}),
    _C.EXPORTED: frozenset({_C.CLOSED}),
    _C.CLOSED: frozenset(),
    _C.REJECTED: frozenset(),
    _C.VOID: frozenset(),
}
OPEN_LISTS = frozenset({_C.DRAFT, _C.PROPOSED, _C.APPROVED, _C.EXPORTED})


class ItemStatus(TextChoices):
    """What is known of one transfer of a list. Done is what a statement shows, never what was sent."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("With the bank")
    DONE = "done", _("Carried out")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Taken off the list")


_I = ItemStatus
ITEM_TRANSITIONS: Transitions = {
    _I.WAITING: frozenset({_I.SENT, _I.DROPPED}),
    _I.SENT: frozenset({_I.DONE, _I.FAILED}),
    _I.DONE: frozenset({_I.FAILED}),  # a bank may send it back days later
    _I.FAILED: frozenset({_I.DONE}),  # the bank had said no, and did it all the same
    _I.DROPPED: frozenset(),
}
LIVE_ITEMS = frozenset({_I.WAITING, _I.SENT})
