from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.enums import Theme
from crowdfund.kit.fields import EuroField, cup_validator
from payments.matching.enums import FundMoney
from payments.matching.models.funds import LAST_PRIORITY
from payments.matching.services import Act, FundTerms, Ladder


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


class SponsorFundForm(forms.Form):
    """A sponsor's pot beside the city's."""

    organisation = forms.ModelChoiceField(Organisation.objects.all(), label=_("Sponsor"))
    name = forms.CharField(label=_("Name of the pot"), max_length=160)
    amount_cents = EuroField(label=_("Amount"), max_cents=10**13)
    money = forms.ChoiceField(
        label=_("Where the money lies"),
        choices=FundMoney.choices,
        widget=forms.RadioSelect,
        initial="treasury",
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=1,
        max_value=LAST_PRIORITY,
        initial=20,
        help_text=_("The lowest number is taken from first; the city's pot has 10."),
    )
    neighbourhoods = forms.ModelMultipleChoiceField(
        Neighbourhood.objects.all(),
        label=_("Only in these neighbourhoods"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    themes = forms.MultipleChoiceField(
        label=_("Only for these themes"),
        choices=Theme.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    organisation_kinds = forms.MultipleChoiceField(
        label=_("Only for these organisations"),
        choices=OrganisationKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def given(self) -> dict[str, Any]:
        """Give what was written as the service reads it."""
        data = dict(self.cleaned_data)
        terms = FundTerms(
            name=data.pop("name"),
            priority=data.pop("priority"),
            money=data.pop("money"),
            neighbourhoods=tuple(place.pk for place in data.pop("neighbourhoods")),
            themes=tuple(data.pop("themes")),
            organisation_kinds=tuple(data.pop("organisation_kinds")),
        )
        return {**data, "terms": terms}


class TopUpForm(forms.Form):
    """More money for a pot."""

    amount_cents = EuroField(label=_("Amount"), max_cents=10**13)
    reason = forms.CharField(label=_("Reason"), max_length=200)
