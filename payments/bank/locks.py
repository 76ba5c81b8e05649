"""The locks of the bank; in the house's order they come after the pledge: its account back, line, list, items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.bank.models import BankLine, CreditList, Excess, LineMatch, ListItem, TransferPledge
from payments.enums import Channel
from payments.models import Pledge, Refund

if TYPE_CHECKING:
    from collections.abc import Iterable


def lock_transfer_pledge(pledge_id: int) -> Pledge:
    """Lock a pledge by transfer and read it anew, with all that its letters need."""
    return (
        Pledge.objects.select_for_update(of=("self",))
        .select_related("campaign__project", "reward", "backer", "consent", "transfer")
        .get(pk=pledge_id)
    )


def lock_accounts_back(pledge_ids: Iterable[int]) -> dict[int, TransferPledge]:
    """Lock where the money of these pledges goes back to, so that it does not change while a list is written."""
    rows = TransferPledge.objects.select_for_update().filter(pledge_id__in=list(pledge_ids)).order_by("pk")
    return {row.pledge_id: row for row in rows}


def lock_cash_back(refund_ids: Iterable[int]) -> None:
    """Lock refunds of cash: the account that they go back to is not named anew while a list is written."""
    list(
        Refund.objects.select_for_update()
        .filter(pk__in=list(refund_ids), channel=Channel.CASH)
        .order_by("pk")
    )


def lock_line(line_id: int) -> BankLine:
    """Lock a line and read it anew."""
    return BankLine.objects.select_for_update(of=("self",)).select_related("statement").get(pk=line_id)


def lock_excess(excess_id: int) -> Excess:
    """Lock an excess and read it anew, with its line."""
    return Excess.objects.select_for_update(of=("self",)).select_related("line").get(pk=excess_id)


def lock_match(match_id: int) -> LineMatch:
    """Lock a match and read it anew."""
    return (
        LineMatch.objects.select_for_update(of=("self",)).select_related(
            *("line", "item", "transfer", "fund", "before")
        )
    ).get(pk=match_id)


def lock_list(list_id: int) -> CreditList:
    """Lock a list of transfers and read it anew."""
    return CreditList.objects.select_for_update().get(pk=list_id)


def lock_item(item_id: int) -> ListItem:
    """Lock one transfer of a list and read it anew."""
    return ListItem.objects.select_for_update(of=("self",)).select_related("list").get(pk=item_id)


def lock_refund(refund_id: int) -> Refund:
    """Lock a refund and read it anew."""
    return (
        Refund.objects.select_for_update(of=("self",))
        .select_related("pledge__campaign__project", "pledge__reward", "pledge__backer")
        .get(pk=refund_id)
    )
