"""Pages of a list by limit and offset, without counting everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response

if TYPE_CHECKING:
    from rest_framework.request import Request

MOST = 100


class SlicePagination(LimitOffsetPagination):
    """One query a page: it reads one row more than asked for, and so knows whether there is a next page."""

    default_limit = 20
    max_limit = MOST
    more = False

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page asked for."""
        self.request = request
        self.limit = self.get_limit(request) or self.default_limit or MOST
        self.offset = self.get_offset(request)
        rows = list(queryset[self.offset : self.offset + self.limit + 1])
        self.more = len(rows) > self.limit
        # the parent's links look at the count: this is enough to know whether there is more
        self.count = self.offset + len(rows)
        return rows[: self.limit]

    def get_paginated_response(self, data: Any) -> Response:
        """Wrap the page with the addresses before and after it."""
        return Response({"next": self.get_next_link(), "previous": self.get_previous_link(), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the wrapping."""
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }
