from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import EuroField, cup_validator
from payments.matching.services import Act, Ladder


class ActForm(forms.Form):
    """The administrative act that commits the city to a match."""

    office = forms.CharField(label=_("Office"), max_length=120)
    number = forms.CharField(label=_("Number of the act"), max_length=40)
    dated_on = forms.DateField(
        label=_("Date of the act"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    cup = forms.CharField(
        label=_("CUP"),
        max_length=15,
        validators=[cup_validator],
        help_text=_("Fifteen characters, like B49D16010990006."),
    )
    agreement = forms.CharField(
        label=_("Signed agreement"), max_length=120, help_text=_("Where the signed agreement is filed.")
    )

    def __init__(self, *args: Any, of_sponsor: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cup"].required = not of_sponsor

    def act(self) -> Act:
        """Give the act as the service reads it."""
        return Act(**self.cleaned_data)


class LadderForm(forms.Form):
    """A programme's published figures, entered once when its ledger opens."""

    programmed = EuroField(label=_("Programmed"), min_cents=0, max_cents=10**13)
    admitted = EuroField(label=_("Admitted to funding"), min_cents=0, max_cents=10**13)
    bound = EuroField(label=_("Legally bound"), min_cents=0, max_cents=10**13)
    disbursed = EuroField(label=_("Disbursed"), min_cents=0, max_cents=10**13)

    def figures(self) -> Ladder:
        """Give the figures as the service reads them, in cents."""
        data: dict[str, Any] = self.cleaned_data
        return Ladder(data["programmed"], data["admitted"], data["bound"], data["disbursed"])


class ReasonForm(forms.Form):
    """Why something goes back."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class WhyForm(forms.Form):
    """Why a change of a pot is turned down."""

    why = forms.CharField(label=_("Reason"), max_length=200)


class TopUpForm(forms.Form):
    """More money for a pot."""

    amount_cents = EuroField(label=_("Amount"), max_cents=10**13)
    reason = forms.CharField(label=_("Reason"), max_length=200)
