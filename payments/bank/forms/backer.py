from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import EuroField
from crowdfund.kit.money import format_euro
from payments.bank.models.transfers import LONGEST_HOLDER
from payments.bank.services.consents import TRANSFER_VERSION, transfer_text

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from campaigns.models import Campaign, Reward
    from payments.models import Pledge

PRESETS = ("25", "50", "100", "250")
LONGEST_TYPED_IBAN = 50  # with spaces


def _amount_field() -> EuroField:
    return EuroField(
        label=_("How much"),
        min_cents=settings.TRANSFER_MIN_CENTS,
        max_cents=settings.TRANSFER_LIMIT_CENTS,
    )


def _consent_field(campaign: Campaign) -> forms.BooleanField:
    return forms.BooleanField(
        label=transfer_text(campaign=campaign, amount_cents=None, language=get_language() or "it"),
        error_messages={"required": _("Without your agreement we can't take your pledge.")},
    )


class AccountForm(forms.Form):
    """Where money goes back to."""

    iban = forms.CharField(
        label=_("Your IBAN"),
        max_length=LONGEST_TYPED_IBAN,
        help_text=_("The account you pay from: if the goal is missed, your money goes back there."),
        widget=forms.TextInput(
            {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )
    holder = forms.CharField(
        label=_("Holder of the account"),
        max_length=LONGEST_HOLDER,
        widget=forms.TextInput({"autocomplete": "name"}),
    )


class TransferForm(AccountForm):
    """A new pledge by bank transfer: how much, a reward, from which account, the name, the email, the consent."""

    amount_cents = _amount_field()
    reward = forms.TypedChoiceField(
        label=_("Reward"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
    )
    email = forms.EmailField(
        label=_("Your email"),
        help_text=_("We write to you how to make the transfer, and when it has arrived."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    show_name = forms.BooleanField(
        label=_("Show my name among the backers"),
        required=False,
        help_text=_("Otherwise nobody sees who you are."),
    )
    name = forms.CharField(
        label=_("Your name"), max_length=120, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )
    field_order = ["amount_cents", "reward", "email", "iban", "holder", "show_name", "name"]

    def __init__(
        self, *args: Any, campaign: Campaign, rewards: list[Reward], by: Visitor, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_cents"] = _amount_field()
        choice = self.fields["reward"]
        if rewards and isinstance(choice, forms.TypedChoiceField):
            labels = [(str(reward.pk), _reward_label(reward)) for reward in rewards]
            choice.choices = [("", _("No reward, thank you")), *labels]
        else:
            del self.fields["reward"]
        if by.is_authenticated:
            del self.fields["email"]
        self.fields["consent"] = _consent_field(campaign)

    def deed(self) -> dict[str, Any]:
        """Return what the service is asked for."""
        given = self.cleaned_data
        return {
            "amount_cents": given["amount_cents"],
            "reward": given.get("reward"),
            "name": given["name"],
            "show_name": given["show_name"],
            "email": given.get("email", ""),
            "iban": given["iban"],
            "holder": given["holder"],
            "consent_version": TRANSFER_VERSION if given["consent"] else "",
        }


def _reward_label(reward: Reward) -> str:
    return f"{reward.title} – {_('from')} {format_euro(reward.min_cents, get_language() or 'it')}"


class AmountForm(forms.Form):
    """Another amount for a transfer that is awaited."""

    amount_cents = _amount_field()

    def __init__(self, *args: Any, pledge: Pledge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_cents"] = _amount_field()
        self.fields["amount_cents"].initial = pledge.amount_cents
        self.fields["consent"] = _consent_field(pledge.campaign)

    def deed(self) -> dict[str, Any]:
        """Return what the service is asked for."""
        return {
            "amount_cents": self.cleaned_data["amount_cents"],
            "consent_version": TRANSFER_VERSION if self.cleaned_data["consent"] else "",
        }
