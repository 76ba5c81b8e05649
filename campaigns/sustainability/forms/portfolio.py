from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.places.models import Neighbourhood
from campaigns.calls.models import Call
from campaigns.sustainability.enums import Stage
from campaigns.sustainability.selectors.portfolio import Filters

ANY = ("", _("All"))
SORT_LABELS = [
    ("strongest", _("Self-sufficiency, strongest first")),
    ("weakest", _("Self-sufficiency, weakest first")),
    ("latest", _("Latest accounts")),
    ("title", _("Title")),
    ("place", _("Neighbourhood")),
]


class PortfolioFilter(forms.Form):
    """The filters of the portfolio; what is not understood is left out."""

    neighbourhood = forms.ModelChoiceField(
        queryset=Neighbourhood.objects.defer("boundary"),
        to_field_name="slug",
        required=False,
        label=_("Neighbourhood"),
        empty_label=_("All"),
    )
    call = forms.ModelChoiceField(
        queryset=Call.objects.all(),
        to_field_name="slug",
        required=False,
        label=_("Call"),
        empty_label=_("All"),
    )
    stage = forms.ChoiceField(
        choices=[ANY, *Stage.choices, ("none", _("No stage yet"))], required=False, label=_("Stage")
    )

    sort = forms.ChoiceField(choices=SORT_LABELS, required=False, label=_("In order of"))

    def kept(self) -> Filters:
        """Return the filters that hold, as the selectors take them."""
        self.is_valid()
        place, call = (self.cleaned_data.get(name) for name in ("neighbourhood", "call"))
        return Filters(
            neighbourhood=place.slug if place else "",
            call=call.slug if call else "",
            stage=self.cleaned_data.get("stage", ""),
            sort=self.cleaned_data.get("sort") or "strongest",
        )
