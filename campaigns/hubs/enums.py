from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.enums import OrganisationKind

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class BuildingState(TextChoices):
    """In what shape a building is."""

    UNUSED = "unused", _("Not in use")
    WORKS = "works", _("Works under way")
    PARTLY = "partly", _("Partly in use")
    IN_USE = "in_use", _("In use")


class OutlayKind(TextChoices):
    """What a building was given."""

    WORKS = "works", _("Works")
    EQUIPMENT = "equipment", _("Equipment")


class PartnershipForm(TextChoices):
    """How a public building is entrusted to who runs the hub."""

    CONCESSION = "concession", _("Concession")
    LOAN = "loan", _("Loan for use, free of charge")
    LEASE = "lease", _("Lease")
    COPROJECT = "coproject", _("Co-project agreement with the third sector")
    PACT = "pact", _("Collaboration pact for common goods")
    PARTNERSHIP = "partnership", _("Special public-private partnership")


class Weekday(IntegerChoices):
    """The days of the week, as ISO 8601 numbers them."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class Bookers(TextChoices):
    """Who may ask for a space."""

    EVERYBODY = "everybody", _("Anybody with an account")
    ORGANISATIONS = "organisations", _("Organisations only")


class FreeFor(TextChoices):
    """Who pays nothing for a space that has a price."""

    NOBODY = "nobody", _("Nobody")
    NON_PROFIT = "non_profit", _("Associations and informal groups")
    ORGANISATIONS = "organisations", _("Every organisation")


NON_PROFIT = frozenset({OrganisationKind.ASSOCIATION.value, OrganisationKind.INFORMAL.value})


class BookingStatus(TextChoices):
    """Where a booking stands."""

    REQUESTED = "requested", _("Waits for an answer")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")


HOLDING = (BookingStatus.CONFIRMED, BookingStatus.REQUESTED)
"""The states in which a booking keeps its space: nobody else has it meanwhile."""

BOOKING_TRANSITIONS: Transitions = {
    BookingStatus.REQUESTED: frozenset(
        {BookingStatus.CONFIRMED, BookingStatus.REFUSED, BookingStatus.CANCELLED}
    ),
    BookingStatus.CONFIRMED: frozenset({BookingStatus.CANCELLED}),
    BookingStatus.REFUSED: frozenset(),
    BookingStatus.CANCELLED: frozenset(),
}
