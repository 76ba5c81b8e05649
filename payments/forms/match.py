from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CorrectionForm(forms.Form):
    """Why a match is corrected, and what shows that paid money was given back."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
    receipt = forms.CharField(
        label=_("Receipt of what was given back"),
        max_length=60,
        required=False,
        help_text=_("Only for money that was paid: the treasurer's receipt, or the line of the statement."),
    )


class ExtensionForm(forms.Form):
    """The act by which a campaign keeps its reservations."""

    until = forms.DateField(label=_("Reserved until"), widget=_day())
    office = forms.CharField(label=_("Office"), max_length=120)
    number = forms.CharField(label=_("Number of the act"), max_length=40)
    dated_on = forms.DateField(label=_("Date of the act"), widget=_day())
