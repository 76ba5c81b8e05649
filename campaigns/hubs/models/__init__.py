"""Buildings and hubs, the agreements under which they are run, their spaces, and who has them when."""

from campaigns.hubs.models.bookings import Booking, BookingEvent, Series
from campaigns.hubs.models.buildings import Building, Outlay
from campaigns.hubs.models.hubs import Agreement, AgreementDocument, Hub
from campaigns.hubs.models.spaces import OpeningHours, Space

__all__ = [
    "Agreement",
    "AgreementDocument",
    "Booking",
    "BookingEvent",
    "Building",
    "Hub",
    "OpeningHours",
    "Outlay",
    "Series",
    "Space",
]
