"""Charts drawn on the server: SVG with a title and a description, and their figures as a table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.templatetags.ui import cents, euros, percent, ratio

register = template.Library()

Number = int | float | Decimal
SPAN_AT_LEAST = 0.01  # closer values are one and the same on a drawing
DOTS_AT_MOST = 24  # beyond, they hide the line: only the last one is drawn


@dataclass(frozen=True)
class Frame:
    """A drawing in its own units: size, and the margins that hold the axes' words."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int = 16
    bottom: int = 34

    @property
    def inner_width(self) -> int:
        """Width left for the lines."""
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        """Height left for the lines."""
        return self.height - self.top - self.bottom


WIDE = Frame("wide", 760, 320, 76, 20)
NARROW = Frame("narrow", 340, 250, 58, 12)


def nice_step(span: float, parts: int) -> float:
    """The round step (1, 2, 2.5 or 5 times a power of ten) that cuts `span` in at most `parts`."""
    rough = span / max(parts, 1)
    power = math.pow(10, math.floor(math.log10(rough)))
    return next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * (1 - 1e-9))


def ticks(low: float, high: float, parts: int = 4) -> list[float]:
    """Round values from at or below `low` to at or above `high`."""
    if high - low < SPAN_AT_LEAST:
        high = low + 1
    step = nice_step(high - low, parts)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(number * step, 10) for number in range(first, last + 1)]


def position(value: float, low: float, high: float, length: float) -> float:
    """Where `value` stands on an axis of `length` units between `low` and `high`, to a tenth."""
    return round(length * (value - low) / (high - low), 1)


def show(value: Number | None, unit: str) -> str:
    """A value in words: `unit` is `cents` (whole), `percent` (points), `ratio` (share of one) or `number`."""
    if value is None:
        return "–"
    writers = {
        "cents": lambda: cents(int(value)),
        "percent": lambda: percent(value, _decimals(value)),
        "ratio": lambda: ratio(value, 0),
    }
    return writers[unit]() if unit in writers else number_format(value, decimal_pos=_decimals(value))


def _decimals(value: Number) -> int:
    return 0 if float(value).is_integer() else 1


def _show_tick(value: float, unit: str) -> str:
    return euros(round(value)) if unit == "cents" else show(value, unit)


def _spread(points: int, limit: int) -> set[int]:
    """Which of `points` labels to write so that at most `limit` stand side by side, first and last included."""
    if points <= limit:
        return set(range(points))
    gaps = limit - 1
    return {round(number * (points - 1) / gaps) for number in range(limit)}


def _drawing(
    frame: Frame,
    labels: Sequence[str],
    lines: Sequence[Mapping[str, Any]],
    unit: str,
    limit: Number | None,
    *,
    stepped: bool = False,
) -> dict[str, Any]:
    values = [float(value) for line in lines for value in line["values"] if value is not None]
    if limit is not None:
        values.append(float(limit))
    scale = ticks(min([0.0, *values]), max([0.0, *values]))
    low, high = scale[0], scale[-1]

    def x(index: int) -> float:
        return round(frame.left + position(index, 0, max(len(labels) - 1, 1), frame.inner_width), 1)

    def y(value: float) -> float:
        return round(frame.height - frame.bottom - position(value, low, high, frame.inner_height), 1)

    written = _spread(len(labels), 6 if frame is WIDE else 3)
    return {
        "frame": frame,
        "grid": [{"y": y(tick), "text": _show_tick(tick, unit), "zero": tick == 0} for tick in scale],
        "names": [{"x": x(index), "text": labels[index]} for index in sorted(written)],
        "limit": None if limit is None else y(float(limit)),
        "lines": [_line(line, number, x, y, stepped=stepped) for number, line in enumerate(lines, start=1)],
        "baseline": frame.height - frame.bottom,
        "right": frame.width - frame.right,
    }


def _line(line: Mapping[str, Any], number: int, x: Any, y: Any, *, stepped: bool = False) -> dict[str, Any]:
    """A line as runs of points: a month without a value breaks it, and is not taken for zero.

    A stepped one stays level until the next point and then jumps: what is booked does not grow in between.
    """
    dots = [(x(index), y(float(value))) for index, value in enumerate(line["values"]) if value is not None]
    runs: list[list[str]] = [[]]
    for index, value in enumerate(line["values"]):
        if value is None:
            runs.append([])
        else:
            if stepped and runs[-1]:
                runs[-1].append(f"{x(index)},{runs[-1][-1].partition(',')[2]}")
            runs[-1].append(f"{x(index)},{y(float(value))}")
    return {
        "number": number,
        "label": line["label"],
        "runs": [" ".join(run) for run in runs if len(run) > 1],
        "dots": dots if len(dots) <= DOTS_AT_MOST else dots[-1:],
    }


