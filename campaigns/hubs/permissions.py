"""Who may do what with hubs.

Officers record buildings, open hubs and record agreements. A hub's operators are who writes for the organisation that
an agreement entrusts it to today, and its members whom the city made hub operators: with the agreement the keys go.
Anybody logged in asks for a space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role, TeamRole
from accounts.permissions import can_see_officer_desk, has_role, is_person, team_role
from crowdfund.kit.clock import CIVIL

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from accounts.permissions import Visitor
    from campaigns.hubs.models import Booking, Hub, Space

WRITERS = frozenset({TeamRole.OWNER, TeamRole.EDITOR})


def can_open_hubs(user: Visitor | None) -> bool:
    """Officers record buildings, what was done in them, hubs and agreements."""
    return has_role(user, Role.OFFICER)


def operates_for(user: User) -> list[int]:
    """Return the organisations whose hubs this person may run, if an agreement entrusts them with one."""
    operator = has_role(user, Role.HUB_OPERATOR)
    return [pk for pk, role in user.team_roles.items() if operator or role in WRITERS]


def can_operate(user: Visitor | None, hub: Hub, now: dt.datetime) -> bool:
    """Say whether the person runs the hub on the day of `now`."""
    if not is_person(user):
        return False
    today = now.astimezone(CIVIL).date()
    return hub.agreements.in_force(today).filter(organisation__in=operates_for(user)).exists()


def can_see_hub_desk(user: Visitor | None, hub: Hub, now: dt.datetime) -> bool:
    """Operators, and the municipality's desk, read who asks for what."""
    return can_see_officer_desk(user) or can_operate(user, hub, now)


def can_book(user: Visitor | None, space: Space) -> bool:
    """Anybody logged in asks; for an organisation only who is in its team, which the service looks at."""
    return is_person(user)


def can_book_for(user: Visitor | None, organisation_id: int) -> bool:
    """Every member of a team books for the organisation."""
    return team_role(user, organisation_id) is not None


def can_decide_booking(user: Visitor | None, booking: Booking, now: dt.datetime) -> bool:
    """Operators of the hub decide."""
    return can_operate(user, booking.space.hub, now)


def can_cancel_booking(user: Visitor | None, booking: Booking, now: dt.datetime) -> bool:
    """Who booked cancels, and who runs the hub."""
    if is_person(user) and booking.booked_by_id == user.pk:
        return True
    return can_operate(user, booking.space.hub, now)
