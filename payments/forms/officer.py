"""What officers write about money: a tranche, its refusal, a mandate, its receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.models import Milestone
from crowdfund.kit.fields import EuroField
from crowdfund.kit.money import format_euro
from payments.enums import Channel

if TYPE_CHECKING:
    from campaigns.models import Campaign


WHICH_MONEY = {
    Channel.CARD: _("The residents' money, paid by card"),
    Channel.BANK: _("The residents' money, by bank transfer"),
    Channel.CASH: _("The residents' money, in cash"),
    Channel.MATCH: _("The city's match, by the treasury"),
    Channel.SPONSOR: _("The match, out of a sponsor's money"),
}


def _euro(cents: int) -> str:
    return format_euro(cents, get_language() or "it")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DisbursementForm(forms.Form):
    """A tranche to release: from where, how much, for which milestone, why."""

    channel = forms.ChoiceField(label=_("Which money"), widget=forms.RadioSelect)
    amount_cents = EuroField(label=_("Amount"), max_cents=10**11)
    milestone: forms.ModelChoiceField[Milestone] = forms.ModelChoiceField(
        label=_("Milestone"),
        queryset=Milestone.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("A tranche of the city's match hangs on a milestone that an officer accepted."),
    )
    reason = forms.CharField(label=_("What for"), max_length=200)
    despite = forms.CharField(
        label=_("Why, although the report on the tranche before is missing"),
        max_length=160,
        required=False,
        help_text=_(
            "Only for a tranche of the match whose report is missing or late. Who approves reads it."
        ),
    )

    def __init__(self, *args: Any, campaign: Campaign, most: dict[Channel, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        milestones, channel = self.fields["milestone"], self.fields["channel"]
        assert isinstance(milestones, forms.ModelChoiceField)  # noqa: S101 - the fields declared above
        assert isinstance(channel, forms.ChoiceField)  # noqa: S101
        milestones.queryset = campaign.milestones.all()
        channel.choices = [
            (name, _("%(money)s: at most %(amount)s") % {"money": WHICH_MONEY[name], "amount": _euro(cents)})
            for name, cents in most.items()
        ]

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
