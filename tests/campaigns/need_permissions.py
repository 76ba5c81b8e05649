"""Who may do what with needs and places: rows of the table in `tests/test_permissions.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.codesign.services import merging
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

ROWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, User], Any], set[str]]] = {
    "merge_needs": (
        lambda s: (s.need(), s.need()),
        lambda pair, by: merging.merge_needs(need=pair[0], into=pair[1], by=by, now=NOW),
        {"officer", "animator"},
    ),
}
