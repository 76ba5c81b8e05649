"""What the models know of good input, said as the kit's errors; and addresses nobody has yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db import models

LARGEST_CENTS = 10_000_000_000  # a hundred million euro, far above any call
SLUG_LENGTH = 100  # leaves room for a number within the column's 120


def clean(row: models.Model, fields: Iterable[str]) -> None:
    """Hold each of `fields` against its model field. Raises `Invalid` for the first that is wrong."""
    for name in fields:
        value = getattr(row, name)
        if isinstance(value, str):
            setattr(row, name, value.strip())
    others = {field.name for field in row._meta.fields} - set(fields)  # noqa: SLF001 - a documented name
    try:
        row.clean_fields(exclude=others)
    except ValidationError as error:
        name, problems = next(iter(error.error_dict.items()))
        problem = problems[0]
        code = str(problem.code or "invalid")
        raise Invalid(code, " ".join(problem.messages), field=name) from error


def fitting(text: str, *, field: str, longest: int, required: bool = True) -> str:
    """Return a text that fits. Raises `Invalid` (`missing`, `too_long`, `not_text`) at `field`."""
    if required and not text:
        raise Invalid("missing", _("This is needed."), field=field)
    if len(text) > longest:
        raise Invalid("too_long", _("At most %(longest)s characters."), field=field, longest=longest)
    if "\0" in text:
        raise Invalid("not_text", _("There is a character here that is not text."), field=field)
    return text


def past_day(day: dt.date, *, field: str, now: dt.datetime) -> None:
    """Raise `Invalid` (`date_to_come`) for a civil day that has not come yet."""
    if day > now.astimezone(CIVIL).date():
        raise Invalid("date_to_come", _("This day has not come yet."), field=field)


def positive_cents(amount: int, *, field: str) -> None:
    """Raise `Invalid` unless `amount` is a whole number of cents above zero and within the largest amount."""
    if type(amount) is not int:  # a bool is an int to isinstance, and no amount
        raise Invalid("amount_not_whole_cents", _("The amount must be in whole cents."), field=field)
    if amount <= 0:
        raise Invalid("amount_not_positive", _("The amount must be more than zero."), field=field)
    if amount > LARGEST_CENTS:
        raise Invalid("amount_too_large", _("The amount is too large."), field=field)


def free_slug(model: type[models.Model], title: str, *, fallback: str, longest: int = SLUG_LENGTH) -> str:
    """Make an address from a title, with a number behind it when taken. The unique column has the last word."""
    base = slugify(title)[:longest].strip("-") or fallback
    manager: Any = model._default_manager  # noqa: SLF001 - Django's documented name
    taken = set(manager.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def save_with_slug(row: Any, title: str, *, fallback: str) -> None:
    """Insert a row under a free address; when somebody takes it in between, try the next one."""
    for last in (False, False, True):
        row.slug = free_slug(type(row), title, fallback=fallback)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if last:
                raise
        else:
            return
