"""Small checks that several deeds share; each returns what is wrong, so that a person reads everything at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models

LARGEST_CENTS = 10**12
"""Ten billion euro, far above any programme of a city."""


def field_problems(row: models.Model, fields: Iterable[str]) -> list[Refused]:
    """Hold `fields` of a row against its model (length, choices, validators) and word every problem at its field."""
    names = set(fields)
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - names)  # noqa: SLF001
    except ValidationError as error:
        return [
            Invalid(str(problem.code or "invalid"), " ".join(problem.messages), field=name)
            for name, problems in error.error_dict.items()
            for problem in problems
        ]
    return []


def amount_problems(cents: int) -> list[Refused]:
    """Find an amount that is no whole number of cents above zero."""
    if type(cents) is not int or cents <= 0:  # a bool is an int to isinstance, and no amount
        return [Invalid("amount", _("The amount must be more than zero."), field="amount_cents")]
    if cents > LARGEST_CENTS:
        return [Invalid("amount_too_large", _("The amount is too large."), field="amount_cents")]
    return []
