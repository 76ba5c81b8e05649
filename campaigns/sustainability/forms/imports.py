from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RefusableForm
from campaigns.sustainability.documents.sheet import LARGEST_SHEET

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class SheetForm(RefusableForm):
    """A spreadsheet of months, or the one that was looked at just now, to be taken in."""

    file = forms.FileField(
        label=_("The spreadsheet, saved as CSV"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("First you see what it would change; nothing is taken in before you say so."),
    )
    seen = forms.CharField(required=False, max_length=LARGEST_SHEET, strip=False, widget=forms.HiddenInput)

    def clean_file(self) -> UploadedFile[Any] | None:
        """Refuse a file that no accounts fill, before it is read."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file and (file.size or 0) > LARGEST_SHEET:
            raise forms.ValidationError(_("This file is too large for monthly accounts."), code="too_large")
        return file

    def content(self) -> bytes | None:
        """Return the bytes to read, None (and an error) when there is no file."""
        file = self.cleaned_data.get("file")
        if file:
            return bytes(file.read())
        if self.cleaned_data.get("seen"):
            return str(self.cleaned_data["seen"]).encode()
        if not self.errors:
            self.add_error("file", _("Choose the file."))
        return None
