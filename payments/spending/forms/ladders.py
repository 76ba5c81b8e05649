from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.ui import month as month_in_words
from payments.spending.enums import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payments.spending.formula import Month


class FigureForm(forms.Form):
    """Which figure of a ladder, and of which month."""

    figure = forms.ChoiceField(label=_("Figure"), choices=Step.choices, required=False)
    month = forms.ChoiceField(label=_("Month"), required=False)

    def __init__(self, data: Any, *, months: Sequence[Month]) -> None:
        super().__init__(data)
        field = self.fields["month"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                ("", _("All months")),
                *(
                    (f"{one.month:%Y-%m}", month_in_words(one.month))
                    for one in reversed(months)
                    if any(one.added)
                ),
            ]

    @property
    def step(self) -> str:
        """The figure asked for, the first one unless told."""
        return str(getattr(self, "cleaned_data", {}).get("figure") or Step.PROGRAMMED)

    @property
    def first_day(self) -> dt.date | None:
        """The month asked for, by its first day."""
        text = getattr(self, "cleaned_data", {}).get("month")
        return dt.date.fromisoformat(f"{text}-01") if text else None
