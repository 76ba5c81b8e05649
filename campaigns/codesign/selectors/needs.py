from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Count, F, Min, Q, When

from accounts.permissions import is_person
from campaigns.codesign.enums import NeedStatus
from campaigns.codesign.models import Need, NeedSupport

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet

    from accounts.permissions import Visitor
    from accounts.places.models import Neighbourhood

MOST_SIMILAR = 5
MOST_WORDS = 30
READ_WITHIN = dt.timedelta(days=3)  # what the report page promises


def public_needs(*, neighbourhood: str = "", theme: str = "", query: str = "") -> QuerySet[Need]:
    """Return published needs, most shared first; with `query` (words, Italian), best match first.

    `neighbourhood` is a slug; an empty filter keeps all. The search text itself is not fetched.
    """
    needs = Need.objects.filter(status=NeedStatus.PUBLISHED).select_related("neighbourhood").defer("search")
    if neighbourhood:
        needs = needs.filter(neighbourhood__slug=neighbourhood)
    if theme:
        needs = needs.filter(theme=theme)
    if not query:
        return needs
    words = SearchQuery(query.replace("\0", " "), config="italian", search_type="websearch")
    return (
        needs.filter(search=words)
        .annotate(rank=SearchRank(F("search"), words))
        .order_by("-rank", "-supporters", "-pk")
    )


def similar_needs(
    text: str, *, neighbourhood: str = "", besides: Need | None = None, limit: int = MOST_SIMILAR
) -> list[Need]:
    """Return published needs that share words (Italian, by their stem) with `text`, those nearby first.

    Empty for a text of which no word carries meaning. `neighbourhood` is a slug.
    """
    words = re.findall(r"[^\W\d_]{3,}", text)[:MOST_WORDS]
    if not words:
        return []
    query = SearchQuery(" or ".join(words), config="italian", search_type="websearch")
    found = public_needs().filter(search=query)
    if besides is not None:
        found = found.exclude(pk=besides.pk)
    near = Case(When(neighbourhood__slug=neighbourhood, then=1), default=0)
    ranked = found.annotate(rank=SearchRank(F("search"), query), near=near)
    return list(ranked.order_by("-near", "-rank", "-supporters", "-pk")[:limit])


def standing(need: Need) -> Need:
    """Return the need itself, or the one that it, and what that one, was merged into in the end."""
    while need.merged_into is not None:
        need = need.merged_into
    return need


def needs_of(neighbourhood: Neighbourhood, *, limit: int = 5) -> QuerySet[Need]:
    """Return the most shared needs of a neighbourhood."""
    return public_needs(neighbourhood=neighbourhood.slug)[:limit]


def needs_to_read() -> QuerySet[Need]:
    """Return what waits for an animator, oldest first."""
    waiting = Need.objects.filter(status=NeedStatus.WAITING)
    return waiting.select_related("neighbourhood").defer("search").order_by("reported_at")


def waiting_in_short() -> tuple[int, dt.datetime | None]:
    """Return how many needs wait to be read, and when the oldest was reported."""
    found = Need.objects.filter(status=NeedStatus.WAITING).aggregate(
        count=Count("pk"), oldest=Min("reported_at")
    )
    return found["count"], found["oldest"]


def support_by(need: Need, user: Visitor | None, visitor: uuid.UUID | None) -> NeedSupport | None:
    """Return how this person, or this guest's browser, shares the need; None when they don't."""
    who = Q(pk__in=[])
    if is_person(user):
        who |= Q(user=user)
    if visitor is not None:
        who |= Q(visitor=visitor, user=None)
    return need.supports.filter(who).order_by(F("user").asc(nulls_last=True)).first()
