"""What was bound and is paid, comes back or is no longer needed: split over the pots, to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.ledger.selectors import booked
from payments.ledger.services import reverse
from payments.matching.enums import RESERVATION_TRANSITIONS, FundMoney, ReservationStatus
from payments.matching.locks import lock_funds_of, lock_shares_of
from payments.matching.models import Reservation
from payments.matching.permissions import can_return_match
from payments.matching.services.pot import Taken, set_free, split, split_back, unreserve

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from accounts.models import User
    from campaigns.models import Campaign


def disburse_tranche(
    *,
    campaign_id: int,
    cents: int,
    reference: str,
    now: dt.datetime,
    shares: Sequence[Taken] | None = None,
) -> None:
    """Book a tranche of the match as disbursed, by pot.

    What is paid directly is borne by the pots in their order, each as far as it is bound; money that lay in our account
    was released pot by pot, and `shares` says how. Raises `Refused` (`match_not_bound`) when less is bound.
    """
    with transaction.atomic():
        rows = [row for row in lock_shares_of(campaign_id) if row.status == ReservationStatus.COMMITTED]
        parts = _named(rows, shares) if shares is not None else _paid_directly(rows, cents)
        if any(part > row.bound_cents for row, part in parts) or sum(part for _row, part in parts) != cents:
            raise Refused("match_not_bound", _("Less than this amount of the match is legally bound."))
        for row, part in parts:
            Reservation.objects.filter(pk=row.pk).update(
                bound_cents=F("bound_cents") - part, disbursed_cents=F("disbursed_cents") + part
            )
            postings.match_disbursed(
                fund_id=row.fund_id,
                campaign_id=campaign_id,
                cents=part,
                reference=postings.part_of(reference, row.fund_id, len(parts)),
                now=now,
            )


def _paid_directly(rows: list[Reservation], cents: int) -> list[tuple[Reservation, int]]:
    bound = [(row, row.bound_cents) for row in rows if row.fund.money == FundMoney.TREASURY]
    return split(bound, min(cents, sum(amount for _row, amount in bound)))


def _named(rows: list[Reservation], shares: Sequence[Taken]) -> list[tuple[Reservation, int]]:
    wanted = {share.fund_id: share.cents for share in shares}
    return [(row, wanted[row.fund_id]) for row in rows if row.fund_id in wanted]


def take_back_tranche(*, campaign_id: int, reference: str, now: dt.datetime) -> None:
    """Undo a tranche that was booked as disbursed under `reference`: its payout came back. It is bound again."""
    for row in booked("match_disbursed", reference):
        reverse(transfer=row, reference=f"{row.reference}:back", now=now)
        mine = Reservation.objects.filter(campaign=campaign_id, fund=postings.fund_in(row.debit_id))
        mine.update(
            bound_cents=F("bound_cents") + row.amount_cents,
            disbursed_cents=F("disbursed_cents") - row.amount_cents,
        )


def saveable(rows: Sequence[Reservation], unpaid: Mapping[int, int]) -> list[tuple[Reservation, int]]:
    """Say what of each reservation could be given back: proposed or bound, less what is approved to be paid."""
    return [
        (row, row.bound_cents - unpaid.get(row.fund_id, 0) if row.bound_cents else row.reserved_cents)
        for row in rows
    ]


def save_unpaid(
    *, campaign_id: int, cents: int, unpaid: Mapping[int, int], reference: str, now: dt.datetime
) -> None:
    """Give back to the pots what was proposed or bound and is no longer needed, the last pot first.

    `unpaid` says which pot has approved tranches that are not paid yet. For who decides on it, inside that transaction,
    which holds the pots. Raises `Refused` (`not_reserved`) when less can be given back.
    """
    parts = split_back(saveable(lock_funds_of(campaign_id), unpaid), cents)
    for row, part in parts:
        if row.bound_cents:
            _save(row, part, postings.part_of(reference, row.fund_id, len(parts)), now)
        else:
            _lower_proposal(row, part, now)


def _save(row: Reservation, cents: int, reference: str, now: dt.datetime) -> None:
    Reservation.objects.filter(pk=row.pk).update(
        bound_cents=F("bound_cents") - cents, proposed_cents=F("proposed_cents") - cents
    )
    postings.match_economy(
        fund_id=row.fund_id, campaign_id=row.campaign_id, cents=cents, reference=reference, now=now
    )
    set_free(row, cents)


def _lower_proposal(row: Reservation, cents: int, now: dt.datetime) -> None:
    unreserve(row, cents, now)
    if row.reserved_cents:
        Reservation.objects.filter(pk=row.pk).update(proposed_cents=row.reserved_cents)
        return
    released, table = ReservationStatus.RELEASED, RESERVATION_TRANSITIONS
    advance(row, released, table=table, now=now, why="no match", proposed_cents=0)


def return_paid(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Give back to the pots what was paid above the match and came back: `return_match`, and the match is smaller."""
    for row, part in _given_back(campaign_id, cents, reference, now):
        Reservation.objects.filter(pk=row.pk).update(proposed_cents=F("proposed_cents") - part)


def return_match(
    *, campaign: Campaign, cents: int, reference: str, now: dt.datetime, by: User
) -> list[Taken]:
    """Book that `cents` of the paid match came back unspent: they are free in their pots again, the last pot first.

    What a pot of money in our account gets back is booked as arrived at our bank; the line of the statement is then
    "booked already". `reference` names the row it comes from, like `unspent:7`: the same one twice is refused by the
    database. Called inside the transaction of a decision by two people, by one of them. Raises `NotAllowed`, `Invalid`
    for an amount that is none, `Refused` (`more_than_paid`) when less was paid.
    """
    require(can_return_match(by, campaign))
    if cents <= 0:
        raise Invalid("amount", _("The amount must be more than zero."), field="amount_cents")
    with transaction.atomic():
        parts = _given_back(campaign.pk, cents, reference, now)
    return [Taken(row.fund_id, part) for row, part in parts]


def _given_back(
    campaign_id: int, cents: int, reference: str, now: dt.datetime
) -> list[tuple[Reservation, int]]:
    paid = [(row, row.disbursed_cents) for row in lock_funds_of(campaign_id)]
    if sum(amount for _row, amount in paid) < cents:
        raise Refused("more_than_paid", _("Less than this amount of the match was paid."))
    parts = split_back(paid, cents)
    for row, part in parts:
        _return(row, part, postings.part_of(reference, row.fund_id, len(parts)), now)
    return parts


def _return(row: Reservation, cents: int, reference: str, now: dt.datetime) -> None:
    Reservation.objects.filter(pk=row.pk).update(disbursed_cents=F("disbursed_cents") - cents)
    postings.match_returned(
        fund_id=row.fund_id, campaign_id=row.campaign_id, cents=cents, reference=reference, now=now
    )
    if row.fund.money == FundMoney.HELD:
        postings.match_money_returned(fund_id=row.fund_id, cents=cents, reference=reference, now=now)
    set_free(row, cents)
