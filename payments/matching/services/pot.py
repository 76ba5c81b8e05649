"""What campaigns take from the pots and give back: by priority, to the cent, never more than there is."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Refused
from crowdfund.kit.states import record_birth
from payments import postings
from payments.matching.enums import ReservationStatus
from payments.matching.locks import lock_funds_of
from payments.matching.models import MatchFund, Reservation
from payments.models import TotalsDelta

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from campaigns.models import Campaign

# The one conditional update: the pot's row is locked, and what it has is read anew, before anything is taken from it
TAKE = """
WITH held AS (
  SELECT id, LEAST(free_cents, %s) AS taken FROM {table}
  WHERE id = %s AND closed_at IS NULL AND free_cents > 0 FOR NO KEY UPDATE
)
UPDATE {table} AS pot SET free_cents = pot.free_cents - held.taken FROM held WHERE pot.id = held.id
RETURNING held.taken
"""


@dataclasses.dataclass(frozen=True)
class Taken:
    """What one pot gave, or got back, in whole cents."""

    fund_id: int
    cents: int


def take(
    *,
    campaign: Campaign,
    cents: int,
    now: dt.datetime,
    whole: bool,
    expires_at: dt.datetime | None = None,
    by: Any = None,
    funds: Collection[int] | None = None,
) -> list[Taken]:
    """Take `cents` for a campaign from the pots of its call that are open to it, the lowest priority first.

    `funds`: from these alone, of those that are open to it. `whole`: all of it, or `Refused` (`pot_empty`) and nothing;
    else as much as there is, perhaps nothing. Each pot's posting, the campaign's reservation in it and the match that
    its page shows move with it. Call it last in its transaction: from the first pot on, others wait. Raises `Refused`
    (`no_match`) for a campaign that no call matches, (`not_reserved`) when its reservation was proposed or released
    already.
    """
    application = getattr(campaign, "application", None)
    if application is None:
        raise Refused("no_match", _("No call matches this campaign."))
    taken: list[Taken] = []
    with transaction.atomic():
        for fund_id in _open_funds(application.call_id, campaign):
            if funds is not None and fund_id not in funds:
                continue
            left = cents - sum(one.cents for one in taken)
            got = _take_from(fund_id, left) if left > 0 else 0
            if got:
                taken.append(Taken(fund_id, got))
        if whole and sum(one.cents for one in taken) < cents:
            raise Refused("pot_empty", _("The pot of this call can't carry this project's match any more."))
        for one in taken:
            _reserve(campaign, one, expires_at, by, now)
    return taken


def _open_funds(call_id: int, campaign: Campaign) -> list[int]:
    project = campaign.project
    return list(MatchFund.objects.filter(call=call_id).open_to(project).values_list("pk", flat=True))


def _take_from(fund_id: int, cents: int) -> int:
    """Take up to `cents` from a pot in one statement; return what it gave."""
    table = connection.ops.quote_name(MatchFund._meta.db_table)  # noqa: SLF001 - the table's name, nothing else
    with connection.cursor() as cursor:
        cursor.execute(TAKE.format(table=table), [cents, fund_id])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _reserve(
    campaign: Campaign, one: Taken, expires_at: dt.datetime | None, by: Any, now: dt.datetime
) -> None:
    """Write what a pot gave as the campaign's: its reservation grows, or is born."""
    mine = Reservation.objects.filter(fund=one.fund_id, campaign=campaign.pk)
    standing = F("reserved_cents") + F("bound_cents") + F("disbursed_cents") + one.cents
    grown = mine.filter(status=ReservationStatus.RESERVED).update(
        reserved_cents=F("reserved_cents") + one.cents,
        exposure_cents=Greatest(F("exposure_cents"), standing),
        moves=F("moves") + 1,
    )
    row = mine.get() if grown else _born(campaign, one, expires_at, by, now)
    TotalsDelta.objects.create(campaign_id=campaign.pk, match_cents=one.cents)
    postings.match_reserved(
        fund_id=one.fund_id,
        campaign_id=campaign.pk,
        cents=one.cents,
        reference=reference_of(row.pk, row.moves),
        now=now,
    )


def _born(
    campaign: Campaign, one: Taken, expires_at: dt.datetime | None, by: Any, now: dt.datetime
) -> Reservation:
    try:
        with transaction.atomic():
            row = Reservation.objects.create(
                fund_id=one.fund_id,
                campaign=campaign,
                exposure_cents=one.cents,
                reserved_cents=one.cents,
                created_at=now,
                expires_at=expires_at,
            )
    except IntegrityError as error:
        raise Refused("not_reserved", _("This campaign's match is no longer being reserved.")) from error
    record_birth(row, now=now, by=by)
    return row


def reference_of(reservation_id: int, move: int) -> str:
    """Name a reservation's move in the ledger: the first by the reservation alone."""
    return f"reservation:{reservation_id}" + (f":{move}" if move > 1 else "")


def give_back(*, campaign: Campaign, cents: int, now: dt.datetime) -> list[Taken]:
    """Give back `cents` of what is reserved for a campaign, the highest priority number first.

    Money of a pot that was closed meanwhile is free in it, and nobody takes it. Raises `Refused` (`not_reserved`) when
    less is reserved; then nothing is given back.
    """
    with transaction.atomic():
        rows = lock_funds_of(campaign.pk)
        reserved = [(row, row.reserved_cents) for row in rows if row.status == ReservationStatus.RESERVED]
        shares = split_back(reserved, cents)
        given = []
        for row, share in shares:
            unreserve(row, share, now)
            given.append(Taken(row.fund_id, share))
    return given


def split(amounts: Iterable[tuple[Reservation, int]], cents: int) -> list[tuple[Reservation, int]]:
    """Spread `cents` over reservations with these amounts, the first first; those that bear nothing are left out.

    Raises `Refused` (`not_reserved`) when they have less together.
    """
    shares, left = [], cents
    for row, amount in amounts:
        share = min(left, amount)
        left -= share
        if share > 0:
            shares.append((row, share))
    if left > 0:
        raise Refused("not_reserved", _("Less than this amount of the match is there."))
    return shares


def split_back(amounts: list[tuple[Reservation, int]], cents: int) -> list[tuple[Reservation, int]]:
    """Spread what goes back: like `split`, the last first. In the order of the pots again, as they are locked."""
    order = {row.pk: place for place, (row, _cents) in enumerate(amounts)}
    return sorted(split(reversed(amounts), cents), key=lambda share: order[share[0].pk])


def unreserve(row: Reservation, cents: int, now: dt.datetime) -> None:
    """Return reserved cents of one reservation to its pot, which is locked. The row's status is the caller's."""
    if not cents:
        return
    move = row.moves + 1
    Reservation.objects.filter(pk=row.pk).update(reserved_cents=F("reserved_cents") - cents, moves=move)
    row.reserved_cents, row.moves = row.reserved_cents - cents, move
    postings.match_released(
        fund_id=row.fund_id,
        campaign_id=row.campaign_id,
        cents=cents,
        reference=reference_of(row.pk, move),
        now=now,
    )
    set_free(row, cents)


def set_free(row: Reservation, cents: int) -> None:
    """Let a pot have cents again that a campaign no longer has: its last write, in the transaction of the posting."""
    TotalsDelta.objects.create(campaign_id=row.campaign_id, match_cents=-cents)
    MatchFund.objects.filter(pk=row.fund_id).update(free_cents=F("free_cents") + cents)