@register.inclusion_tag("components/line_chart.html")
def line_chart(
    labels: Sequence[Any],
    lines: Sequence[Mapping[str, Any]],
    title: str,
    description: str = "",
    unit: str = "number",
    limit: Number | None = None,
    limit_label: str = "",
    *,
    stepped: bool = False,
) -> dict[str, Any]:
    """Lines over time.

    `labels` name the points (months, already in words); `lines` are dicts with `label` and `values`, as many
    values as labels, None where nothing is known. `unit` as in `show`. `limit` draws a dashed line,
    `limit_label` says what it is. `stepped` lines jump from one value to the next.
    """
    names = [str(label) for label in labels]
    table = [
        [name, *(show(line["values"][index], unit) for line in lines)] for index, name in enumerate(names)
    ]
    return {
        "id": f"chart-{slugify(title)}",
        "title": title,
        "description": description,
        "drawings": [_drawing(frame, names, lines, unit, limit, stepped=stepped) for frame in (NARROW, WIDE)]
        if names
        else [],
        "legend": [line["label"] for line in lines],
        "limit_label": limit_label,
        "headers": [_("Period"), *(line["label"] for line in lines)],
        "rows": table,
    }


def _stacked(
    frame: Frame, labels: Sequence[str], stacks: Sequence[Mapping[str, Any]], unit: str
) -> dict[str, Any]:
    wholes = [sum(float(stack["values"][index]) for stack in stacks) for index in range(len(labels))]
    scale = ticks(0.0, max([1.0, *wholes]))
    slot = frame.inner_width / len(labels)
    floor = frame.height - frame.bottom

    def height(value: float) -> float:
        return position(value, 0, scale[-1], frame.inner_height)

    rects = []
    for index in range(len(labels)):
        y = float(floor)
        for number, stack in enumerate(stacks, start=1):
            tall = height(float(stack["values"][index]))
            y -= tall
            if tall:
                x = round(frame.left + slot * (index + 0.15), 1)
                rects.append({"x": x, "y": y, "width": slot * 0.7, "height": tall, "number": number})
    written = _spread(len(labels), 6 if frame is WIDE else 3)
    return {
        "frame": frame,
        "grid": [
            {"y": round(floor - height(tick), 1), "text": _show_tick(tick, unit), "zero": tick == 0}
            for tick in scale
            if unit != "number" or float(tick).is_integer()  # there is no half of a thing that is counted
        ],
        "names": [
            {"x": round(frame.left + slot * (index + 0.5), 1), "text": labels[index]}
            for index in sorted(written)
        ],
        "rects": rects,
        "right": frame.width - frame.right,
    }


@register.inclusion_tag("components/stack_chart.html")
def stack_chart(
    labels: Sequence[Any],
    stacks: Sequence[Mapping[str, Any]],
    title: str,
    description: str = "",
    unit: str = "number",
) -> dict[str, Any]:
    """Columns made of parts, one upon another: how a whole is made up, period by period.

    `stacks` are dicts with `label` and `values`, as many values as `labels`, none below 0; the first lies at the
    bottom, five at most. `unit` as in `show`.
    """
    names = [str(label) for label in labels]
    table = [
        [name, *(show(stack["values"][index], unit) for stack in stacks)] for index, name in enumerate(names)
    ]
    return {
        "id": f"chart-{slugify(title)}",
        "title": title,
        "description": description,
        "drawings": [_stacked(frame, names, stacks, unit) for frame in (NARROW, WIDE)] if names else [],
        "legend": [stack["label"] for stack in stacks],
        "headers": [_("Period"), *(stack["label"] for stack in stacks)],
        "rows": table,
    }


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    rows: Sequence[Any], title: str, unit: str = "cents", compare_label: str = "", value_label: str = ""
) -> dict[str, Any]:
    """Bars side by side with their figures: a budget, a plan against what was spent.

    `rows` are objects or dicts with `label`, `value`, and for a comparison `compare` (the plan); `unit` as in `show`.
    """
    read = [(_field(row, "label"), _field(row, "value"), _field(row, "compare")) for row in rows]
    full = (
        max([float(number) for _label, *pair in read for number in pair if number is not None], default=0)
        or 1
    )
    return {
        "title": title,
        "value_label": value_label or _("Amount"),
        "compare_label": compare_label,
        "bars": [
            {
                "label": label,
                "text": show(value, unit),
                "width": bar_width(value, full),
                "compare_text": show(compare, unit),
                "compare_width": bar_width(compare, full),
            }
            for label, value, compare in read
        ],
    }


def bar_width(value: Number | None, full: float) -> float:
    """Hundredths of the track that `value` fills when `full` fills it all; a sliver for what is not nothing."""
    if value is None or value <= 0:
        return 0
    return max(round(100 * float(value) / full, 2), 0.6)


@register.inclusion_tag("components/ladder.html")
def ladder(steps: Sequence[Any], title: str = "") -> dict[str, Any]:
    """The financial ladder of a programme: programmed, admitted, legally bound, disbursed.

    `steps` are objects or dicts with `label`, `cents`, and where known `hint` and `url` (where the figure comes from).
    Every bar is a share of the first one.
    """
    read = [{name: _field(step, name) for name in ("label", "cents", "hint", "url")} for step in steps]
    full = float(read[0]["cents"] or 0) if read else 0
    for step in read:
        step["width"] = bar_width(step["cents"], full or 1)
        step["share"] = round(100 * step["cents"] / full) if full else 0
    return {"title": title, "steps": read}


def _field(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
