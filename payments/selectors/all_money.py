"""The money of all campaigns, as the officers' page and the API show it: three queries, however many there are."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Sum

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from payments.enums import STILL_COLLECTING
from payments.ledger.models import LedgerTransfer
from payments.models import Pledge
from payments.selectors.figures import LABELS, PLATFORM, CampaignMoney, Moves, add_up, read_money

if TYPE_CHECKING:
    from collections.abc import Iterable

_OF_CAMPAIGN: Final = re.compile(
    r"(?P<kind>held|payable|refund_due|disputed|reserved|bound|disbursed):(?:f\d+:)?(?P<campaign>\d+)(?P<rest>:\w+)?"
)
_ON_THE_LADDER: Final = frozenset({"reserved", "bound", "disbursed"})
_NOT_YET: Final = frozenset({CampaignStatus.DRAFT, CampaignStatus.REVIEW})


@dataclasses.dataclass(frozen=True)
class MoneyRow:
    """A campaign with its money, and the title of its call (empty without one)."""

    campaign: Campaign
    call: str
    money: CampaignMoney


@dataclasses.dataclass(frozen=True)
class AllMoney:
    """The campaigns' money, its sum over all of them, and what belongs to none (by the names of `PLATFORM`)."""

    rows: list[MoneyRow]
    totals: CampaignMoney
    platform: dict[str, int]


def all_money() -> AllMoney:
    """Read the money of every campaign that was admitted, or that any transfer names (three queries)."""
    by_campaign, others = _moves()
    collecting = dict(
        Pledge.objects.filter(status__in=STILL_COLLECTING)
        .order_by()
        .values_list("campaign_id")
        .annotate(cents=Sum("amount_cents"))
    )
    campaigns = Campaign.objects.select_related(
        "project__organisation", "settlement", "application__call"
    ).order_by("project__title", "pk")
    rows = [
        MoneyRow(campaign, _call(campaign), _money(campaign, by_campaign, collecting))
        for campaign in campaigns
        if campaign.status not in _NOT_YET or campaign.pk in by_campaign
    ]
    platform = {name: source.cents(_any_number(others)) for name, source in PLATFORM.items()}
    return AllMoney(rows, add_up([row.money for row in rows]), platform)


def chosen(
    rows: Iterable[MoneyRow], *, text: str = "", call: str = "", status: str = "", sort: str = ""
) -> list[MoneyRow]:
    """Keep the rows of a call (its title), of a status and with a text in their titles; sort them.

    `sort` names a figure (without `_cents`), after a `-` for the largest first; anything else leaves them by title.
    """
    wanted = text.strip().casefold()
    kept = [
        row
        for row in rows
        if (not call or row.call == call)
        and (not status or row.campaign.status == status)
        and wanted in f"{row.campaign.project.title} {row.campaign.project.organisation}".casefold()
    ]
    name = f"{sort.removeprefix('-')}_cents"
    if name in LABELS:
        kept.sort(key=lambda row: getattr(row.money, name), reverse=sort.startswith("-"))
    return kept


def _call(campaign: Campaign) -> str:
    application: Any = getattr(campaign, "application", None)
    return str(application.call.title) if application else ""


def _money(campaign: Campaign, moves: dict[int, Moves], collecting: dict[int, int]) -> CampaignMoney:
    settlement: Any = getattr(campaign, "settlement", None)
    return read_money(
        moves.get(campaign.pk, {}),
        pledged_cents=settlement.pledged_cents if settlement else campaign.pledged_cents,
        promised_cents=campaign.promised_cents,
        collecting_cents=collecting.get(campaign.pk, 0),
    )


def _moves() -> tuple[dict[int, Moves], Moves]:
    """Sum the whole ledger by account and event: each campaign's moves (accounts with `{c}`), and all others."""
    campaigns: dict[int, Moves] = {}
    others: Moves = {}
    rows = LedgerTransfer.objects.order_by().values_list("debit_id", "credit_id", "code")
    for debit, credit, code, cents in rows.annotate(cents=Sum("amount_cents")):
        for account, amount in ((debit, -cents), (credit, cents)):
            found = _OF_CAMPAIGN.fullmatch(account)
            moves = campaigns.setdefault(int(found["campaign"]), {}) if found else others
            key = (_shape(found) if found else account, code)
            moves[key] = moves.get(key, 0) + amount
    return campaigns, others


def _shape(found: re.Match[str]) -> str:
    kind = found["kind"]
    return f"{kind}:{'f#:' if kind in _ON_THE_LADDER else ''}{{c}}{found['rest'] or ''}"


def _any_number(moves: Moves) -> Moves:
    """Write the numbers in account names as `#`, as `PLATFORM` does."""
    found: Moves = {}
    for (account, code), cents in moves.items():
        key = (re.sub(r":\d+$", ":#", account), code)
        found[key] = found.get(key, 0) + cents
    return found
