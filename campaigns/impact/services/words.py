"""What people write, with single spaces."""

from __future__ import annotations

from campaigns.services.cleaning import fitting


def clean_text(text: str, *, field: str, longest: int, required: bool = True) -> str:
    """Return the text with single spaces. Raises `Invalid` (`missing`, `too_long`, `not_text`) at `field`."""
    return fitting(" ".join(text.split()), field=field, longest=longest, required=required)
