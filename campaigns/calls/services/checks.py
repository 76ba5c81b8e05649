"""Small checks that several deeds share; each returns what is wrong, so that a person reads everything at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.services import cleaning
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models

LARGEST_CENTS = 10_000_000_000
"""A hundred million euro, far above any call."""


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


def cents_problems(amounts: dict[str, int | None], *, least: int = 0) -> list[Refused]:
    """Find amounts that are no whole cents from `least` up; None is no amount, and fine."""
    found: list[Refused] = []
    for name, amount in amounts.items():
        if amount is None:
            continue
        if type(amount) is not int:  # a bool is an int to isinstance, and no amount
            found.append(Invalid("not_cents", _("The amount must be in whole cents."), field=name))
        elif amount < least:
            sentence = (
                _("The amount must be more than zero.") if least else _("This can't be less than zero.")
            )
            found.append(Invalid("amount_too_small", sentence, field=name))
        elif amount > LARGEST_CENTS:
            found.append(Invalid("amount_too_large", _("The amount is too large."), field=name))
    return found


def free_slug(model: Any, title: str, *, fallback: str) -> str:
    """Make an address from a title, with a number behind it when taken; the unique column has the last word."""
    return cleaning.free_slug(model, title, fallback=fallback, longest=70)


def reason_needed(reason: str) -> str:
    """Return a decision's reason, trimmed. Raises `Invalid` when there is none."""
    text = reason.strip()
    if not text:
        raise Invalid(
            "reason_missing", _("Write the reason: the team and the public will read it."), field="reason"
        )
    return text
