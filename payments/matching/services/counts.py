"""What counts of each pledge, written down by the two decisions of a campaign: at its deadline, and at its end.

A match is computed from these rows, and so is the public export: what happens to a pledge later changes neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Q, Sum

from accounts.models import User
from payments.enums import (
    COUNTS_AS_COLLECTED,
    COUNTS_AS_PLEDGED,
    COUNTS_AT_THE_DEADLINE,
    OF_THE_PLEDGE,
    STANDING_REFUNDS,
)
from payments.matching.formula import Crowd
from payments.matching.models import CallBacker, CountedPledge, MatchDraw
from payments.matching.services.book import NUMBERS, hold_book
from payments.matching.services.draws import drawing_terms, follow_pledge
from payments.models import Pledge, Refund
from payments.selectors.collected import left_of_pledges
from payments.selectors.rules import terms_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from campaigns.models import Campaign

TABLES = {
    "pledge": Pledge,
    "person": User,
    "backer": CallBacker,
    "counted": CountedPledge,
    "refund": Refund,
}
WHO = """
    SELECT p.id,
      coalesce('u:' || coalesce(p.backer_id, u.id), 'e:' || nullif(p.email, ''), 'n:' || lower(p.name)) AS who
    FROM {pledge} p LEFT JOIN {person} u ON u.email = p.email AND p.email <> ''
    WHERE p.campaign_id = %(campaign)s AND {which}
"""
JOINED = """
    UPDATE {backer} b SET who = 'u:' || u.id FROM {person} u WHERE b.call_id = %(call)s AND b.who = 'e:' || u.email
    AND NOT EXISTS (SELECT 1 FROM {backer} o WHERE o.call_id = b.call_id AND o.who = 'u:' || u.id)
"""
NUMBERED = """
    WITH known AS ({who})
    INSERT INTO {backer} (call_id, number, who, drawn_cents)
    SELECT %(call)s, ('x' || substr(md5(gen_random_uuid()::text), 1, 15))::bit(60)::bigint %% %(numbers)s, who, 0
    FROM (SELECT DISTINCT who FROM known) k
    WHERE NOT EXISTS (SELECT 1 FROM {backer} b WHERE b.call_id = %(call)s AND b.who = k.who)
"""
COUNTED = """
    WITH known AS ({who})
    INSERT INTO {counted} (campaign_id, pledge_id, backer_id, day, pledged_cents)
    SELECT p.campaign_id, p.id, b.id, (coalesce(p.activated_at, p.created_at) AT TIME ZONE 'Europe/Rome')::date,
      CASE WHEN %(late)s THEN 0 ELSE p.amount_cents END
    FROM known k JOIN {pledge} p ON p.id = k.id JOIN {backer} b ON b.call_id = %(call)s AND b.who = k.who
    ORDER BY p.activated_at, p.id
"""
COLLECTED = """
    UPDATE {counted} c SET collected_cents = CASE WHEN p.status = ANY(%(collected)s)
      THEN p.amount_cents - coalesce((SELECT sum(r.amount_cents) FROM {refund} r WHERE r.pledge_id = p.id
        AND r.reason = ANY(%(reasons)s) AND r.status = ANY(%(standing)s)), 0)
      ELSE 0 END
    FROM {pledge} p WHERE p.id = c.pledge_id AND c.campaign_id = %(campaign)s
"""


def count_pledged(*, campaign: Campaign) -> None:
    """Write down what counts at the deadline of a campaign whose goal is met. Nothing happens without a call."""
    found = terms_of(campaign.pk)
    if found:
        hold_book(found.call_id)
        _count(found.call_id, campaign, "p.status = ANY(%(there)s)", there=COUNTS_AT_THE_DEADLINE)


def count_collected(*, campaign: Campaign, now: dt.datetime) -> None:
    """Write down what was collected of each pledge, late transfers included, and give back what fell away of draws."""
    found = terms_of(campaign.pk)
    if found is None:
        return
    hold_book(found.call_id)
    if not CountedPledge.objects.filter(campaign=campaign).exists():  # decided before counts were kept
        _count(found.call_id, campaign, "p.status = ANY(%(there)s)", there=COUNTS_AS_PLEDGED)
    late = "p.status = ANY(%(there)s) AND NOT EXISTS (SELECT 1 FROM {counted} c WHERE c.pledge_id = p.id)"
    _count(found.call_id, campaign, late, there=COUNTS_AS_COLLECTED, late=True)
    _run(
        COLLECTED,
        campaign=campaign.pk,
        collected=_texts(COUNTS_AS_COLLECTED),
        reasons=_texts(OF_THE_PLEDGE),
        standing=_texts(STANDING_REFUNDS),
    )
    _trim_draws(campaign, now)


def _trim_draws(campaign: Campaign, now: dt.datetime) -> None:
    """Give back what was drawn for money that was not collected in the end: refunded, disputed."""
    if drawing_terms(campaign.pk) is None:
        return
    holding = MatchDraw.objects.filter(campaign=campaign).order_by().values("pledge")
    kept = dict(CountedPledge.objects.filter(campaign=campaign).values_list("pledge", "collected_cents"))
    pledges = Pledge.objects.filter(
        pk__in=holding.annotate(cents=Sum("cents")).filter(cents__gt=0).values("pledge")
    )
    for pledge in pledges.select_related("campaign").order_by("pk"):
        if (cents := kept.get(pledge.pk) or 0) < pledge.amount_cents:
            follow_pledge(pledge=pledge, cents=cents, now=now)


def _count(call_id: int, campaign: Campaign, which: str, *, there: Iterable[str], late: bool = False) -> None:
    given = {
        "call": call_id,
        "campaign": campaign.pk,
        "there": _texts(there),
        "late": late,
        "numbers": NUMBERS,
    }
    who = WHO.replace("{which}", which)
    for statement in (JOINED, NUMBERED, COUNTED):
        _run(statement.replace("{who}", who), **given)


def _texts(names: Iterable[str]) -> list[str]:
    return [str(name) for name in names]


def _run(statement: str, **given: Any) -> None:
    names = {name: connection.ops.quote_name(model._meta.db_table) for name, model in TABLES.items()}  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**names), given)


def crowds_left(campaign: Campaign) -> tuple[Crowd, Crowd] | None:
    """Return what was pledged at the deadline and what is left of what was collected, refunds taken off by now.

    Each with how many different backers; what is disputed counts. None for a campaign of which no counts were kept.
    """
    backers = dict(CountedPledge.objects.filter(campaign=campaign).values_list("pledge", "backer"))
    if not backers:
        return None
    left = left_of_pledges(backers)
    there = {backers[pledge] for pledge, cents in left.items() if cents}
    return crowds(campaign)[0], Crowd(sum(left.values()), len(there))


def crowds(campaign: Campaign) -> tuple[Crowd, Crowd]:
    """Return what was pledged at the deadline and what was collected of it, with how many different backers each."""
    there = CountedPledge.objects.filter(campaign=campaign).aggregate(
        pledged=Sum("pledged_cents", default=0),
        collected=Sum("collected_cents", default=0),
        pledging=Count("backer", filter=Q(pledged_cents__gt=0), distinct=True),
        paying=Count("backer", filter=Q(collected_cents__gt=0), distinct=True),
    )
    return Crowd(there["pledged"], there["pledging"]), Crowd(there["collected"], there["paying"])
