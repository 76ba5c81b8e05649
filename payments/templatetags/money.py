"""A campaign's money as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import gettext as _

from payments.enums import HeldUpBy
from payments.selectors.figures import Figure, figure
from payments.selectors.money import money_of
from payments.selectors.unspent import unspent_decided

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaigns.models import Campaign

register = template.Library()

MATCH = ("match_reserved", "match_bound", "match_released", "match_paid")


@register.filter
def payout_reason(code: str) -> str:
    """Say why a payout waits, failed or is void, in a sentence; words that somebody wrote stay as they are."""
    if code in HeldUpBy.values:
        return f"{HeldUpBy(code).label}."
    sentences = {
        "the payee has changed": _("The payee has changed since it was approved."),
        "the amount has changed": _("The amount is no longer what was approved."),
        "account_closed": _("The account is closed."),
        "account_invalid": _("The account at the payment service does not exist any more."),
        "resource_missing": _("The account at the payment service does not exist any more."),
    }
    return sentences.get(code, _("The reason given: %(why)s") % {"why": code} if code else "")


@register.inclusion_tag("payments/_unspent.html")
def unspent_notice(campaign: Campaign) -> dict[str, Any]:
    """Say to everybody what a project did not spend, what of it goes back, and what the rest is for."""
    return {"decision": unspent_decided(campaign)}


@register.inclusion_tag("payments/_money_panel.html")
def money_panel(campaign: Campaign, links: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - in a template
    """Show a campaign's money; with `links` (for staff) each figure leads to the transfers it comes from."""
    money = money_of(campaign)

    def figures(*names: str, always: bool = False) -> list[Figure]:
        listed = [figure(f"{name}_cents", money, campaign.pk, links=links) for name in names]
        return [one for one in listed if one.cents or always]

    return {
        "money": figures("pledged", always=True)
        + figures("promised", "collecting")
        + figures("collected", "fees", always=True)
        + figures("refunded", "refund_due", "disputed", "lost", "taken_back")
        + figures("held", "released", "paid_out", always=True),
        "channels": _channels(figures),
        "match": figures(*MATCH, always=True) if figures(*MATCH) else [],
    }


def _channels(figures: Callable[..., list[Figure]]) -> list[Figure]:
    """Tell money by channel, where it came in by more than one."""
    by_channel = figures("collected_card", "collected_bank", "collected_cash")
    return by_channel + figures("held_card", "held_bank", "held_cash") if len(by_channel) > 1 else []
