from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RefusableForm
from payments.receipts.services.donors import Donor
from payments.receipts.services.texts import LONGEST

if TYPE_CHECKING:
    from payments.models import Pledge
    from payments.receipts.models import CorrectionRequest, DonorDetails, ReceiptDonor


class DonorForm(RefusableForm):
    """Who gives, as it shall stand on the receipt."""

    name = forms.CharField(
        label=_("Name and surname"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    tax_code = forms.CharField(
        label=_("Codice fiscale"),
        max_length=20,
        required=False,
        help_text=_("Without it the receipt is valid, but of no use for your tax return."),
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )

    def donor(self) -> Donor:
        """Give what was typed, for the service."""
        return Donor(**self.cleaned_data)


def donor_now(
    pledge: Pledge, details: DonorDetails | None, on_paper: ReceiptDonor | CorrectionRequest | None
) -> dict[str, str]:
    """Give what stands now: on the documents, else in the details, else the pledge's name."""
    source = on_paper or details
    if source is None:
        return {"name": pledge.name, "tax_code": "", "address": ""}
    return {"name": source.name or pledge.name, "tax_code": source.tax_code, "address": source.address}


class TextForm(RefusableForm):
    """What an organisation says on its receipts."""

    text = forms.CharField(
        label=_("Text on your receipts"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_(
            "For example what kind of body you are, in which register, and under which article a gift can be deducted. "
            "You answer for it; an officer reads it first."
        ),
    )


class WhyForm(RefusableForm):
    """A no, with its reason."""

    why = forms.CharField(label=_("Why not"), max_length=200)
