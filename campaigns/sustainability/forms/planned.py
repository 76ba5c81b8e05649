from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.sustainability.formula.planning import WhatIf
from campaigns.sustainability.models import FIGURES
from campaigns.sustainability.selectors.explained import FIGURE_LABELS

MOST_PERCENT, MOST_MONTHS = 1000, 24


class WhatIfForm(forms.Form):
    """A question to the plan; nothing is stored. What is not understood changes nothing, and is said."""

    kinds = forms.MultipleChoiceField(
        label=_("What changes?"),
        choices=[(name, FIGURE_LABELS[name]) for name in FIGURES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    percent = forms.IntegerField(
        label=_("By how many percent?"),
        min_value=-100,
        max_value=MOST_PERCENT,
        required=False,
        help_text=_("10 is a tenth more, -10 a tenth less."),
    )
    delay = forms.IntegerField(
        label=_("How many months later does it start?"), min_value=0, max_value=MOST_MONTHS, required=False
    )

    def asked(self) -> WhatIf:
        """Return the change; none when the form is not valid."""
        if not self.is_valid():
            return WhatIf()
        data = self.cleaned_data
        return WhatIf(tuple(data["kinds"]), data["percent"] or 0, data["delay"] or 0)
