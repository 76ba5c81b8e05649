from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AcceptForm(forms.Form):
    """Why a difference may stand."""

    why = forms.CharField(
        label=_("Why it may stand"),
        max_length=200,
        help_text=_("What you found out, and where it is written down."),
    )
