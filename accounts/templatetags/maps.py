"""A map of places, drawn on the server as SVG: every place a link, and a list of the same links beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from accounts.places.formula import drawn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrOrPromise

register = template.Library()


@register.inclusion_tag("components/map.html")
def place_map(
    places: Iterable[dict[str, Any]], title: _StrOrPromise, *, listed: bool = True, name: str = "map"
) -> dict[str, Any]:
    """Draw places that have an outline.

    Each is a dict: `name`, `url`, `outline` (coordinates of a MultiPolygon, or None: listed but not drawn), `fact` (a
    sentence) and `here` (drawn strong, and no link). With `listed` false the page itself shows the list.
    """
    rows = [dict(place) for place in places]
    with_shape = [row for row in rows if row.get("outline")]
    height = 0
    if with_shape:
        height, paths = drawn([row["outline"] for row in with_shape])
        for row, path in zip(with_shape, paths, strict=True):
            row["path"] = path
    sources = sorted({row["source"] for row in with_shape if row.get("source")})
    return {
        "places": rows,
        "shapes": with_shape,
        "height": height,
        "title": title,
        "listed": listed,
        "id": name,
        "sources": sources,
    }
