from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RefusableForm
from campaigns.impact.documents.table import LARGEST_BYTES
from campaigns.impact.models import Series
from crowdfund.kit.files import ACCEPT

if TYPE_CHECKING:
    from campaigns.models import Indicator


class SeriesForm(RefusableForm):
    """What a series says and where it comes from."""

    title = forms.CharField(label=_("Title"), max_length=160)
    unit = forms.CharField(label=_("Unit"), max_length=40)
    source = forms.CharField(label=_("Source"), max_length=200)
    source_url = forms.CharField(label=_("Address of the source"), max_length=300, required=False)
    licence = forms.CharField(label=_("Licence"), max_length=80, help_text=_("For example: CC BY 4.0"))
    about = forms.CharField(
        label=_("What it says, and how it is made"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ValuesForm(RefusableForm):
    """A table of values, or the one that was looked at just now, to be taken in."""

    file = forms.FileField(
        label=_("The table, saved as CSV"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("Columns kind, territory, year, value. First you see what it would change."),
    )
    seen = forms.CharField(required=False, max_length=LARGEST_BYTES, strip=False, widget=forms.HiddenInput)

    def content(self) -> bytes | None:
        """Return the bytes to read, None (and an error) when there is no file."""
        file = self.cleaned_data.get("file")
        if file:
            return bytes(file.read(LARGEST_BYTES + 1))
        if self.cleaned_data.get("seen"):
            return str(self.cleaned_data["seen"]).encode()
        self.add_error("file", _("Choose the file."))
        return None


class LinkForm(RefusableForm):
    """Which series stands beside an indicator."""

    series = forms.ModelChoiceField(
        label=_("Series"), queryset=Series.objects.all(), required=False, empty_label=_("None")
    )

    @classmethod
    def of(cls, indicator: Indicator, data: object = None) -> LinkForm:
        """Return the form with what is chosen."""
        link = getattr(indicator, "benchmark", None)
        return cls(data, initial={"series": link and link.series_id})  # type: ignore[arg-type]


class StudyForm(RefusableForm):
    """A published study."""

    title = forms.CharField(label=_("Title"), max_length=200)
    authors = forms.CharField(label=_("Authors"), max_length=200)
    published_on = forms.DateField(
        label=_("Published on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    about = forms.CharField(label=_("What it is about"), max_length=500, required=False)
    link = forms.CharField(label=_("Link"), max_length=300, required=False)
    file = forms.FileField(
        label=_("Or a file"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPT})
    )
