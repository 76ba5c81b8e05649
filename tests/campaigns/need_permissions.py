"""Who may do what with needs and places: rows of the table in `tests/test_permissions.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.services import places
from campaigns.codesign.services import merging, resources
from tests import world
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

BARONA = b"""{"type": "FeatureCollection", "features": [{"properties": {"name": "Barona"}, "geometry":
{"type": "Polygon", "coordinates": [[[9.1, 45.4], [9.2, 45.4], [9.2, 45.5], [9.1, 45.4]]]}}]}"""


def _resource() -> Any:
    return resources.offer_resource(
        neighbourhood=world.neighbourhood(), kind="places", title="Una sala", by=None, now=NOW
    )


ROWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, User], Any], set[str]]] = {
    "merge_needs": (
        lambda s: (s.need(), s.need()),
        lambda pair, by: merging.merge_needs(need=pair[0], into=pair[1], by=by, now=NOW),
        {"officer", "animator"},
    ),
    "publish_resource": (
        lambda s: _resource(),
        lambda r, by: resources.publish_resource(resource=r, by=by, now=NOW),
        {"officer", "animator"},
    ),
    "hide_resource": (
        lambda s: _resource(),
        lambda r, by: resources.hide_resource(resource=r, by=by, now=NOW),
        {"officer", "animator"},
    ),
    "import_boundaries": (
        lambda s: world.neighbourhood(),
        lambda _place, by: places.import_boundaries(content=BARONA, source="s", by=by, now=NOW),
        {"officer"},
    ),
    "set_residents": (
        lambda s: world.neighbourhood(),
        lambda p, by: places.set_residents(neighbourhood=p, residents=9, zone="", by=by, now=NOW),
        {"officer"},
    ),
}
