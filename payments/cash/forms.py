"""What is written at a cash desk and about one. Services have the last word."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.places.models import Neighbourhood
from campaigns.models import Campaign
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from payments.cash.models import CashDesk


class CampaignForm(forms.Form):
    """Which campaign the cash is for."""

    campaign: forms.ModelChoiceField[Campaign] = forms.ModelChoiceField(
        label=_("Which project?"),
        queryset=Campaign.objects.live().select_related("project").order_by("project__title"),
        to_field_name="slug",
    )


class TakeForm(forms.Form):
    """Cash over the counter. `once` names this filled form, so that sending it twice gives one receipt."""

    amount_cents = EuroField(label=_("How much?"))
    donor = forms.CharField(
        label=_("Who gives it?"),
        max_length=120,
        required=False,
        help_text=_("With a name, the cash can be given back without the receipt."),
    )
    show_name = forms.BooleanField(label=_("Show the name on the project's page"), required=False)
    email = forms.EmailField(
        label=_("Email for the receipt"),
        required=False,
        help_text=_("If there is one: the receipt goes there."),
    )
    reward = forms.TypedChoiceField(label=_("Reward"), required=False, coerce=int, empty_value=None)
    once = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        kwargs["initial"] = {"once": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        rewards = [
            reward
            for reward in campaign.rewards.all()
            if reward.stock is None or reward.claimed < reward.stock
        ]
        choice = self.fields["reward"]
        assert isinstance(choice, forms.TypedChoiceField)  # noqa: S101 - the field declared above
        choice.choices = [("", _("None")), *((reward.pk, reward.title) for reward in rewards)]
        if not rewards:
            del self.fields["reward"]


class WhyForm(forms.Form):
    """Why a receipt is cancelled, or a count turned down."""

    why = forms.CharField(label=_("Reason"), max_length=200)


class SearchForm(forms.Form):
    """Cash that is owed to somebody who stands at the desk."""

    q = forms.CharField(
        label=_("Number of the receipt, or name"),
        max_length=120,
        required=False,
        help_text=_("Like 3/2026/17, or at least three letters of the name."),
    )


class SignatureForm(forms.Form):
    """Who signs for cash that is handed back."""

    signature_name = forms.CharField(
        label=_("Name of who signs"), max_length=120, help_text=_("As on the document that they show you.")
    )


class AccountForm(forms.Form):
    """Where cash goes back to by bank transfer."""

    iban = forms.CharField(
        label=_("IBAN"), max_length=42, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    holder = forms.CharField(label=_("Whose account is it?"), max_length=70)


class CountForm(forms.Form):
    """What was counted in the till at the end of the day."""

    counted_cents = EuroField(label=_("Cash counted in the till"), min_cents=0)
    reason = forms.CharField(label=_("If it is not what the books say, why?"), max_length=200, required=False)


class SendForm(forms.Form):
    """Cash that leaves for the bank."""

    cents = EuroField(label=_("How much goes to the bank?"))
    bag = forms.CharField(label=_("Number of the bag or of the deposit slip"), max_length=60)


class BankedForm(forms.Form):
    """Cash that arrived at the bank."""

    proof = forms.CharField(
        label=_("Line of the bank's statement"),
        max_length=120,
        help_text=_("Date and reference of the deposit, as the statement has them."),
    )


class DeskForm(forms.Form):
    """A desk's card."""

    name = forms.CharField(label=_("Name"), max_length=120)
    address = forms.CharField(label=_("Address"), max_length=200)
    hours = forms.CharField(label=_("Opening hours"), max_length=200, required=False)
    neighbourhood: forms.ModelChoiceField[Neighbourhood] = forms.ModelChoiceField(
        label=_("Neighbourhood"), queryset=Neighbourhood.objects.order_by("name")
    )

    @staticmethod
    def card_of(desk: CashDesk) -> dict[str, Any]:
        """Give a desk's card as the form shows it."""
        return {name: getattr(desk, name) for name in ("name", "address", "hours", "neighbourhood")}


class OperatorForm(forms.Form):
    """Somebody who is to work at a desk."""

    email = forms.EmailField(label=_("Email"), help_text=_("The person must have an account."))
