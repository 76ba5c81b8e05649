"""The locks of the pots: after the campaign, before pledges and what hangs on them. Pots always in one order."""

from __future__ import annotations

from payments.matching.models import MatchFund, Reservation


def lock_funds_of(campaign_id: int) -> list[Reservation]:
    """Lock the pots that a campaign takes from, in the order in which money is taken; return its reservations.

    Whoever changes what a pot or a reservation amounts to holds the pot first, so that what is read here stays.
    """
    funds = MatchFund.objects.filter(reservations__campaign=campaign_id).in_order()
    list(funds.select_for_update(of=("self",), no_key=True).values_list("pk"))
    return list(Reservation.objects.of_campaign(campaign_id))


def lock_shares_of(campaign_id: int) -> list[Reservation]:
    """Lock a campaign's reservations and read them anew: money moves on between their steps, no pot changes."""
    found = Reservation.objects.of_campaign(campaign_id)
    return list(found.select_for_update(of=("self",), no_key=True))
