"""What an officer writes: a reason, a verdict on an item, more time."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.reporting.forms.team import day, text
from campaigns.reporting.services.words import LONGEST_EVENT, LONGEST_REASON


class SendBackForm(forms.Form):
    """Why something goes back to its team."""

    reason = forms.CharField(label=_("What has to change?"), max_length=LONGEST_EVENT, widget=text())


class WhyNotForm(forms.Form):
    """Why the answer is no."""

    why = forms.CharField(label=_("Why not?"), max_length=LONGEST_EVENT, widget=text())


class VerdictForm(forms.Form):
    """Why an item is not eligible; nothing for one that is."""

    reason = forms.CharField(
        label=_("Reason, if it is not eligible"), max_length=LONGEST_REASON, required=False
    )


class MoreTimeForm(forms.Form):
    """Another day until which a report is due, and why."""

    due_on = forms.DateField(label=_("New date"), widget=day())
    reason = forms.CharField(label=_("Why?"), max_length=LONGEST_EVENT, widget=text())
