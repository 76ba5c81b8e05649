"""What people write about money that goes back: refunds, answers to backers and banks, debts, the reserve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import EuroField
from payments.enums import CROWD_CHANNELS, ClosingKind, EvidenceKind, Place, RefundStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payments.models import DisputeFile

MOST_CENTS = 10**11


def _text(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class AskForm(forms.Form):
    """A backer says why they want their money back."""

    text = forms.CharField(label=_("Why do you ask for your money back?"), max_length=2000, widget=_text())


class AnswerForm(forms.Form):
    """An officer says no to a request, and why."""

    answer = forms.CharField(
        label=_("Answer to the backer"),
        max_length=2000,
        widget=_text(),
        help_text=_("The backer gets it by email."),
    )


class RefundForm(forms.Form):
    """How much goes back, and why."""

    amount_cents = EuroField(label=_("Amount"), max_cents=MOST_CENTS)
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The backer reads it."))


class OtherWayForm(forms.Form):
    """A refund paid by bank transfer because the card's bank did not take it."""

    proof = forms.CharField(label=_("Reference of the bank transfer"), max_length=60)
    paid_on = forms.DateField(
        label=_("Day of the transfer"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("How it was agreed with the backer"),
        max_length=200,
        help_text=_("No account numbers here: they stay with the bank."),
    )


class EvidenceForm(forms.Form):
    """What the bank should know of a disputed charge."""

    text = forms.CharField(label=_("What the bank should know"), max_length=5000, widget=_text(8))


class ReasonForm(forms.Form):
    """Why a dispute is accepted."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class EvidenceFileForm(forms.Form):
    """A file for the bank, and what it shows."""

    kind = forms.ChoiceField(
        label=_("What the file shows"), choices=EvidenceKind.choices, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}),
    )


class RemoveFileForm(forms.Form):
    """Which file is taken away."""

    file = forms.ChoiceField(label=_("File"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, files: Sequence[DisputeFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["file"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - the field declared above
        chosen.choices = [(str(file.pk), f"{file.name} ({file.get_kind_display()})") for file in files]


class ClosingForm(forms.Form):
    """What became of a debt, whole or in part."""

    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=[
            (ClosingKind.PAID, _("It was paid back into our bank account")),
            (ClosingKind.WRITE_OFF, _("It is given up: a loss of the platform")),
        ],
        widget=forms.RadioSelect,
    )
    amount_cents = EuroField(label=_("Amount"), max_cents=MOST_CENTS)
    reason = forms.CharField(label=_("Proof or reason"), max_length=200)


class AdvanceForm(forms.Form):
    """Money of the platform's own, paid in."""

    place = forms.ChoiceField(label=_("Where the money is"), choices=Place.choices, widget=forms.RadioSelect)
    amount_cents = EuroField(label=_("Amount"), max_cents=MOST_CENTS)
    proof = forms.CharField(
        label=_("Number of the payment"),
        max_length=64,
        help_text=_("At Stripe the top-up, like tu_1AbC…; at the bank the transfer's reference."),
    )
    reason = forms.CharField(label=_("What for"), max_length=200)


class RefundFilterForm(forms.Form):
    """Which refunds to show, and whose pledge to look for."""

    q = forms.CharField(label=_("Email or number of a pledge"), max_length=120, required=False)
    status = forms.ChoiceField(
        label=_("State"), choices=[("", _("All")), *RefundStatus.choices], required=False
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[("", _("All")), *[(channel.value, channel.label) for channel in CROWD_CHANNELS]],
        required=False,
    )


class StatusFilterForm(forms.Form):
    """Which rows to show, by their state."""

    status = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)  # noqa: S101 - the field declared above
        status.choices = [("", _("All")), *choices]
