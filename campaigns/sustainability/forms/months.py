from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RefusableForm
from accounts.templatetags.ui import cents, month
from campaigns.sustainability.enums import CostKind, IncomeKind
from campaigns.sustainability.models import BOOKED_KINDS, FIGURES
from campaigns.sustainability.selectors.explained import FIGURE_LABELS
from campaigns.sustainability.services.closing import LONGEST_REASON
from campaigns.sustainability.services.months import (
    LARGEST_CENTS,
    LONGEST_NOTE,
    MOST_HOURS,
    MOST_HUNDREDTHS,
    Extras,
)
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.sustainability.models import MonthlyAccount
    from crowdfund.kit.errors import Refused

MINUS = "-\N{MINUS SIGN}\N{EN DASH}"


class OverdrawableField(EuroField):
    """An amount that may be below zero, as the balance of an account is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["data-kind"] = "money"

    def to_python(self, value: Any) -> Any:
        """Read a minus before the amount; otherwise as any amount."""
        text = str(value).strip() if value is not None else ""
        if not text.startswith(tuple(MINUS)):
            return super().to_python(text)
        amount = super().to_python(text[1:])
        return None if amount is None else -amount

    def prepare_value(self, value: Any) -> Any:
        """Show the minus of stored cents."""
        if isinstance(value, int) and value < 0:
            return f"-{super().prepare_value(-value)}"
        return super().prepare_value(value)


class HundredthsField(forms.DecimalField):
    """People at full time, like 2,5: kept as whole hundredths."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=0, max_value=MOST_HUNDREDTHS // 100, decimal_places=2, localize=True, **kwargs
        )

    def to_python(self, value: Any) -> Any:
        """Accept the comma and the point alike, whatever the language of the page."""
        text = str(value).strip().replace(",", ".") if value is not None else ""
        self.localize, localized = False, self.localize
        try:
            return super().to_python(text)
        finally:
            self.localize = localized


def _amount(name: str) -> EuroField:
    field = OverdrawableField if name == "cash_end" else EuroField
    least = -LARGEST_CENTS if name == "cash_end" else 0
    return field(label=FIGURE_LABELS[name], required=False, min_cents=least, max_cents=LARGEST_CENTS)


class MonthForm(RefusableForm):
    """One month of accounts; an empty amount is nothing. Last month's figures stand beside as hints."""

    volunteer_hours = forms.IntegerField(
        label=_("Volunteer hours"), min_value=0, max_value=MOST_HOURS, required=False
    )
    fte = HundredthsField(
        label=_("People employed"), required=False, help_text=_("In full-time equivalents: two halves are 1.")
    )
    disadvantaged = HundredthsField(label=_("Of whom disadvantaged"), required=False)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )

    AMOUNTS = (*FIGURES, "cash_end")

    def __init__(
        self,
        *args: Any,
        account: MonthlyAccount | None = None,
        before: MonthlyAccount | None = None,
        booked: Mapping[str, int] | None = None,
        **kwargs: Any,
    ) -> None:
        if account is not None:
            kwargs["initial"] = _initial(account)
        super().__init__(*args, **kwargs)
        amounts = {name: _amount(name) for name in self.AMOUNTS}
        self.fields = {**amounts, **self.fields}
        if before is not None:
            for name in self.AMOUNTS:
                self.fields[name].help_text = self._beside(before, name)
        for name in BOOKED_KINDS:
            self._say_booked(name, (booked or {}).get(f"booked_{name}_cents", 0))

    def _beside(self, before: MonthlyAccount, name: str) -> str:
        amount = getattr(before, f"{name}_cents") if name == "cash_end" else before.entered_cents(name)
        return f"{month(before.month)}: {cents(amount) if amount is not None else '–'}"

    def _say_booked(self, name: str, booked_cents: int) -> None:
        """Say what the service adds to an amount by itself."""
        if booked_cents:
            said = _("Booked by the service: %(amount)s. Enter only the rest.") % {
                "amount": cents(booked_cents)
            }
            beside = self.fields[name].help_text
            self.fields[name].help_text = f"{said} {beside}".strip()

    def income_fields(self) -> list[forms.BoundField]:
        """The amounts that came in."""
        return [self[name] for name in IncomeKind.values]

    def cost_fields(self) -> list[forms.BoundField]:
        """The amounts that went out."""
        return [self[name] for name in CostKind.values]

    def other_fields(self) -> list[forms.BoundField]:
        """The cash and the people."""
        names = ("cash_end", "volunteer_hours", "fte", "disadvantaged", "note")
        return [self[name] for name in names]

    def refuse(self, error: Refused) -> None:
        """The service speaks of hundredths where the form has people."""
        error.field = (error.field or "").removesuffix("_hundredths") or None
        super().refuse(error)

    def deed(self) -> dict[str, Any]:
        """Return the month as the services take it."""
        data = self.cleaned_data
        return {
            "figures": {name: data[name] or 0 for name in FIGURES},
            "cash_end_cents": data["cash_end"],
            "extras": Extras(
                volunteer_hours=data["volunteer_hours"] or 0,
                fte_hundredths=int((data["fte"] or 0) * 100),
                disadvantaged_hundredths=int((data["disadvantaged"] or 0) * 100),
                note=data["note"],
            ),
        }


def _initial(account: MonthlyAccount) -> dict[str, Any]:
    amounts = {name: account.entered_cents(name) for name in FIGURES}
    return {name: amount for name, amount in amounts.items() if amount} | {
        "cash_end": account.cash_end_cents,
        "volunteer_hours": account.volunteer_hours or None,
        "fte": Decimal(account.fte_hundredths) / 100 or None,
        "disadvantaged": Decimal(account.disadvantaged_hundredths) / 100 or None,
        "note": account.note,
    }


class CorrectionForm(RefusableForm):
    """Change one figure of a closed month, and say why."""

    figure = forms.ChoiceField(
        label=_("Which figure?"), choices=[(name, FIGURE_LABELS[name]) for name in MonthForm.AMOUNTS]
    )
    after_cents = OverdrawableField(
        label=_("The right amount"), min_cents=-LARGEST_CENTS, max_cents=LARGEST_CENTS
    )
    reason = forms.CharField(
        label=_("Why?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody reads it beside the old and the new amount."),
    )


class OpeningForm(RefusableForm):
    """Open the books."""

    opened_on = forms.DateField(
        label=_("From which day do the accounts start?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("They start with the month of this day."),
    )
