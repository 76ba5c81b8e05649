"""Small checks that several deeds share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.calls.services.checks import cents_problems, field_problems, free_slug
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    from django.db import models

__all__ = ["cents_problems", "check", "free_slug", "with_reason"]


def check(row: models.Model, fields: list[str], *, more: list[Refused] | None = None) -> None:
    """Raise everything that is wrong with `fields` of a row, and what was found besides."""
    amounts: dict[str, Any] = {name: getattr(row, name) for name in fields if name.endswith("_cents")}
    problems = field_problems(row, [name for name in fields if name not in amounts])
    problems += cents_problems(amounts)
    for name in fields:
        value = getattr(row, name)
        if isinstance(value, str) and "\0" in value:
            problems.append(Invalid("not_text", _("There is a character here that is not text."), field=name))
    raise_all([*problems, *(more or [])])
    try:
        row.validate_constraints()
    except ValidationError as error:
        raise Invalid("impossible", " ".join(error.messages)) from error


def with_reason(why: str) -> str:
    """Return a reason, trimmed. Raises `Invalid` when there is none or it is too long."""
    text = why.strip()
    if not text:
        raise Invalid("reason_missing", _("Write the reason: the other side will read it."), field="why")
    if len(text) > 200 or "\0" in text:  # noqa: PLR2004 - the column's length
        raise Invalid("too_long", _("At most 200 characters."), field="why")
    return text
