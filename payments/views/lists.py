"""Lists of money's rows: filtered, a page at a time, each row leading to its own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils.translation import get_language

from accounts.templatetags.ui import moment
from crowdfund.kit.money import format_euro

if TYPE_CHECKING:
    import datetime as dt

    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django.http import HttpRequest

PAGE = 50


def euro(cents: int) -> str:
    """Write an amount in the reader's language."""
    return format_euro(cents, (get_language() or "it").split("-")[0])


def when(at: dt.datetime | None) -> str:
    """Write a time in words; nothing for none."""
    return moment(at) if at else ""


def page_of(request: HttpRequest, rows: QuerySet[Any] | list[Any]) -> tuple[Page[Any], dict[str, str]]:
    """Cut rows into pages: the one asked for, and the addresses before and after it."""
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()

    def address(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return page, {
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
    }
