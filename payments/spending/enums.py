from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class ContractKind(TextChoices):
    """What a programme's money is committed to, beside matches."""

    WORKS = "works", _("Works")
    SERVICES = "services", _("Services")
    SUPPLIES = "supplies", _("Supplies")
    HUB = "hub", _("Works and equipment of a community hub")
    GRANT = "grant", _("Grant that is no match")


NEEDS_CIG = frozenset({ContractKind.WORKS, ContractKind.SERVICES, ContractKind.SUPPLIES, ContractKind.HUB})


class Procedure(TextChoices):
    """How the beneficiary was chosen (D.Lgs. 36/2023, arts. 50 and 70 to 76; L. 241/1990, art. 12 for grants)."""

    OPEN = "open", _("Open procedure")
    RESTRICTED = "restricted", _("Restricted procedure")
    NEGOTIATED = "negotiated", _("Negotiated procedure")
    DIRECT = "direct", _("Direct award")
    FRAMEWORK = "framework", _("Framework agreement")
    CALL = "call", _("Public call")
    AGREEMENT = "agreement", _("Agreement between public bodies")


class ContractStatus(TextChoices):
    """The life of a contract in the programme's books."""

    RECORDED = "recorded", _("Recorded, to be confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")
    ANNULLED = "annulled", _("Annulled: it was booked in error")


_C = ContractStatus
CONTRACT_TRANSITIONS: Transitions = {
    _C.RECORDED: frozenset({_C.CONFIRMED, _C.REJECTED}),
    _C.CONFIRMED: frozenset({_C.ANNULLED}),
    _C.REJECTED: frozenset(),
    _C.ANNULLED: frozenset(),
}


class MovementKind(TextChoices):
    """What happens to a contract's money after it was bound."""

    MANDATE = "mandate", _("Mandate paid")
    ECONOMY = "economy", _("Reduction: the money goes back to the programme")
    MANDATE_UNDONE = "mandate_undone", _("Correction of a mandate")
    ECONOMY_UNDONE = "economy_undone", _("Correction of a reduction")
    ANNULMENT = "annulment", _("Annulment of the contract")


UNDOES = {
    MovementKind.MANDATE: MovementKind.MANDATE_UNDONE,
    MovementKind.ECONOMY: MovementKind.ECONOMY_UNDONE,
}


class MovementStatus(TextChoices):
    """The life of a movement: one person proposes it, another decides."""

    PROPOSED = "proposed", _("To be confirmed")
    APPROVED = "approved", _("Confirmed")
    REJECTED = "rejected", _("Rejected")


MOVEMENT_TRANSITIONS: Transitions = {
    MovementStatus.PROPOSED: frozenset({MovementStatus.APPROVED, MovementStatus.REJECTED}),
    MovementStatus.APPROVED: frozenset(),
    MovementStatus.REJECTED: frozenset(),
}


class Step(TextChoices):
    """A step of the ladder; each figure holds the steps above it."""

    PROGRAMMED = "programmed", _("Programmed")
    ADMITTED = "admitted", _("Admitted to funding")
    BOUND = "bound", _("Legally bound")
    DISBURSED = "disbursed", _("Disbursed")
