"""Released money goes down the list (scorrimento) until the call's date: offered, accepted in time, or offered on."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.enums import ApplicationStatus
from campaigns.commission.enums import OFFER_TRANSITIONS, ListStatus, OfferStatus
from campaigns.commission.locks import lock_grid, lock_offer
from campaigns.commission.models import Offer, RankedList
from campaigns.commission.permissions import can_answer_offer, can_offer
from campaigns.commission.selectors.reads import in_line
from campaigns.commission.services.letters import tell_of_offer
from campaigns.commission.services.outcomes import admit, pot_carries
from crowdfund.kit import clock, states
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from campaigns.calls.models import Application
    from campaigns.commission.models import Grid, ListEntry

log = logging.getLogger(__name__)


def offer_next(*, ranked_list: RankedList, by: Visitor, now: dt.datetime) -> Offer:
    """Offer released money to the next eligible application without waiting for the hour.

    Raises `NotAllowed` unless `by` is an officer; `Refused` when the list does not hold (`no_list`), the call's date
    has passed (`offers_over`), nobody is in line (`nobody_in_line`), or the pot can't carry the next beside all offers
    that wait for an answer (`pot_empty`); and why the next one can't be admitted, where the pot is not the reason.
    """
    require(can_offer(by))
    return _offer(ranked_list, by=by, now=now)


def _offer(ranked_list: RankedList, *, by: Visitor | None, now: dt.datetime) -> Offer:
    """Make one offer. The grid's lock lets one at a time be made of a call's pot, whatever session it is for."""
    with transaction.atomic():
        grid = lock_grid(ranked_list.commission.call_id)
        _check_time(ranked_list, grid, now)
        entry = _next(ranked_list, grid, now)
        until = now + dt.timedelta(days=grid.offer_days)
        offer = Offer.objects.create(
            application=entry.application,
            ranked_list=ranked_list,
            offered_at=now,
            answer_until=min(until, grid.offers_until or until),
        )
        states.record_birth(offer, now=now, by=by)
        tell_of_offer(offer=offer, now=now)
    return offer


def _check_time(ranked_list: RankedList, grid: Grid, now: dt.datetime) -> None:
    if not RankedList.objects.filter(pk=ranked_list.pk, status=ListStatus.PUBLISHED).exists():
        raise Refused("no_list", _("This list does not hold."))
    if grid.offers_until is None or now >= grid.offers_until:
        raise Refused("offers_over", _("Released money is not offered any more."))


def _next(ranked_list: RankedList, grid: Grid, now: dt.datetime) -> ListEntry:
    """Return the next in line that the pot carries beside every offer that waits, in all sessions of the call."""
    line = list(in_line(ranked_list))
    if not line:
        raise Refused("nobody_in_line", _("Nobody is in line for released money."))
    waiting = _waiting(grid)
    for entry in line if grid.skip_when_short else line[:1]:
        if pot_carries([*waiting, entry.application], now=now):
            return entry
    raise Refused("pot_empty", _("The pot can't carry the next project yet."))


def _waiting(grid: Grid) -> list[Application]:
    offers = Offer.objects.filter(status=OfferStatus.OPEN, application__call=grid.call_id)
    found = offers.select_related("application__call__rule", "application__session").order_by("pk")
    return [offer.application for offer in found]


def accept_offer(*, offer: Offer, by: Visitor, now: dt.datetime) -> Offer:
    """Accept an offer: the application is admitted and its match reserved, or nothing happens.

    Raises `NotAllowed` unless `by` is owner or editor of the organisation; `Refused` (`offer_over`) after its last day;
    `IllegalTransition` when it was answered; what an admission raises.
    """
    require(can_answer_offer(by, offer))
    with transaction.atomic():
        lock_grid(offer.application.call_id)
        held = lock_offer(offer)
        _check_open(held, now)
        states.advance(held, OfferStatus.ACCEPTED, table=OFFER_TRANSITIONS, now=now, by=by, answered_at=now)
        entry = held.ranked_list.entries.get(application=held.application_id)
        admit(held.application, entry.reason, by=by, now=now)
    offer.refresh_from_db()
    return offer


def decline_offer(*, offer: Offer, by: Visitor, now: dt.datetime) -> Offer:
    """Decline an offer: it goes to the next in line. Raises as `accept_offer`."""
    require(can_answer_offer(by, offer))
    with transaction.atomic():
        held = lock_offer(offer)
        _check_open(held, now)
        states.advance(held, OfferStatus.DECLINED, table=OFFER_TRANSITIONS, now=now, by=by, answered_at=now)
    offer.refresh_from_db()
    return offer


def _check_open(offer: Offer, now: dt.datetime) -> None:
    if (
        offer.status == OfferStatus.OPEN
        and not Offer.objects.filter(pk=offer.pk, answer_until__gt=now).exists()
    ):
        raise Refused("offer_over", _("The time to answer this offer is over."))


def lapse_due(now: dt.datetime) -> int:
    """Let offers lapse whose time is over; return how many."""
    count = 0
    for offer in Offer.objects.filter(status=OfferStatus.OPEN, answer_until__lte=now):
        with transaction.atomic():
            held = lock_offer(offer)
            if held.status == OfferStatus.OPEN:
                states.advance(held, OfferStatus.LAPSED, table=OFFER_TRANSITIONS, now=now)
                count += 1
    return count


def offer_released() -> int:
    """Let offers lapse and make those that released money allows; return how many of both. A drain."""
    now = clock.now()
    return lapse_due(now) + sum(_offer_all(ranked_list, now) for ranked_list in _lists_in_time(now))


def _lists_in_time(now: dt.datetime) -> list[RankedList]:
    holding = RankedList.objects.filter(
        status=ListStatus.PUBLISHED,
        commission__call__grid__offers_until__gt=now,
        entries__application__status=ApplicationStatus.ELIGIBLE_NOT_FUNDED,
        entries__application__offer__isnull=True,
    )
    return list(holding.distinct().select_related("commission").order_by("published_at", "pk"))


def _offer_all(ranked_list: RankedList, now: dt.datetime) -> int:
    made = 0
    try:
        while True:
            _offer(ranked_list, by=None, now=now)
            made += 1
    except Refused as refused:
        log.info("list %s: no further offer: %s", ranked_list.pk, refused.code)
    return made
