"""The locks of this room. The order: grid, commission, sheet or offer, then what `campaigns` and `payments` lock."""

from __future__ import annotations

from campaigns.commission.models import Commission, Grid, Offer, RankedList, Sheet


def lock_grid(call_id: int) -> Grid:
    """Let one transaction at a time decide who of a call gets money: lists and offers of all its sessions."""
    return Grid.objects.select_for_update().get(call=call_id)


def lock_commission(commission: Commission) -> Commission:
    """Keep seats and sheets of a commission as they are while a list is made of them."""
    return (
        Commission.objects.select_for_update(of=("self",))
        .select_related("call__grid", "call__rule")
        .get(pk=commission.pk)
    )


def lock_sheet(sheet: Sheet) -> Sheet:
    """Lock a sheet, so that nothing is written on it while it is closed or reopened."""
    found = Sheet.objects.select_for_update(of=("self",)).select_related(
        "evaluator__commission__call__grid", "application__project__organisation", "application__created_by"
    )
    return found.get(pk=sheet.pk)


def lock_list(ranked_list: RankedList) -> RankedList:
    """Lock a list that is decided on."""
    found = RankedList.objects.select_for_update(of=("self",)).select_related("commission__call__grid")
    return found.get(pk=ranked_list.pk)


def lock_offer(offer: Offer) -> Offer:
    """Lock an offer that is answered or lapses."""
    found = Offer.objects.select_for_update(of=("self",)).select_related(
        "application__call__rule", "application__project__organisation", "ranked_list__commission"
    )
    return found.get(pk=offer.pk)
