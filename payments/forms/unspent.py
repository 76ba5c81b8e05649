"""What officers write of money that was not spent."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import EuroField
from payments.enums import ReturnWay


class UnspentForm(forms.Form):
    """What a project gives back, as its reports say."""

    crowd_use = forms.CharField(
        label=_("What the residents' part will be used for"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays with the project's purpose; everybody reads what for."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class MatchReturnForm(forms.Form):
    """Match that came back."""

    amount_cents = EuroField(label=_("Amount"), max_cents=10**11)
    way = forms.ChoiceField(
        label=_("Where did it come back to?"), choices=ReturnWay.choices, widget=forms.RadioSelect
    )
    document = forms.CharField(
        label=_("Number of the treasurer's receipt, or of the bank's booking"), max_length=60
    )
    arrived_on = forms.DateField(
        label=_("Arrived on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("Note"), max_length=200)
