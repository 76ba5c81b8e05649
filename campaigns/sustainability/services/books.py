"""Open a project's books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.sustainability.locks import lock_books_of
from campaigns.sustainability.models import Books
from campaigns.sustainability.permissions import can_open_books
from campaigns.sustainability.signals import books_opened
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from campaigns.models import Project


def open_books(*, project: Project, opened_on: dt.date, by: Visitor | None, now: dt.datetime) -> Books:
    """Open the books of a project: its accounts start with the month of `opened_on`, a civil date.

    What the service paid before is booked at once. `by` None means the service itself. Raises `Invalid` for a date to
    come, `Refused` when they are open already.
    """
    if by is not None:
        require(can_open_books(by, project))
    if opened_on > now.astimezone(CIVIL).date():
        raise Invalid("date_to_come", _("This day has not come yet."), field="opened_on")
    with transaction.atomic():
        if lock_books_of(project.pk):
            raise Refused("books_open", _("The accounts of this project are open already."))
        books = Books.objects.create(project=project, opened_on=opened_on)
        books_opened.send(sender=Books, books=books, now=now)
    return books
