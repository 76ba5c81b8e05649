from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class RunKind(TextChoices):
    """Why a reconciliation runs."""

    NIGHTLY = "nightly", _("Every night")
    ASKED = "asked", _("Asked for")


class RunStatus(TextChoices):
    """How far a reconciliation is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    FAILED = "failed", _("Could not be done")


RUN_TRANSITIONS: Transitions = {
    RunStatus.WAITING: frozenset({RunStatus.RUNNING}),
    RunStatus.RUNNING: frozenset(
        {RunStatus.WAITING, RunStatus.DONE, RunStatus.FAILED}
    ),  # waiting: tried later
    RunStatus.DONE: frozenset(),
    RunStatus.FAILED: frozenset(),
}
UNDER_WAY = frozenset({RunStatus.WAITING, RunStatus.RUNNING})


class RunStep(TextChoices):
    """What a reconciliation is doing."""

    READING = "reading", _("Reading what moved at Stripe")
    COMPARING = "comparing", _("Comparing with the books")
    ENDED = "ended", _("Ended")


class Family(TextChoices):
    """What money is about, on both sides: the same thing at Stripe (or the bank) and in the ledger."""

    CHARGE = "charge", _("Charge of a pledge")
    CHARGE_FEE = "charge_fee", _("Stripe's fee of a charge")
    REFUND = "refund", _("Refund")
    DISPUTE = "dispute", _("Dispute")
    DISPUTE_FEE = "dispute_fee", _("Stripe's fee of a dispute")
    PAYOUT = "payout", _("Transfer to an organisation")
    REVERSAL = "reversal", _("Transfer taken back")
    TO_BANK = "to_bank", _("Payout from Stripe to our bank")
    ADVANCE = "advance", _("Money paid into Stripe")
    STRIPE_FEE = "stripe_fee", _("Other fee of Stripe's")
    BANK = "bank", _("Our bank account")
    TRANSIT = "transit", _("Money on its way to our bank")
    OTHER = "other", _("Something else")
    BALANCE = "balance", _("The whole balance")


class DifferenceKind(TextChoices):
    """In which way two sides differ."""

    NOT_BOOKED = "not_booked", _("Moved, and not in the books")
    NOT_MOVED = "not_moved", _("In the books, and never moved")
    OTHER_AMOUNT = "other_amount", _("Another amount in the books")
    NOT_OURS = "not_ours", _("Moved, and nothing of ours asked for it")
    NOT_ARRIVED = "not_arrived", _("Left long ago, and has not arrived")
    UNKNOWN_TYPE = "unknown_type", _("A kind of movement that nobody has provided for")
    BALANCE = "balance", _("The balance is not the sum of its movements")


class Proposal(TextChoices):
    """What is proposed to put a difference right."""

    NONE = "none", _("Find out, then accept it with the reason")
    LOOK_AGAIN = "look_again", _("Look it up at Stripe again and apply it")
    BOOK_FEE = "book_fee", _("Book it as a fee of Stripe's")
    BOOK_TO_BANK = "book_to_bank", _("Book the payout to our bank")
    PROPOSE_ADVANCE = "propose_advance", _("Propose it as money of the platform's own")
    APPROVE_ADVANCE = "approve_advance", _("Another person approves the money paid in")
    PLACE_LINE = "place_line", _("Two people say what the line is, in the bank's queue")
    OPENING = "opening", _("Two people record the opening balance, at the bank's desk")
    GIVE_BACK = "give_back", _("Give it back in Stripe's dashboard, then accept it with the reason")


CARRIED_OUT_HERE = frozenset(
    {Proposal.LOOK_AGAIN, Proposal.BOOK_FEE, Proposal.BOOK_TO_BANK, Proposal.PROPOSE_ADVANCE}
)


class DifferenceStatus(TextChoices):
    """What became of a difference."""

    OPEN = "open", _("To be cleared")
    RESOLVED = "resolved", _("Cleared")
    ACCEPTED = "accepted", _("Accepted")


_D = DifferenceStatus
DIFFERENCE_TRANSITIONS: Transitions = {
    _D.OPEN: frozenset({_D.RESOLVED, _D.ACCEPTED}),
    _D.RESOLVED: frozenset({_D.OPEN}),  # it came again
    _D.ACCEPTED: frozenset({_D.OPEN, _D.RESOLVED}),  # its amount changed; or it went away after all
}
