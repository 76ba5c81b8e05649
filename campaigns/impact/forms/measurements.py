from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RefusableForm
from campaigns.impact.services.measurements import LONGEST_WHY, Taken
from crowdfund.kit.files import ACCEPT

if TYPE_CHECKING:
    from campaigns.impact.models import Measurement


class MeasurementForm(RefusableForm):
    """What an indicator was on a day."""

    value = forms.DecimalField(label=_("Value"), max_digits=14, decimal_places=2, localize=True)
    measured_on = forms.DateField(
        label=_("Measured on which day?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("How you measured it; everybody reads it once it is verified."),
    )
    file = forms.FileField(
        label=_("Evidence"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_("A register, a survey, a photo: only you and the city see it before it is verified."),
    )
    file_public = forms.BooleanField(
        label=_("Everybody may see the evidence once it is verified: there is nobody's private data in it."),
        required=False,
    )

    def __init__(self, *args: Any, unit: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].help_text = unit

    def taken(self) -> Taken:
        """Return what was measured, as the service takes it."""
        names = ("value", "measured_on", "note", "file", "file_public")
        return Taken(**{name: self.cleaned_data[name] for name in names})


class CorrectionForm(MeasurementForm):
    """What it really was, and why it is said anew."""

    why = forms.CharField(label=_("What is corrected, and why?"), max_length=LONGEST_WHY)


class SendBackForm(RefusableForm):
    """Why a measurement is sent back."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=LONGEST_WHY,
        help_text=_("The team reads it, and corrects the measurement."),
    )


def correction_initial(row: Measurement) -> dict[str, Any]:
    """Return what the form shows of a measurement."""
    return {name: getattr(row, name) for name in ("value", "measured_on", "note", "file_public")}
