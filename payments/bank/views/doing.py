from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """Give what was sent, however little; None when nothing was, so that the form is shown empty."""
    return request.POST if request.method == "POST" else None
