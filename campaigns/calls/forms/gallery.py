from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.files import ACCEPT


class PictureForm(forms.Form):
    """A picture for a gallery."""

    file = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, 8 MB at most. The place where it was taken is removed."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    alt = forms.CharField(
        label=_("What the picture shows"),
        max_length=200,
        help_text=_("For those who can't see it: who or what, doing what, where."),
    )
    credit = forms.CharField(label=_("Who took it"), max_length=120)
    consent = forms.BooleanField(
        label=_("Who can be recognised in it, and who took it, agreed to its being published"), required=False
    )


class PublicDocumentForm(forms.Form):
    """A document to publish."""

    title = forms.CharField(label=_("Title"), max_length=160)
    dated_on = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, ODT, ODS, DOCX, XLSX, CSV or a picture, 10 MB at most."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )
