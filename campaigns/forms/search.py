"""The filters of the campaign list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.enums import Theme
from campaigns.selectors.cards import Wish

if TYPE_CHECKING:
    from django.forms import BoundField

    from campaigns.selectors.cards import Facets

STATE_CHOICES = [
    ("", _("Any")),
    ("live", _("Live")),
    ("collecting", _("In collection")),
    ("funded", _("Funded")),
    ("missed", _("Goal missed")),
    ("cancelled", _("Cancelled")),
]
SORT_CHOICES = [
    ("near", _("Nearest to the goal")),
    ("ending", _("Ending soonest")),
    ("newest", _("Newest")),
]


class CampaignSearch(forms.Form):
    """What to look for. Nothing is required; what makes no sense is said and left out."""

    q = forms.CharField(label=_("What or where?"), required=False, max_length=100)
    neighbourhood = forms.ChoiceField(label=_("Neighbourhood"), required=False)
    theme = forms.ChoiceField(label=_("Theme"), required=False, choices=[("", _("Any")), *Theme.choices])
    call = forms.ChoiceField(label=_("Call"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATE_CHOICES)
    ending = forms.BooleanField(label=_("Ending within a week"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORT_CHOICES)

    def __init__(self, *args: Any, facets: Facets, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("neighbourhood", facets.neighbourhoods)
        self._offer("call", facets.calls)
        self.fields["q"].widget.input_type = "search"

    def _offer(self, name: str, pairs: list[tuple[str, str]]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [("", _("Any")), *pairs]

    def choices_offered(self) -> list[BoundField]:
        """Return the fields with a list to choose from, in the order they are shown."""
        return [self[name] for name in ("neighbourhood", "theme", "call", "state", "sort")]

    def wish(self) -> Wish:
        """Return what was asked for, without the fields that made no sense."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        return Wish(**asked)
