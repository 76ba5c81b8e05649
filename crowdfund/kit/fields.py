"""Fields every room uses. Migrations import from here, so nothing in this file ever moves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Func
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.money import MoneySyntaxError, format_euro, parse_euro

cup_validator = RegexValidator(
    r"^[A-Z]\d{2}[A-Z]\d{11}$", _("A CUP is a letter, two digits, a letter and eleven digits.")
)
cig_validator = RegexValidator(r"^[A-Z0-9]{10}$", _("A CIG is ten letters or digits."))


class CentsField(models.BigIntegerField):  # type: ignore[type-arg]
    """An amount in whole cents of the installation's one currency."""


class Int8Range(Func):
    """A PostgreSQL int8range, for exclusion constraints without btree_gist."""

    function = "INT8RANGE"


class EuroField(forms.CharField):
    """An amount typed by a person, cleaned to whole cents.

    Accepts `12`, `12,50`, `12.50`, `1.250,00`, `1.250` (= 1250) and refuses mixtures. Text is what was typed; an int is
    cents, so that `initial` and a disabled field speak of the same amount.
    """

    default_error_messages = {
        "invalid": _("Write the amount like 25 or 25,50."),
        "min_cents": _("The smallest amount is %(amount)s."),
        "max_cents": _("The largest amount is %(amount)s."),
    }

    def __init__(self, *, min_cents: int = 1, max_cents: int = 99_999_999, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.min_cents, self.max_cents = min_cents, max_cents
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "data-euro": ""})

    def to_python(self, value: Any) -> Any:
        """Return whole cents or None when empty."""
        if isinstance(value, int):
            return value
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        try:
            return parse_euro(str(text)).cents
        except MoneySyntaxError as error:
            if error.code == "too_large":
                raise self._beyond("max_cents", self.max_cents) from error
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        """Show stored cents the way people type them."""
        if not isinstance(value, int):
            return value
        euros, cents = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{euros}{f',{cents:02d}' if cents else ''}"

    def validate(self, value: Any) -> None:
        """Hold the limits."""
        super().validate(value)
        if value is None:
            return
        if value < self.min_cents:
            raise self._beyond("min_cents", self.min_cents)
        if value > self.max_cents:
            raise self._beyond("max_cents", self.max_cents)

    def _beyond(self, code: str, limit: int) -> forms.ValidationError:
        amount = format_euro(limit, get_language() or "it")
        return forms.ValidationError(self.error_messages[code], code=code, params={"amount": amount})
