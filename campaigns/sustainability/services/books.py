"""Open a project's books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.sustainability.models import Books
from campaigns.sustainability.permissions import can_open_books
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from campaigns.models import Project


def open_books(*, project: Project, opened_on: dt.date, by: Visitor | None, now: dt.datetime) -> Books:
    """Open the books of a project: its accounts start with the month of `opened_on`, a civil date.

    `by` None means the service itself. Raises `Invalid` for a date to come, `Refused` when they are open already.
    """
    if by is not None:
        require(can_open_books(by, project))
    if opened_on > now.astimezone(CIVIL).date():
        raise Invalid("date_to_come", _("This day has not come yet."), field="opened_on")
    books, new = Books.objects.get_or_create(project=project, defaults={"opened_on": opened_on})
    if not new:
        raise Refused("books_open", _("The accounts of this project are open already."))
    return books
