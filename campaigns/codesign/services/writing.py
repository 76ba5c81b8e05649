"""What people write: cleaned, measured, and given an address of its own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from campaigns.enums import Theme
from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

M = TypeVar("M", bound="Model")
ATTEMPTS = 3
RESERVED = frozenset(
    {
        *("report", "segnala", "to-read", "da-leggere", "new", "nuova"),
        *("similar", "simili", "collect", "raccogli"),
    }
)  # addresses of other pages


def written(text: str, *, field: str, longest: int, required: bool = True) -> str:
    """Return the text trimmed and with plain line ends.

    Raises `Invalid` at `field` when it is empty though `required`, longer than `longest` characters, or holds a
    character that no text holds.
    """
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if required and not cleaned:
        raise Invalid("empty", _("Write something here."), field=field)
    if len(cleaned) > longest:
        raise Invalid("too_long", _("At most %(longest)s characters."), field=field, longest=longest)
    if "\0" in cleaned:
        raise Invalid("not_text", _("There is a character here that is not text."), field=field)
    return cleaned


def known_theme(theme: str) -> str:
    """Return the theme. Raises `Invalid` for one that is not in the list."""
    if theme not in Theme.values:
        raise Invalid("unknown_theme", _("Choose a theme from the list."), field="theme")
    return theme


def with_slug(model: type[M], title: str, *, spare: str, make: Callable[[str], M]) -> M:
    """Make a row under a slug drawn from its title, with some letters more when the slug is taken.

    Each attempt is a savepoint: two people giving the same title in the same moment both succeed.
    """
    base = slugify(title)[:110].strip("-") or spare
    taken = base in RESERVED or model._default_manager.filter(slug=base).exists()  # noqa: SLF001
    for attempt in range(ATTEMPTS):
        slug = f"{base}-{secrets.token_hex(3)}" if taken or attempt else base
        try:
            with transaction.atomic():
                return make(slug)
        except IntegrityError as error:
            if attempt == ATTEMPTS - 1 or "slug" not in str(error):
                raise
    raise AssertionError("unreachable")
