"""What people write down, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    import datetime as dt

MOST_HUNDREDTHS = 100_000  # a thousand people at full time


def text(value: str, *, field: str, longest: int, required: bool = True) -> str:
    """Return the text trimmed. Raises `Invalid` at `field` when it is missing, too long or no text."""
    found = value.replace("\r\n", "\n").strip()
    if required and not found:
        raise Invalid("missing", _("This is needed."), field=field)
    if len(found) > longest:
        raise Invalid("too_long", _("At most %(longest)s characters."), field=field, longest=longest)
    if "\0" in found:
        raise Invalid("not_text", _("There is a character here that is not text."), field=field)
    return found


def past_day(day: dt.date, *, field: str, now: dt.datetime) -> None:
    """Raise `Invalid` for a civil day that has not come yet."""
    if day > now.astimezone(CIVIL).date():
        raise Invalid("date_to_come", _("This day has not come yet."), field=field)


def jobs(whole: int, part: int) -> None:
    """Raise `Invalid` for hundredths of full time that can't be, or more disadvantaged people than people."""
    for name, value in (("jobs_hundredths", whole), ("disadvantaged_hundredths", part)):
        if type(value) is not int or not 0 <= value <= MOST_HUNDREDTHS:
            raise Invalid("out_of_range", _("This number is not possible."), field=name)
    if part > whole:
        raise Invalid(
            "part_above_whole",
            _("Disadvantaged people are a part of the people employed."),
            field="disadvantaged_hundredths",
        )
