"""What people write to say why."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Invalid

LONGEST_REASON: Final = 500
LONGEST_EVENT: Final = 200


def clean_reason(text: str, *, field: str = "reason", longest: int = LONGEST_REASON) -> str:
    """Return a reason with single spaces. Raises `Invalid` (`missing`, `too_long`)."""
    clean = " ".join(text.split())
    if not clean:
        raise Invalid("missing", _("Say why."), field=field)
    if len(clean) > longest:
        raise Invalid("too_long", _("Write at most %(most)s letters."), field=field, most=longest)
    return clean
