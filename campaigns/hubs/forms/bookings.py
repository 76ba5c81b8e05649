from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RefusableForm
from accounts.models import Organisation
from campaigns.hubs.enums import Bookers, FreeFor, Weekday
from campaigns.hubs.services.spaces import Opening
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.hubs.models import Space


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, by the browser's own calendar."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs
    )


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, widget=forms.TimeInput(attrs={"type": "time", "step": "900"}, format="%H:%M")
    )


class BookingForm(RefusableForm):
    """Ask for a space."""

    title = forms.CharField(label=_("What for?"), max_length=120)
    day = day_field(_("Day"))
    begins = _time_field(_("From"))
    ends = _time_field(_("To"))
    until = day_field(_("Every week until"), required=False, help_text=_("Leave it empty for a single time."))
    people = forms.IntegerField(label=_("How many people?"), min_value=1, max_value=10_000)
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("For which organisation?"),
        required=False,
        empty_label=_("For myself"),
    )
    public = forms.BooleanField(
        label=_("Show it with its title in the public calendar"),
        required=False,
        help_text=_("Otherwise the calendar only says “Reserved”."),
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["organisation"]
        choices.queryset = organisations


class WhyForm(RefusableForm):
    """Why a hub says no, or takes a space back."""

    why = forms.CharField(label=_("Why?"), max_length=200)


PERIOD = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")


class HoursField(forms.CharField):
    """Opening times of a day as people write them: `9:00-13:00, 14:00-18:30`; nothing when closed."""

    def to_python(self, value: Any) -> Any:
        """Return pairs of times."""
        text = str(super().to_python(value) or "").strip()
        parts = (part.strip() for part in text.split(","))
        return [self._period(part) for part in parts if part]

    def _period(self, text: str) -> tuple[dt.time, dt.time]:
        match = PERIOD.fullmatch(text)
        hours = [int(number) for number in match.groups()] if match else [24] * 4
        try:
            return dt.time(hours[0], hours[1]), dt.time(hours[2], hours[3])
        except ValueError as error:
            raise forms.ValidationError(_("Write the hours like 9:00-13:00, 14:00-18:00.")) from error

    def prepare_value(self, value: Any) -> Any:
        """Write pairs of times."""
        if isinstance(value, list):
            return ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in value)
        return value


class SpaceForm(RefusableForm):
    """A space, its rules and its week."""

    name = forms.CharField(label=_("Name"), max_length=80)
    capacity = forms.IntegerField(label=_("People it holds"), min_value=1, max_value=10_000)
    equipment = forms.CharField(label=_("Equipment"), max_length=500, required=False)
    price_cents = EuroField(label=_("Price per hour"), min_cents=0)
    free_for = forms.ChoiceField(label=_("Free for"), choices=FreeFor.choices)
    bookers = forms.ChoiceField(label=_("Who may book"), choices=Bookers.choices)
    notice_hours = forms.IntegerField(label=_("Hours of notice"), min_value=0, max_value=24 * 90, initial=24)
    longest_minutes = forms.IntegerField(
        label=_("Longest booking, in minutes"), min_value=15, max_value=24 * 60, initial=240
    )
    ahead_days = forms.IntegerField(
        label=_("Days ahead it can be booked"), min_value=1, max_value=730, initial=180
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, label in Weekday.choices:
            self.fields[f"hours_{number}"] = HoursField(label=label, required=False, max_length=80)

    def hours(self) -> list[Opening]:
        """Return the week that was typed."""
        return [
            Opening(number, opens, closes)
            for number in Weekday.values
            for opens, closes in self.cleaned_data[f"hours_{number}"]
        ]

    def sheet(self) -> dict[str, Any]:
        """Return the rest."""
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("hours_")}


def week_of(space: Space) -> dict[str, Any]:
    """Return what a form about a space begins with."""
    names = [name for name in SpaceForm.base_fields if hasattr(space, name)]
    week: dict[str, Any] = {name: getattr(space, name) for name in names}
    for one in space.hours.all():
        week.setdefault(f"hours_{one.weekday}", []).append((one.opens, one.closes))
    return week
