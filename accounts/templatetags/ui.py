"""Figures, days, form fields and other small pieces of markup, as every page writes them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.core.files.storage import default_storage
from django.forms import BoundField, CheckboxInput, ClearableFileInput, RadioSelect, Select, Textarea
from django.forms.widgets import CheckboxSelectMultiple, FileInput
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from crowdfund.kit.money import format_euro

register = template.Library()

NBSP = "\N{NO-BREAK SPACE}"
DRAWINGS = "pictures/"
NO_PICTURE = "pictures/quartiere.svg"
DJANGOS_ROWS = "10"  # what a text area gets when nobody said how tall


def _language() -> str:
    return (get_language() or "it").split("-")[0]


@register.filter
def cents(amount: int | None) -> str:
    """Whole cents as euros in the reader's language: `1234567` → `12.345,67 €`. Nothing for None."""
    return "" if amount is None else format_euro(int(amount), _language())


@register.filter
def euros(amount: int | None) -> str:
    """Like `cents`, but without the decimals of a whole sum: `1200000` → `12.000 €`. Never rounds."""
    text = cents(amount)
    if amount is None or int(amount) % 100:
        return text
    return text.replace(",00", "") if _language() == "it" else text.removesuffix(".00")


@register.filter
def percent(points: float | Decimal | None, decimals: int = 0) -> str:
    """Percentage points in the reader's language: `97` → `97 %` in Italian, `97%` in English."""
    if points is None:
        return ""
    exact = Decimal(str(points)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    figure = number_format(exact, decimal_pos=decimals)
    return f"{figure}{NBSP}%" if _language() == "it" else f"{figure}%"


@register.filter
def ratio(share: float | Decimal | None, decimals: int = 0) -> str:
    """A share of one as a percentage: `0.824` → `82 %`."""
    return "" if share is None else percent(Decimal(str(share)) * 100, decimals)


@register.filter
def day(when: dt.date | None) -> str:
    """A day in words, its month in lower case in Italian: `7 marzo 2026`, `7 March 2026`."""
    return _in_words(when, "j F Y")


@register.filter
def short_day(when: dt.date | None) -> str:
    """A day without its year: `7 marzo`."""
    return _in_words(when, "j F")


@register.filter
def month(when: dt.date | None) -> str:
    """A month and its year: `marzo 2026`."""
    return _in_words(when, "F Y")


@register.filter
def moment(when: dt.datetime | None) -> str:
    """A day and an hour in local time: `7 marzo 2026, 18:00`."""
    return _in_words(when, "j F Y, H:i")


def _in_words(when: dt.date | None, pattern: str) -> str:
    if when is None:
        return ""
    if isinstance(when, dt.datetime) and timezone.is_aware(when):
        when = timezone.localtime(when)
    text = date_format(when, pattern, use_l10n=False)
    return text.lower() if _language() == "it" else text


@register.filter
def days_until(deadline: dt.datetime | None, now: dt.datetime) -> int | None:
    """Days from `now` to a deadline, by the calendar: 0 on the last day. None when it is over or not set."""
    if deadline is None or deadline <= now:
        return None
    return (timezone.localdate(deadline) - timezone.localdate(now)).days


@register.filter
def picture(name: str | None) -> str:
    """The address of a picture by its stored name: the project's own drawings are static, the rest is uploaded."""
    if not name:
        return static(NO_PICTURE)
    return static(name) if name.startswith(DRAWINGS) else default_storage.url(name)


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last word of a name: `Anna Maria Bianchi` → `AB`."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    if not words:
        return "?"
    picked = words if len(words) == 1 else [words[0], words[-1]]
    return "".join(word[0] for word in picked).upper()


@register.filter
def tint(name: str) -> int:
    """One of six avatar colours, the same for the same name everywhere."""
    return sum(map(ord, str(name))) % 6 + 1


@dataclass(frozen=True)
class Thermometer:
    """Widths of the bars, in hundredths of the track; `goal` is where the goal's tick stands."""

    pledged: float
    collected: float
    goal: float
    percent: int
    crowd_share: float


def thermometer_widths(
    *, goal_cents: int, pledged_cents: int, match_cents: int = 0, collected_cents: int = 0
) -> Thermometer:
    """Widths for sums in whole cents. Beyond its goal the track grows and the goal moves inside it."""
    full = max(goal_cents, pledged_cents, collected_cents, 1)
    total = pledged_cents + match_cents
    return Thermometer(
        pledged=round(100 * pledged_cents / full, 2),
        collected=round(100 * collected_cents / full, 2),
        goal=round(100 * goal_cents / full, 2),
        percent=100 * pledged_cents // goal_cents if goal_cents else 0,
        crowd_share=round(100 * pledged_cents / total, 2) if total else 0,
    )


@register.inclusion_tag("components/thermometer.html")
def thermometer(
    goal_cents: int,
    pledged_cents: int,
    match_cents: int | None = 0,
    collected_cents: int | None = 0,
    compact: bool = False,  # noqa: FBT001, FBT002 - a template writes compact=True
    promised_cents: int | None = 0,
) -> dict[str, Any]:
    """How far a campaign is, in whole cents: pledged, collected and match apart.

    `promised_cents` are transfers that have not arrived: they stand beside, and count for nothing yet.
    `compact` leaves out the second bar and the legend, for cards.
    """
    widths = thermometer_widths(
        goal_cents=goal_cents,
        pledged_cents=pledged_cents,
        match_cents=match_cents or 0,
        collected_cents=collected_cents or 0,
    )
    return {
        "widths": widths,
        "goal_cents": goal_cents,
        "pledged_cents": pledged_cents,
        "match_cents": match_cents or 0,
        "collected_cents": collected_cents or 0,
        "promised_cents": promised_cents or 0,
        "total_cents": pledged_cents + (match_cents or 0),
        "compact": compact,
    }


@dataclass(frozen=True)
class Step:
    """One step of a journey: `state` is `done`, `current` or `next`."""

    number: int
    label: str
    state: str


@register.inclusion_tag("components/steps.html")
def steps(labels: Sequence[str] | str, current: int) -> dict[str, Any]:
    """Where the reader is in a journey. `labels` is a list, or one string split at `|`; `current` from 1."""
    names = labels.split("|") if isinstance(labels, str) else [str(label) for label in labels]
    made = [
        Step(number, name.strip(), "done" if number < current else "current" if number == current else "next")
        for number, name in enumerate(names, start=1)
    ]
    return {"steps": made, "current": current, "total": len(made), "label": made[current - 1].label}


KINDS: tuple[tuple[type, str], ...] = (
    (RadioSelect, "radio"),
    (CheckboxSelectMultiple, "checks"),
    (CheckboxInput, "checkbox"),
    (ClearableFileInput, "file"),
    (FileInput, "file"),
    (Select, "select"),
    (Textarea, "textarea"),
)


@register.filter
def field_kind(field: BoundField) -> str:
    """Which markup a form field takes: `money`, `radio`, `checks`, `checkbox`, `file`, `select`, `textarea`, `text`.

    A field asks for another one with `widget.attrs["data-kind"]` (`money`, `cards`).
    """
    widget = field.field.widget
    if asked := widget.attrs.get("data-kind"):
        return str(asked)
    if type(field.field).__name__ == "EuroField":
        return "money"
    return next((kind for cls, kind in KINDS if isinstance(widget, cls)), "text")


@register.simple_tag
def control(field: BoundField, kind: str = "", **attrs: Any) -> SafeString:
    """The input itself, with the system's class and linked to its hint and its errors."""
    kind = kind or field_kind(field)
    given = str(field.field.widget.attrs.get("class", ""))
    base = {"checkbox": "", "radio": "", "checks": "", "select": "form-select"}.get(kind, "form-control")
    if kind == "money":
        attrs = {"inputmode": "decimal", "autocomplete": "off", **attrs}
    if kind == "textarea" and field.field.widget.attrs.get("rows") == DJANGOS_ROWS:
        attrs["rows"] = "5"
    if field.errors and base:
        base = f"{base} is-invalid"
    if joined := " ".join(part for part in (base, given) if part):
        attrs["class"] = joined
    return field.as_widget(attrs=attrs)
