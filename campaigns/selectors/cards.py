"""Campaigns in lists: chosen, ordered, and made into what a card shows, in one query."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.search import SearchQuery
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.places.models import Neighbourhood
from campaigns.enums import LAUNCHED_STATUSES, CampaignStatus
from campaigns.models import Campaign, picture_url
from crowdfund.kit.clock import CIVIL

if TYPE_CHECKING:
    from campaigns.models import CampaignQuerySet

PAGE: Final = 12
ENDING_DAYS: Final = 7
ALMOST_PERCENT: Final = 80
WHOLE_PERCENT: Final = 100

# What the filter "state" offers, in the words of a visitor
STATES: Final = {
    "live": frozenset({CampaignStatus.LIVE}),
    "collecting": frozenset({CampaignStatus.CLOSING, CampaignStatus.SETTLING, CampaignStatus.COLLECTING}),
    "funded": frozenset({CampaignStatus.FUNDED}),
    "missed": frozenset({CampaignStatus.MISSED}),
    "cancelled": frozenset({CampaignStatus.CANCELLED}),
}

_share = F("pledged_cents") * 1_000_000 / F("goal_cents")  # whole millionths: fine enough to order by
_over = Case(
    When(~Q(status=CampaignStatus.LIVE), then=Value(2)),
    When(pledged_cents__gte=F("goal_cents"), then=Value(1)),
    default=Value(0),
    output_field=IntegerField(),
)
_ended = Case(When(status=CampaignStatus.LIVE, then=Value(0)), default=Value(1), output_field=IntegerField())
# Every order ends in the key, so that pages never overlap
SORTS: Final[dict[str, tuple[Any, ...]]] = {
    "near": (_over, -_share, "deadline", "pk"),
    "ending": (_ended, "deadline", "pk"),
    "newest": ("-opens_at", "-pk"),
}


@dataclasses.dataclass(frozen=True)
class Wish:
    """What a visitor looks for; an empty wish means everything public, nearest to its goal first."""

    q: str = ""
    neighbourhood: str = ""
    theme: str = ""
    state: str = ""
    call: str = ""
    ending: bool = False
    sort: str = "near"


@dataclasses.dataclass(frozen=True)
class CampaignCard:
    """What a card shows of a campaign; amounts in whole cents, `days_left` None when it is not live."""

    slug: str
    url: str
    title: str
    summary: str
    neighbourhood: str
    picture_url: str
    status: str
    status_label: str
    status_kind: str
    cost_cents: int
    goal_cents: int
    pledged_cents: int
    collected_cents: int
    match_cents: int
    backers: int
    percent: int
    days_left: int | None


CARD_COLUMNS: Final = (
    "slug",
    "status",
    "deadline",
    "cost_cents",
    "goal_cents",
    "pledged_cents",
    "collected_cents",
    "match_cents",
    "backers",
    "project__title",
    "project__summary",
    "project__picture",
    "project__theme",
    "project__neighbourhood__name",
)


def state_badge(status: str, percent: int) -> tuple[str, str]:
    """Return the words and the shape (`ok`, `wait`, `attention`, `stop`, `draft`, `info`) of a campaign's state."""
    if status == CampaignStatus.LIVE:
        if percent >= WHOLE_PERCENT:
            return _("Goal reached"), "ok"
        return (_("Almost there"), "attention") if percent >= ALMOST_PERCENT else (_("Live"), "info")
    kinds = {
        CampaignStatus.DRAFT: "draft",
        CampaignStatus.FUNDED: "ok",
        CampaignStatus.MISSED: "stop",
        CampaignStatus.CANCELLED: "stop",
    }
    known = CampaignStatus(status)
    return str(known.label), kinds.get(known, "wait")


def days_left(status: str, deadline: dt.datetime | None, now: dt.datetime) -> int | None:
    """Count the civil days from today to the deadline's; 0 on the last day, None when nobody can pledge."""
    if status != CampaignStatus.LIVE or deadline is None or deadline <= now:
        return None
    return (deadline.astimezone(CIVIL).date() - now.astimezone(CIVIL).date()).days


def _card(row: dict[str, Any], now: dt.datetime) -> CampaignCard:
    goal = row["goal_cents"]
    percent = row["pledged_cents"] * 100 // goal if goal else 0
    label, kind = state_badge(row["status"], percent)
    return CampaignCard(
        slug=row["slug"],
        url=reverse("campaign", args=[row["slug"]]),
        title=row["project__title"],
        summary=row["project__summary"],
        neighbourhood=row["project__neighbourhood__name"],
        picture_url=picture_url(row["project__picture"], row["project__theme"]),
        status=row["status"],
        status_label=label,
        status_kind=kind,
        cost_cents=row["cost_cents"],
        goal_cents=goal,
        pledged_cents=row["pledged_cents"],
        collected_cents=row["collected_cents"],
        match_cents=row["match_cents"],
        backers=row["backers"],
        percent=percent,
        days_left=days_left(row["status"], row["deadline"], now),
    )


def as_cards(campaigns: CampaignQuerySet, now: dt.datetime) -> list[CampaignCard]:
    """Read campaigns as cards, in one query."""
    return [_card(row, now) for row in campaigns.values(*CARD_COLUMNS)]


def campaigns_near_goal(now: dt.datetime, *, limit: int = 3) -> list[CampaignCard]:
    """Return live campaigns, those nearest below their goal first, then those beyond it."""
    live = Campaign.objects.live().filter(deadline__gt=now).order_by(*SORTS["near"])
    return as_cards(live[:limit], now)


def search(campaigns: CampaignQuerySet, words: str) -> CampaignQuerySet:
    """Keep those whose project's Italian text matches, or whose neighbourhood bears that name."""
    query = SearchQuery(words, config="italian", search_type="websearch")
    places = Neighbourhood.objects.filter(name__icontains=words)
    return campaigns.filter(Q(project__search=query) | Q(project__neighbourhood__in=places))


def find_campaigns(wish: Wish, now: dt.datetime) -> CampaignQuerySet:
    """Return the public campaigns a visitor wishes for, in the order wished for. Cancelled ones only if asked for."""
    found = Campaign.objects.filter(status__in=STATES.get(wish.state, LAUNCHED_STATUSES))
    equal = {
        "project__neighbourhood__slug": wish.neighbourhood,
        "project__theme": wish.theme,
        "application__call__slug": wish.call,
    }
    found = found.filter(**{path: value for path, value in equal.items() if value})
    if wish.ending:
        soon = now + dt.timedelta(days=ENDING_DAYS)
        found = found.filter(status=CampaignStatus.LIVE, deadline__gt=now, deadline__lte=soon)
    if wish.q:
        found = search(found, wish.q)
    return found.order_by(*SORTS.get(wish.sort, SORTS["near"]))


@dataclasses.dataclass(frozen=True)
class Facets:
    """Neighbourhoods and calls that have public campaigns, as pairs of slug and name."""

    neighbourhoods: list[tuple[str, str]]
    calls: list[tuple[str, str]]


def facets() -> Facets:
    """Read what the filters may offer, in one query."""
    rows = (
        Campaign.objects.filter(status__in=LAUNCHED_STATUSES)
        .order_by()
        .values_list(
            "project__neighbourhood__slug",
            "project__neighbourhood__name",
            "application__call__slug",
            "application__call__title",
        )
        .distinct()
    )
    places, calls = set(), set()
    for place, place_name, call, call_title in rows:
        places.add((place, place_name))
        if call:
            calls.add((call, call_title))
    return Facets(sorted(places, key=lambda pair: pair[1]), sorted(calls, key=lambda pair: pair[1]))
