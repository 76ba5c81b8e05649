from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import EuroField
from crowdfund.kit.money import format_euro
from payments.enums import Method
from payments.services.consents import CHARGE_VERSION, charge_text

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from campaigns.models import Campaign, Reward
    from payments.models import Pledge

PRESETS = ("10", "25", "50", "100")


def _amount_field() -> EuroField:
    return EuroField(
        label=_("How much"), min_cents=settings.PLEDGE_MIN_CENTS, max_cents=settings.CARD_LIMIT_CENTS
    )


def _consent_field(campaign: Campaign) -> forms.BooleanField:
    return forms.BooleanField(
        label=charge_text(campaign=campaign, amount_cents=None, language=get_language() or "it"),
        error_messages={"required": _("Without your agreement we can't save your card or account.")},
    )


def _reward_label(reward: Reward) -> str:
    return f"{reward.title} – {_('from')} {format_euro(reward.min_cents, get_language() or 'it')}"


WAYS = [
    (Method.CARD, _("By card. It is charged at once when the goal is reached.")),
    (
        Method.SEPA_DEBIT,
        _(
            "By direct debit from your bank account, with your IBAN. It takes some days; for 8 weeks you can "
            "have it back."
        ),
    ),
]


class PledgeForm(forms.Form):
    """A new pledge: how much, a reward, by which way, the name, the email, the consent. `key` names one such form."""

    amount_cents = _amount_field()
    reward = forms.TypedChoiceField(
        label=_("Reward"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
    )
    method = forms.ChoiceField(
        label=_("How do you want to give?"),
        choices=WAYS,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("You give the card or the IBAN on the next page, where you can still change your mind."),
    )
    show_name = forms.BooleanField(
        label=_("Show my name among the backers"),
        required=False,
        help_text=_("Otherwise nobody sees who you are."),
    )
    name = forms.CharField(
        label=_("Your name"), max_length=120, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your email"),
        help_text=_("We write to you what happens to your pledge, and how to change or cancel it."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )

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
        self.fields["key"] = forms.CharField(
            required=False, max_length=64, widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex
        )
        self.fields["method"].required = False
        self.initial.setdefault("method", Method.CARD)

    def form_key(self, *parts: object) -> str:
        """Name what was sent: the same for a form sent twice, another once anything in it has changed."""
        given = [self.cleaned_data[name] for name in sorted(self.cleaned_data)]
        return hashlib.sha256(repr((given, parts)).encode()).hexdigest()

    def deed(self) -> dict[str, Any]:
        """Return what the service is asked for."""
        given = self.cleaned_data
        return {
            "amount_cents": given["amount_cents"],
            "reward": given.get("reward"),
            "method": given["method"] or Method.CARD,
            "name": given["name"],
            "show_name": given["show_name"],
            "email": given.get("email", ""),
            "consent_version": CHARGE_VERSION if given["consent"] else "",
        }


class AmountForm(forms.Form):
    """Another amount for a pledge that stands."""

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
            "consent_version": CHARGE_VERSION if self.cleaned_data["consent"] else "",
        }
