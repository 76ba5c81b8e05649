"""Where an organisation's money goes: what its owner asks for, what an officer found when checking back."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.models.payouts import LONGEST_HOLDER


class AccountChangeForm(forms.Form):
    """Why card money shall go to another account."""

    reason = forms.CharField(label=_("Why"), max_length=200)
    evidence = forms.CharField(
        label=_("What shows that the organisation wants it"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("For example the minutes of the board, with their date; an officer calls back to check."),
    )


class IbanForm(AccountChangeForm):
    """The IBAN that money by transfer and in cash shall go to."""

    holder = forms.CharField(
        label=_("Account holder"),
        max_length=LONGEST_HOLDER,
        help_text=_("As the bank knows the organisation."),
    )
    iban = forms.CharField(label=_("IBAN"), max_length=42)
    field_order = ["holder", "iban", "reason", "evidence"]


class CheckBackForm(forms.Form):
    """How an officer checked back with the organisation."""

    checked_back = forms.CharField(
        label=_("How you checked back"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Whom you asked, and by which number or address that you knew before. Never those of the request."
        ),
    )
