from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.commission.forms.fields import PointsField
from campaigns.commission.selectors.words import points
from campaigns.commission.services.sheets import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.commission.models import Criterion, Sheet


class DeclareForm(forms.Form):
    """Is there a conflict of interest on this application, and which."""

    FREE, CONFLICT = "free", "conflict"

    conflict = forms.ChoiceField(
        label=_("Do you, or people close to you, have an interest in this project?"),
        widget=forms.RadioSelect,
        choices=[
            (FREE, _("No: I can judge it freely")),
            (CONFLICT, _("Yes: I don't judge it")),
        ],
    )
    why = forms.CharField(
        label=_("If yes: which"), widget=forms.Textarea({"rows": 3}), max_length=2000, required=False
    )


class ConflictForm(forms.Form):
    """A conflict that was found while reading."""

    why = forms.CharField(
        label=_("What the conflict is"), widget=forms.Textarea({"rows": 3}), max_length=2000
    )


class SheetForm(forms.Form):
    """Points and a reason on every criterion; a draft may leave some empty."""

    def __init__(self, *args: Any, criteria: Sequence[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for one in criteria:
            self.fields[f"points_{one.number}"] = PointsField(
                label=_("%(criterion)s: points from 0 to %(most)s")
                % {"criterion": one.label, "most": points(one.max_tenths)},
                help_text=one.asks,
                required=False,
            )
            self.fields[f"reason_{one.number}"] = forms.CharField(
                label=_("%(criterion)s: why") % {"criterion": one.label},
                widget=forms.Textarea({"rows": 3}),
                max_length=4000,
                required=False,
            )

    def marks(self) -> dict[int, Mark]:
        """Return what was written, for the service; a reason alone waits for its points."""
        data = self.cleaned_data
        return {
            one.number: Mark(data[f"points_{one.number}"], data[f"reason_{one.number}"])
            for one in self.criteria
            if data[f"points_{one.number}"] is not None
        }

    def clean(self) -> dict[str, Any]:
        """Ask for points where there is only a reason: a draft must not lose what was written."""
        for one in self.criteria:
            name, written = f"points_{one.number}", self.cleaned_data.get(f"reason_{one.number}")
            if written and name not in self.errors and self.cleaned_data.get(name) is None:
                self.add_error(name, _("Give points too: a reason alone is not kept."))
        return self.cleaned_data


def sheet_initial(sheet: Sheet) -> dict[str, Any]:
    """Return what the form shows of a draft."""
    initial: dict[str, Any] = {}
    for score in sheet.scores.all():
        initial[f"points_{score.criterion.number}"] = score.tenths
        initial[f"reason_{score.criterion.number}"] = score.reason
    return initial
