"""`per_pledge`: what each pledge draws from the pot, and gives back, while the campaign runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Sum

from campaigns.calls.enums import RuleKind
from payments.matching import formula
from payments.matching.models import CallBacker, MatchDraw, MatchFund, Reservation
from payments.matching.services.book import backer_of, hold_book, use_numbers
from payments.matching.services.pot import Taken, give_back, take
from payments.matching.services.sessions import held_cents
from payments.selectors.rules import Terms, terms_of

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign
    from payments.models import Pledge


def drawing_terms(campaign_id: int) -> tuple[Terms, formula.PerPledge] | None:
    """Return a campaign's terms and rule if its pledges draw one by one. One query."""
    found = terms_of(campaign_id)
    rule = formula.read_rule(found.data) if found and found.kind == RuleKind.PER_PLEDGE else None
    return (found, rule) if found and isinstance(rule, formula.PerPledge) else None


def _room(terms: Terms, campaign: Campaign) -> int:
    """What a campaign's pledges can draw now: what the pots have, within what its session's share has left."""
    pots = MatchFund.objects.filter(call=terms.call_id).open_to(campaign.project)
    free = sum(pots.values_list("free_cents", flat=True))
    if terms.share_cents is None or terms.session_id is None:
        return free
    return max(0, min(free, terms.share_cents - held_cents(terms.session_id)))


def follow_pledge(*, pledge: Pledge, cents: int, now: dt.datetime) -> None:
    """Let the draw of a pledge follow what counts of it from now on, in cents: 0 when it was cancelled or has failed.

    Does nothing under another rule than `per_pledge` (one query). Last in the transaction of the change, which holds
    the pledge: draws of a call go one after the other, in the order of its book.
    """
    found = drawing_terms(pledge.campaign_id)
    if found is None:
        return
    terms, rule = found
    before, held, known = _standing(pledge)
    if cents == before:
        return
    seq = hold_book(terms.call_id, numbers=1)
    backer = CallBacker.objects.get(pk=known) if known else backer_of(terms.call_id, pledge)
    asked = formula.change_wanted(rule, before_cents=before, after_cents=cents, held_cents=held)
    room = _room(terms, pledge.campaign)
    moved = _move(
        rule, pledge.campaign, backer, asked if terms.share_cents is None else min(asked, room), now
    )
    total = sum(part.cents for part in moved)
    MatchDraw.objects.bulk_create(
        MatchDraw(
            call_id=terms.call_id,
            seq=seq,
            campaign_id=pledge.campaign_id,
            pledge=pledge,
            backer=backer,
            fund_id=part.fund_id or None,
            amount_cents=cents,
            room_cents=max(room, total),  # a pot topped up meanwhile had more than was read
            cents=part.cents,
            at=now,
        )
        for part in moved or [Taken(0, 0)]
    )
    if total:
        CallBacker.objects.filter(pk=backer.pk).update(drawn_cents=F("drawn_cents") + total)


def _standing(pledge: Pledge) -> tuple[int, int, int | None]:
    """What counted of a pledge so far, what it holds of the pot, and whose cap it was held against."""
    rows = list(MatchDraw.objects.filter(pledge=pledge).order_by("seq"))
    held = sum(row.cents for row in rows)
    return (rows[-1].amount_cents, held, rows[-1].backer_id) if rows else (0, 0, None)


def _move(
    rule: formula.PerPledge, campaign: Campaign, backer: CallBacker, asked: int, now: dt.datetime
) -> list[Taken]:
    """Draw within the caps of backer and campaign and what the pot has, or give back."""
    if asked < 0:
        back = give_back(campaign=campaign, cents=-asked, now=now)
        return [Taken(part.fund_id, -part.cents) for part in back]
    drawn = Reservation.objects.filter(campaign=campaign).aggregate(cents=Sum("reserved_cents", default=0))
    wanted = min(
        asked,
        asked if rule.cap_per_backer_cents is None else rule.cap_per_backer_cents - backer.drawn_cents,
        asked if rule.match_cap_cents is None else rule.match_cap_cents - drawn["cents"],
    )
    return take(campaign=campaign, cents=wanted, now=now, whole=False) if wanted > 0 else []


def close_draws(*, campaign: Campaign, now: dt.datetime) -> None:
    """Note that all pledges of a campaign gave back what they held: its match is released as a whole.

    The pots get it back with the campaign's reservations, by the caller.
    """
    found = drawing_terms(campaign.pk)
    if found is None:
        return
    call_id = found[0].call_id
    first = hold_book(call_id) + 1
    seq = first
    held = (
        MatchDraw.objects.filter(campaign=campaign)
        .order_by("pledge", "fund")
        .values_list("pledge", "backer", "fund")
        .annotate(cents=Sum("cents"))
        .exclude(cents=0)
    )
    rows: list[MatchDraw] = []
    for pledge_id, backer_id, fund_id, cents in held:
        if rows and rows[-1].pledge_id != pledge_id:
            seq += 1
        row = MatchDraw(call_id=call_id, seq=seq, campaign=campaign, pledge_id=pledge_id, backer_id=backer_id)
        row.fund_id, row.amount_cents, row.room_cents, row.cents, row.at = fund_id, 0, 0, -cents, now
        rows.append(row)
    MatchDraw.objects.bulk_create(rows, batch_size=1000)
    use_numbers(call_id, seq - first + 1 if rows else 0)
    back: dict[int, int] = {}
    for row in rows:
        back[row.backer_id] = back.get(row.backer_id, 0) - row.cents
    for backer_id, cents in back.items():
        CallBacker.objects.filter(pk=backer_id).update(drawn_cents=F("drawn_cents") - cents)
