"""What people write, with single spaces."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Invalid


def clean_text(text: str, *, field: str, longest: int, required: bool = True) -> str:
    """Return the text with single spaces. Raises `Invalid` (`missing`, `too_long`, `not_text`) at `field`."""
    clean = " ".join(text.split())
    if required and not clean:
        raise Invalid("missing", _("This is needed."), field=field)
    if len(clean) > longest:
        raise Invalid("too_long", _("At most %(longest)s characters."), field=field, longest=longest)
    if "\0" in clean:
        raise Invalid("not_text", _("There is a character here that is not text."), field=field)
    return clean
