"""What people write down, checked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from campaigns.services.cleaning import fitting
from crowdfund.kit.errors import Invalid

MOST_HUNDREDTHS = 100_000  # a thousand people at full time


def text(value: str, *, field: str, longest: int, required: bool = True) -> str:
    """Return the text trimmed. Raises `Invalid` at `field` when it is missing, too long or no text."""
    return fitting(value.replace("\r\n", "\n").strip(), field=field, longest=longest, required=required)


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
