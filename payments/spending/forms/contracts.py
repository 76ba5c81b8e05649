from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import EuroField, cig_validator, cup_validator
from crowdfund.kit.files import ACCEPT
from payments.spending.enums import ContractKind, Procedure
from payments.spending.services import ContractSheet, MovementSheet

MOST = 10**12


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class UpperField(forms.CharField):
    """A code: no spaces around it, in capitals."""

    def to_python(self, value: Any) -> Any:
        """Return the code as it is written on acts."""
        return (super().to_python(value) or "").upper()


class ContractForm(forms.Form):
    """What is written down of a contract; another person confirms it."""

    kind = forms.ChoiceField(label=_("What it is"), choices=ContractKind.choices)
    subject = forms.CharField(label=_("Subject"), max_length=240)
    amount_cents = EuroField(label=_("Amount"), max_cents=MOST)
    beneficiary = forms.CharField(
        label=_("Beneficiary"), max_length=160, help_text=_("Who is paid, as on the act.")
    )
    tax_code = UpperField(
        label=_("Tax number of the beneficiary"),
        max_length=16,
        help_text=_("Codice fiscale or partita IVA. A person's is never published."),
    )
    cig = UpperField(
        label=_("CIG"),
        max_length=10,
        required=False,
        validators=[cig_validator],
        help_text=_("Ten letters or digits; a grant has none."),
    )
    cup = UpperField(
        label=_("CUP"),
        max_length=15,
        required=False,
        validators=[cup_validator],
        help_text=_("The programme's unless you write another one."),
    )
    office = forms.CharField(label=_("Office"), max_length=120)
    responsible = forms.CharField(label=_("Person in charge of the procedure"), max_length=120)
    act_number = forms.CharField(label=_("Number of the act"), max_length=40)
    act_on = _day(_("Date of the act"))
    procedure = forms.ChoiceField(label=_("How the beneficiary was chosen"), choices=Procedure.choices)
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=200, help_text=_("The law or decision that the amount rests on.")
    )

    def sheet(self) -> ContractSheet:
        """Give what was written as the service reads it."""
        return ContractSheet(**self.cleaned_data)


class MandateForm(forms.Form):
    """A mandate that the treasury paid."""

    number = forms.CharField(label=_("Number of the mandate"), max_length=40)
    dated_on = _day(_("Date of the mandate"))
    amount_cents = EuroField(label=_("Amount"), max_cents=MOST)

    def sheet(self) -> MovementSheet:
        """Give what was written as the service reads it."""
        return MovementSheet(**self.cleaned_data)


class ReductionForm(MandateForm):
    """An act that reduces a contract: the money goes back to the programme."""

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = _("Number of the act")
        self.fields["dated_on"].label = _("Date of the act")


class WhyForm(forms.Form):
    """Why something is turned down, corrected or annulled."""

    why = forms.CharField(label=_("Reason"), max_length=200)


class DocumentForm(forms.Form):
    """A file to attach to a contract."""

    title = forms.CharField(label=_("What it is"), max_length=120, help_text=_("Like “Act of award”."))
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, ODT, ODS, DOCX, XLSX, CSV or a picture, 10 MB at most."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )
