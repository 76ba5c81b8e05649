"""The business plan by month, and the logframe with its indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.enums import CostKind, IncomeKind, IndicatorField, IndicatorKind
from campaigns.forms.campaigns import DayField
from campaigns.models import LAST_MONTH
from campaigns.services.cleaning import LARGEST_CENTS
from campaigns.services.logframe import Measure
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.models import Indicator, LogframeEntry

KINDS = {**dict(IncomeKind.choices), **dict(CostKind.choices)}


class PlanMonthForm(forms.Form):
    """What comes in and goes out in one month of the plan, kind by kind; and up to which month it is copied."""

    def __init__(self, *args: Any, month: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in KINDS.items():
            self.fields[kind] = EuroField(label=label, min_cents=0, max_cents=LARGEST_CENTS, required=False)
        widget = forms.NumberInput({"min": month, "max": LAST_MONTH, "inputmode": "numeric"})
        self.fields["until"] = forms.IntegerField(
            label=_("Copy it up to month"),
            required=False,
            widget=widget,
            help_text=_(
                "Leave it empty to write this month alone. What the months after it said is replaced."
            ),
        )

    def income_fields(self) -> list[forms.BoundField]:
        """The amounts that come in."""
        return [self[kind] for kind in IncomeKind.values]

    def cost_fields(self) -> list[forms.BoundField]:
        """The amounts that go out."""
        return [self[kind] for kind in CostKind.values]

    def amounts(self) -> Mapping[str, int]:
        """Return whole cents by kind."""
        return {kind: self.cleaned_data[kind] or 0 for kind in KINDS}


class RungForm(forms.Form):
    """One entry of the logframe."""

    text = forms.CharField(label=_("What"), max_length=400, widget=forms.Textarea({"rows": 3}))
    assumptions = forms.CharField(
        label=_("What has to hold for it to come about"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What you count on and do not decide yourselves."),
    )


class IndicatorForm(forms.Form):
    """How an entry is measured."""

    name = forms.CharField(
        label=_("What you measure"), max_length=160, help_text=_("Like: people who found work within a year.")
    )
    unit = forms.CharField(label=_("Unit"), max_length=40, help_text=_("People, hours, euro, percent…"))
    baseline = forms.DecimalField(
        label=_("How much it is today"), max_digits=14, decimal_places=2, required=False, localize=True
    )
    target = forms.DecimalField(
        label=_("How much it shall be"), max_digits=14, decimal_places=2, localize=True
    )
    due_on = DayField(label=_("By when"))
    kind = forms.ChoiceField(
        label=_("What it says"),
        choices=IndicatorKind.choices,
        widget=forms.RadioSelect,
        initial=IndicatorKind.OUTPUT,
    )
    field = forms.ChoiceField(
        label=_("Field"),
        choices=IndicatorField.choices,
        widget=forms.RadioSelect,
        initial=IndicatorField.SOCIAL,
    )
    direct = forms.BooleanField(label=_("The project brings it about directly"), required=False, initial=True)
    source_of_verification = forms.CharField(
        label=_("Where it can be checked"),
        max_length=200,
        required=False,
        help_text=_("Register, accounts, questionnaire…"),
    )

    def measure(self) -> Measure:
        """Return what was written, for the service."""
        return Measure(**self.cleaned_data)


def rung_initial(entry: LogframeEntry) -> dict[str, Any]:
    """Return what the form shows of an entry."""
    return {"text": entry.text, "assumptions": entry.assumptions}


def indicator_initial(indicator: Indicator) -> dict[str, Any]:
    """Return what the form shows of an indicator."""
    return {name: getattr(indicator, name) for name in IndicatorForm.base_fields}
