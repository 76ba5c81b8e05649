"""Boundaries: read from GeoJSON (RFC 7946), judged, made simpler, drawn. No database.

A position is (longitude, latitude) in degrees, WGS84, as RFC 7946 wants. A ring is a closed list of positions,
a polygon a list of rings (the first outside, the rest holes), a shape a list of polygons: GeoJSON's MultiPolygon.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.utils.functional import _StrOrPromise

    Position = tuple[float, float]
    Ring = list[Position]
    Shape = list[list[Ring]]

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PLACES: Final = 500
MAX_POSITIONS: Final = 200_000
DECIMALS: Final = 6  # of a degree: eleven centimetres
TOLERANCE: Final = 0.0002  # of a degree: some twenty metres, less than a pixel of the map
SMALLEST_RING: Final = 4
LARGEST: Final = 1e9  # of what may stand where degrees should: metres are told from nonsense
ITALY: Final = (6.0, 35.0, 19.0, 48.0)  # west, south, east, north
WGS84: Final = ("CRS84", "EPSG::4326", "EPSG:4326")


@dataclasses.dataclass(frozen=True)
class Feature:
    """One place of a file: its properties as they came and its shape."""

    number: int
    properties: dict[str, Any]
    shape: Shape


def wrong(code: str, sentence: _StrOrPromise, **params: Any) -> Invalid:
    """Make the error about a file."""
    return Invalid(code, sentence, field="file", **params)


def read_features(content: bytes) -> list[Feature]:
    """Read the places of a FeatureCollection of Polygons and MultiPolygons in WGS84.

    Raises `Invalid` at `file`, with the number of the place, for the first thing that is wrong.
    """
    document = _document(content)
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        raise wrong("no_features", _("The file is not a GeoJSON FeatureCollection with places in it."))
    if len(features) > MAX_PLACES:
        raise wrong("too_many_places", _("At most %(most)s places in a file."), most=MAX_PLACES)
    _hold_to_wgs84(document)
    read = [_feature(number, one) for number, one in enumerate(features, 1)]
    if sum(len(ring) for one in read for ring in rings(one.shape)) > MAX_POSITIONS:
        raise wrong("too_many_positions", _("At most %(most)s points in a file."), most=MAX_POSITIONS)
    return read


def _document(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise wrong("too_heavy", _("The file is larger than 10 MB."))

    def no_number(name: str) -> float:
        raise ValueError(name)

    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise wrong("not_json", _("The file is not JSON: export it as GeoJSON and try again.")) from error
    if not isinstance(document, dict):
        raise wrong("no_features", _("The file is not a GeoJSON FeatureCollection with places in it."))
    return document


def _hold_to_wgs84(document: dict[str, Any]) -> None:
    crs = document.get("crs")
    name = str(crs.get("properties", {}).get("name", "")) if isinstance(crs, dict) else ""
    if crs is not None and not name.endswith(WGS84):
        raise wrong("not_wgs84", _("The file's coordinates are not WGS84 (EPSG:4326): export it in WGS84."))


def _feature(number: int, raw: Any) -> Feature:
    raw = raw if isinstance(raw, dict) else {}
    properties, geometry = raw.get("properties"), raw.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise wrong(
            "not_a_polygon",
            _("Place number %(number)s is neither a Polygon nor a MultiPolygon."),
            number=number,
        )
    polygons = geometry.get("coordinates")
    polygons = [polygons] if kind == "Polygon" else polygons
    shape = [[_ring(number, ring) for ring in _listed(number, one)] for one in _listed(number, polygons)]
    return Feature(number, properties if isinstance(properties, dict) else {}, shape)


def _listed(number: int, raw: Any) -> list[Any]:
    if not isinstance(raw, list) or not raw:
        raise wrong("no_coordinates", _("Place number %(number)s has no coordinates."), number=number)
    return raw


def _ring(number: int, raw: Any) -> Ring:
    ring = [_position(number, one) for one in _listed(number, raw)]
    if len(ring) < SMALLEST_RING or ring[0] != ring[-1] or area(ring) == 0:
        raise wrong(
            "open_ring",
            _("Place number %(number)s has a line that is not closed or encloses nothing."),
            number=number,
        )
    return ring


def _position(number: int, raw: Any) -> Position:
    """Read a position; a third number, the height, is left out."""
    pair = raw[:2] if isinstance(raw, list) else []
    if len(pair) < 2 or not all(type(one) in {int, float} and abs(one) <= LARGEST for one in pair):
        raise wrong("no_position", _("Place number %(number)s has a point that is no point."), number=number)
    longitude, latitude = (round(float(one), DECIMALS) for one in pair)
    west, south, east, north = ITALY
    if west <= longitude <= east and south <= latitude <= north:
        return longitude, latitude
    if west <= latitude <= east and south <= longitude <= north:
        sentence = _("Place number %(number)s has latitude before longitude: GeoJSON wants longitude first.")
        raise wrong("swapped", sentence, number=number)
    sentence = _("Place number %(number)s does not lie in Italy. Are the coordinates degrees, in WGS84?")
    raise wrong("not_wgs84", sentence, number=number)


def rings(shape: Shape) -> Iterator[Ring]:
    """Give every ring of a shape."""
    return itertools.chain.from_iterable(shape)


def area(ring: Sequence[Position]) -> float:
    """Return twice the area a ring encloses, in square degrees (the shoelace formula, without its sign)."""
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in itertools.pairwise(ring)))


def simplified(shape: Shape, tolerance: float = TOLERANCE) -> Shape:
    """Leave out points nearer than `tolerance` degrees to the line without them (Douglas and Peucker, 1973).

    A ring that would enclose nothing keeps its points.
    """
    return [[_simpler(ring, tolerance) for ring in polygon] for polygon in shape]


def _simpler(ring: Ring, tolerance: float) -> Ring:
    """Simplify a ring as two lines, cut at the point furthest from its start, which both keep their ends."""
    far = max(range(len(ring)), key=lambda n: math.dist(ring[0], ring[n]))
    line = _thinned(ring[: far + 1], tolerance)[:-1] + _thinned(ring[far:], tolerance)
    return line if len(line) >= SMALLEST_RING and area(line) else ring


def _thinned(line: Ring, tolerance: float) -> Ring:
    kept, todo = {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        between = range(first + 1, last)
        worst = max(between, key=lambda n: _distance(line[n], line[first], line[last]), default=None)
        if worst is not None and _distance(line[worst], line[first], line[last]) > tolerance:
            kept.add(worst)
            todo += [(first, worst), (worst, last)]
    return [line[n] for n in sorted(kept)]


def _distance(point: Position, start: Position, end: Position) -> float:
    """Return how far a point is from the stretch between two others."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    length = (bx - ax) ** 2 + (by - ay) ** 2
    share = (
        0.0 if length == 0 else max(0.0, min(1.0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length))
    )
    return math.hypot(px - ax - share * (bx - ax), py - ay - share * (by - ay))


def drawn(shapes: Sequence[Shape], *, width: int = 600, margin: int = 8) -> tuple[int, list[str]]:
    """Draw shapes on one map `width` wide: return its height and the `d` of a path for each.

    Degrees of longitude are shortened by the cosine of the middle latitude: true enough across a city.
    """
    points = [point for shape in shapes for ring in rings(shape) for point in ring]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = (width - 2 * margin) / ((east - west) * shrink)
    height = round((north - south) * scale + 2 * margin)

    def at(point: Position) -> str:
        x, y = (point[0] - west) * shrink * scale + margin, (north - point[1]) * scale + margin
        return f"{x:.1f} {y:.1f}"

    return height, [
        "".join("M" + "L".join(at(p) for p in ring[:-1]) + "Z" for ring in rings(shape)) for shape in shapes
    ]
