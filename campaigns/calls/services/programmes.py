"""Write a programme's public sheet."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.models import Programme
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.services.checks import field_problems, free_slug
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a programme's public sheet says, beside the figures that come out of the ledger."""

    title: str
    code: str
    city: str
    implementing_body: str
    starts_on: dt.date
    ends_on: dt.date
    action: str = ""
    cup: str = ""
    rup: str = ""
    about: str = ""
    picture: str = ""


FIELDS = [field.name for field in dataclasses.fields(Sheet)]


def create_programme(*, sheet: Sheet, by: Visitor, now: dt.datetime) -> Programme:
    """Create a programme. Raises `NotAllowed` unless `by` is an officer, `Invalid` or `Several` at wrong fields."""
    require(can_write_calls(by))
    programme = Programme(slug=free_slug(Programme, sheet.title, fallback="programma"), updated_at=now)
    _write(programme, sheet)
    try:
        with transaction.atomic():
            programme.save(force_insert=True)
    except IntegrityError as error:  # somebody else's came first
        raise _code_taken() from error
    return programme


def edit_programme(*, programme: Programme, sheet: Sheet, by: Visitor, now: dt.datetime) -> Programme:
    """Change a sheet; its address stays. Raises as `create_programme`."""
    require(can_write_calls(by))
    changed = Programme(pk=programme.pk, slug=programme.slug, updated_at=now)
    _write(changed, sheet)
    try:
        with transaction.atomic():
            changed.save(update_fields=[*FIELDS, "updated_at"])
    except IntegrityError as error:
        raise _code_taken() from error
    programme.refresh_from_db()
    return programme


def _write(programme: Programme, sheet: Sheet) -> None:
    for name in FIELDS:
        value = getattr(sheet, name)
        setattr(programme, name, value.strip() if isinstance(value, str) else value)
    problems: list[Refused] = field_problems(programme, FIELDS)
    if not problems and programme.ends_on < programme.starts_on:
        problems.append(Invalid("dates_reversed", _("The end can't be before the start."), field="ends_on"))
    if not problems and Programme.objects.filter(code=programme.code).exclude(pk=programme.pk).exists():
        problems.append(_code_taken())
    raise_all(problems)


def _code_taken() -> Invalid:
    return Invalid("code_taken", _("Another programme has this code."), field="code")
