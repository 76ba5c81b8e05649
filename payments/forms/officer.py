"""What officers write about money: a tranche, its refusal, a mandate, its receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import Milestone
from crowdfund.kit.fields import EuroField
from payments.enums import Channel

if TYPE_CHECKING:
    from campaigns.models import Campaign


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DisbursementForm(forms.Form):
    """A tranche to release: from where, how much, for which milestone, why."""

    channel = forms.ChoiceField(
        label=_("Which money"),
        choices=[
            (Channel.CARD, _("The residents' money, paid by card")),
            (Channel.MATCH, _("The city's match")),
        ],
        widget=forms.RadioSelect,
    )
    amount_cents = EuroField(label=_("Amount"), max_cents=10**11)
    milestone: forms.ModelChoiceField[Milestone] = forms.ModelChoiceField(
        label=_("Milestone"),
        queryset=Milestone.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("A tranche of the city's match hangs on a milestone that was reached."),
    )
    reason = forms.CharField(label=_("What for"), max_length=200)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        milestones = self.fields["milestone"]
        assert isinstance(milestones, forms.ModelChoiceField)  # noqa: S101 - the field declared above
        milestones.queryset = campaign.milestones.all()

    def deed(self) -> dict[str, Any]:
        """Give the proposal as the service reads it."""
        return dict(self.cleaned_data)


class WhyForm(forms.Form):
    """Why a tranche is turned down."""

    why = forms.CharField(label=_("Reason"), max_length=200)


class MandateForm(forms.Form):
    """The treasury's mandate of payment."""

    number = forms.CharField(label=_("Number of the mandate"), max_length=40)
    on = forms.DateField(label=_("Date of the mandate"), widget=_day())
    amount_cents = EuroField(label=_("Amount of the mandate"), max_cents=10**11)

    def deed(self) -> dict[str, Any]:
        """Give the mandate as the service reads it."""
        return dict(self.cleaned_data)


class ReceiptForm(forms.Form):
    """The treasurer's receipt of a mandate."""

    receipt_on = forms.DateField(label=_("Date of the treasurer's receipt"), widget=_day())
