from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from campaigns.commission.enums import TieBreaker
from campaigns.commission.forms.fields import PointsField
from campaigns.commission.services.grids import Asked, GridTerms

if TYPE_CHECKING:
    from campaigns.commission.models import Grid

MOST_CRITERIA = 12
SPARE = 3
CHOICES_IN_ORDER = 4


def moment(label: Any, **kwargs: Any) -> forms.DateTimeField:
    """Return a field for a day and an hour."""
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    formats = ["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"]
    return forms.DateTimeField(label=label, widget=widget, input_formats=formats, **kwargs)


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=10, widget=forms.NumberInput({"min": 1, "max": 90}))


class CriterionForm(forms.Form):
    """One criterion; a form without a name is none."""

    label = forms.CharField(label=_("Name"), max_length=80)
    asks = forms.CharField(label=_("What it asks, in plain words"), max_length=400)
    max_tenths = PointsField(label=_("Most points"), initial=100)
    weight = forms.IntegerField(
        label=_("Weight"), initial=1, widget=forms.NumberInput({"min": 1, "max": 100})
    )
    min_tenths = PointsField(label=_("Least mean to be eligible"), required=False)


CriteriaFormSet = formset_factory(CriterionForm, extra=SPARE, max_num=MOST_CRITERIA, validate_max=True)


class GridForm(forms.Form):
    """How the scores become a ranking; the lots always decide last."""

    minimum = PointsField(
        label=_("Least score to be eligible, out of 100"), required=False, help_text=_("Empty: none.")
    )
    lots_source = forms.CharField(
        label=_("Where the number for the lots comes from"),
        max_length=240,
        help_text=_("Something nobody can choose, like a public draw after applications have closed."),
    )
    skip_when_short = forms.BooleanField(
        label=_("If the pot can't carry a project, admit smaller ones below it"), required=False
    )
    appeal_days = _days(_("Days to appeal after the publication"))
    offer_days = _days(_("Days for a team to accept released money"))
    offers_until = moment(
        _("Released money is offered until"), required=False, help_text=_("Empty: it is not offered.")
    )

    def __init__(self, *args: Any, labels: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [("", _("nothing more"))]
        choices += [
            (f"{TieBreaker.CRITERION}:{number}", _("more points on criterion %(n)s") % {"n": number})
            for number in range(1, max(len(labels), MOST_CRITERIA) + 1)
        ]
        choices += [
            (TieBreaker.LOWER_COST.value, TieBreaker.LOWER_COST.label),
            (TieBreaker.EARLIER.value, TieBreaker.EARLIER.label),
        ]
        for place in range(1, CHOICES_IN_ORDER + 1):
            self.fields[f"tie_{place}"] = forms.ChoiceField(
                label=_("Between equal scores, number %(place)s decides:") % {"place": place},
                choices=choices,
                required=False,
            )
        self.order_fields(["minimum", *(f"tie_{n}" for n in range(1, CHOICES_IN_ORDER + 1)), "lots_source"])

    def terms(self, criteria: BaseFormSet[CriterionForm]) -> GridTerms:
        """Return what was written, for the service."""
        data = self.cleaned_data
        chosen = [data[f"tie_{place}"] for place in range(1, CHOICES_IN_ORDER + 1)]
        return GridTerms(
            criteria=[Asked(**form.cleaned_data) for form in criteria if form.cleaned_data],
            tie_breakers=[*filter(None, chosen), TieBreaker.LOTS.value],
            minimum_hundredths=10 * (data["minimum"] or 0),
            **{
                name: data[name]
                for name in ("lots_source", "skip_when_short", "appeal_days", "offer_days", "offers_until")
            },
        )


def grid_initial(grid: Grid) -> dict[str, Any]:
    """Return what the form shows of a grid."""
    names = ("lots_source", "skip_when_short", "appeal_days", "offer_days", "offers_until")
    chosen = [name for name in grid.tie_breakers if name != TieBreaker.LOTS]
    return {
        **{name: getattr(grid, name) for name in names},
        **{f"tie_{place}": name for place, name in enumerate(chosen, start=1)},
        "minimum": grid.minimum_hundredths // 10 or None,
    }


def criteria_initial(grid: Grid | None) -> list[dict[str, Any]]:
    """Return what the forms of its criteria show."""
    names = ("label", "asks", "max_tenths", "weight", "min_tenths")
    return [{name: getattr(one, name) for name in names} for one in grid.criteria.all()] if grid else []
