"""Fold what pledges appended into the campaigns' totals, and derive the totals anew."""

from __future__ import annotations

import dataclasses

from django.db import connection, transaction
from django.db.models import Count, F, Q, Sum

from campaigns.models import Campaign
from campaigns.services.totals import fold_totals, set_totals
from payments.enums import COUNTS_AS_PLEDGED, PledgeStatus
from payments.matching.models import Reservation
from payments.models import Pledge, TotalsDelta
from payments.selectors.backer import not_taken_back

BATCH = 5000
SUMS = "sum(pledged_cents), sum(promised_cents), sum(collected_cents), sum(match_cents), sum(backers)"


@dataclasses.dataclass(frozen=True)
class Totals:
    """What a campaign's page shows, in whole cents, and how many back it.

    Collected is gross: what once came in never falls. What went back since is shown apart, out of its own rows.
    """

    pledged_cents: int = 0
    promised_cents: int = 0
    collected_cents: int = 0
    match_cents: int = 0
    backers: int = 0

    def __add__(self, other: Totals) -> Totals:
        """Add field by field."""
        pairs = zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)
        return Totals(*(a + b for a, b in pairs))


def fold() -> int:
    """Take what was appended and add it to the campaigns, in one transaction; return how many rows were folded.

    Rows that another fold holds are skipped; campaigns are updated in the order of their ids, so that two folds never
    wait for each other in a circle.
    """
    table = connection.ops.quote_name(TotalsDelta._meta.db_table)  # noqa: SLF001 - the table's name, nothing else
    taken = (
        f"WITH claimed AS (SELECT id FROM {table} LIMIT %s FOR UPDATE SKIP LOCKED), "  # noqa: S608
        f"gone AS (DELETE FROM {table} WHERE id IN (SELECT id FROM claimed) RETURNING *) "
        f"SELECT campaign_id, count(*), {SUMS} FROM gone GROUP BY campaign_id ORDER BY campaign_id"
    )
    rows = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(taken, [BATCH])
        for campaign_id, count, *sums in cursor.fetchall():
            rows += count
            fold_totals(campaign_id=campaign_id, **dataclasses.asdict(Totals(*map(int, sums))))
    return rows


def derived_totals() -> dict[int, Totals]:
    """Derive every campaign's totals from pledges and reservations."""
    found: dict[int, Totals] = {}
    pledges = (
        not_taken_back(Pledge.objects.order_by())
        .values_list("campaign_id")
        .annotate(
            pledged=Sum("amount_cents", filter=Q(status__in=COUNTS_AS_PLEDGED), default=0),
            promised=Sum("amount_cents", filter=Q(status=PledgeStatus.AWAITING_TRANSFER), default=0),
            collected=Sum("amount_cents", filter=Q(collected_at__isnull=False), default=0),
            backers=Count("pk", filter=Q(status__in=COUNTS_AS_PLEDGED)),
        )
    )
    for campaign_id, pledged, promised, collected, backers in pledges:
        found[campaign_id] = Totals(pledged, promised, collected, 0, backers)
    standing = F("reserved_cents") + F("bound_cents") + F("disbursed_cents")
    for campaign_id, match in Reservation.objects.values_list("campaign_id", standing):
        found[campaign_id] = found.get(campaign_id, Totals()) + Totals(match_cents=match)
    return found


def shown_totals() -> dict[int, Totals]:
    """Return every campaign's totals as shown, with what is not folded yet."""
    fields = [field.name for field in dataclasses.fields(Totals)]
    shown = {pk: Totals(*sums) for pk, *sums in Campaign.objects.values_list("pk", *fields)}
    waiting = TotalsDelta.objects.values_list("campaign_id").annotate(*(Sum(name) for name in fields))
    for campaign_id, *sums in waiting:
        shown[campaign_id] += Totals(*sums)
    return shown


def totals_that_disagree() -> dict[int, tuple[Totals, Totals]]:
    """Return campaign id → (shown, derived) where they differ, both read in one snapshot."""
    with transaction.atomic():
        if not connection.savepoint_ids:  # inside another transaction the level is that one's
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        shown, derived = shown_totals(), derived_totals()
    return {
        pk: (totals, derived.get(pk, Totals()))
        for pk, totals in shown.items()
        if totals != derived.get(pk, Totals())
    }


def repair_totals() -> int:
    """Set the totals that disagree; return how many. Pledges must stand still, so it locks the rows appended."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(TotalsDelta._meta.db_table)}")  # noqa: SLF001
        TotalsDelta.objects.all().delete()
        derived = derived_totals()
        wrong = [pk for pk, shown in shown_totals().items() if shown != derived.get(pk, Totals())]
        for pk in wrong:
            set_totals(campaign_id=pk, **dataclasses.asdict(derived.get(pk, Totals())))
    return len(wrong)
