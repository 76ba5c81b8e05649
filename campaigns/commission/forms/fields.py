from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.commission.selectors.words import points

TYPED = re.compile(r"([0-9]{1,3})(?:[.,]([05]))?")


class PointsField(forms.CharField):
    """Points as people type them, `7` or `7,5` or `7.5`, cleaned to tenths."""

    default_error_messages = {"invalid": _("Write whole or half points, like 7 or 7,5.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        """Return tenths, or None when empty."""
        if isinstance(value, int):
            return value
        text = str(super().to_python(value)).strip()
        if not text:
            return None
        match = TYPED.fullmatch(text)
        if match is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return 10 * int(match[1]) + int(match[2] or 0)

    def prepare_value(self, value: Any) -> Any:
        """Show tenths the way people type them."""
        return points(value) if isinstance(value, int) else value
