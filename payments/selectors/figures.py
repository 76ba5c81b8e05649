"""What the figures of a campaign's money are made of: which transfers of the ledger add up to each."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrOrPromise

Moves = dict[tuple[str, str], int]
"""What came into an account (credits less debits, in cents) by account and business event."""

ANY: Final = "#"
"""In the name of an account: any number (see `payments.selectors.transfers`)."""

CARD_IN = ("charge_collected",)
BANK_IN = ("bank_received", "bank_matched")
CASH_IN = ("cash_received",)


@dataclasses.dataclass(frozen=True)
class Source:
    """A figure: the accounts it is read from (`{c}` stands for the campaign) and, if not their balance, the events.

    `sign` is 1 where the figure is credits less debits, −1 where it is debits less credits.
    """

    label: _StrOrPromise
    accounts: str
    codes: tuple[str, ...] = ()
    sign: int = 1

    def cents(self, moves: Mapping[tuple[str, str], int]) -> int:
        """Add the figure up from moves whose accounts are written with `{c}` for the campaign."""
        return self.sign * sum(
            cents
            for (account, code), cents in moves.items()
            if (
                account.startswith(self.accounts) if self.accounts.endswith(":") else account == self.accounts
            )
            and (not self.codes or code in self.codes)
        )

    def url(self, campaign_id: int | None = None) -> str:
        """Give the page of the transfers behind the figure: a campaign's, or all campaigns'."""
        asked = {"account": self.accounts.replace("{c}", ANY if campaign_id is None else str(campaign_id))}
        if self.codes:
            asked["code"] = ",".join(self.codes)
        return f"{reverse('ledger_transfers')}?{urlencode(asked, safe=':,')}"


SOURCES: Final[dict[str, Source]] = {
    "collected_cents": Source(_("collected"), "held:{c}:", CARD_IN + BANK_IN + CASH_IN),
    "collected_card_cents": Source(_("collected by card"), "held:{c}:card", CARD_IN),
    "collected_bank_cents": Source(_("arrived by bank transfer"), "held:{c}:bank", BANK_IN),
    "collected_cash_cents": Source(_("arrived in cash"), "held:{c}:cash", CASH_IN),
    "fees_cents": Source(_("Stripe's fees"), "held:{c}:", ("charge_fee",), -1),
    "refunded_cents": Source(_("given back"), "refund_due:{c}", ("refund_paid",), -1),
    "refund_due_cents": Source(_("to be given back"), "refund_due:{c}"),
    "disputed_cents": Source(_("disputed, with the banks"), "disputed:{c}", (), -1),
    "lost_cents": Source(_("lost to disputes"), "held:{c}:", ("dispute_lost",), -1),
    "taken_back_cents": Source(
        _("taken back after a payout, or owed"), "held:{c}:", ("transfer_reversed", "reversal_impossible")
    ),
    "held_cents": Source(_("held"), "held:{c}:"),
    "held_card_cents": Source(_("held, by card"), "held:{c}:card"),
    "held_bank_cents": Source(_("held, by bank transfer"), "held:{c}:bank"),
    "held_cash_cents": Source(_("held, in cash"), "held:{c}:cash"),
    "released_cents": Source(_("released, to be paid"), "payable:{c}"),
    "paid_out_cents": Source(_("paid out, of the crowd's money"), "payable:{c}", ("payout_executed",), -1),
    "match_reserved_cents": Source(_("match reserved"), "reserved:f#:{c}", (), -1),
    "match_bound_cents": Source(_("match legally bound"), "bound:f#:{c}", (), -1),
    "match_released_cents": Source(_("match released by a sponsor, to be paid"), "payable:{c}:sponsor"),
    "match_paid_cents": Source(_("match paid"), "disbursed:f#:{c}", (), -1),
}
"""A campaign's figures that the ledger holds; each euro stands in one of them.

`collected` counts a transfer or cash as soon as it has arrived, a card once it was charged. The crowd's money and the
match are two things: what a sponsor pays is match, and not in `released` and `paid_out`.

held = collected − fees − given back − to be given back − lost + taken back − released − paid out.
"""

PLATFORM: Final[dict[str, Source]] = {
    "platform_fees_cents": Source(_("fees the platform bears"), "cost:fees", (), -1),
    "losses_cents": Source(_("losses"), "cost:losses", (), -1),
    "unplaced_cents": Source(_("transfers nobody has placed"), "unmatched:bank"),
    "sender_due_cents": Source(_("to go back to senders"), "refund_due:bank"),
    "sponsors_cents": Source(_("sponsors' money for pots"), "held_fund:#"),
    "receivable_cents": Source(_("owed by organisations"), "receivable:#", (), -1),
    "bank_owes_cents": Source(_("owed by our bank, for its errors"), "receivable:bank", (), -1),
    "own_cents": Source(_("the platform's own money"), "own:funds"),
}
"""What belongs to no campaign."""

PROMISES: Final[dict[str, _StrOrPromise]] = {
    "pledged_cents": _("pledged"),
    "promised_cents": _("announced by transfer"),
    "collecting_cents": _("being collected"),
}
"""What nobody has paid yet: read from pledges, for no transfer stands behind it."""

LABELS: Final[dict[str, _StrOrPromise]] = PROMISES | {name: source.label for name, source in SOURCES.items()}


@dataclasses.dataclass(frozen=True)
class CampaignMoney:
    """A campaign's money in whole cents: pledged, collected and paid out apart, always.

    `promised` was announced by bank transfer and has not come: no part of `pledged`. `collected` is gross, whatever
    became of it later; `fees` is what the campaign bears; `disputed` is what banks hold until they decide, `lost` what
    the campaign lost by it. `held` is still to be released, `released` approved and not yet paid.
    """

    pledged_cents: int = 0
    promised_cents: int = 0
    collecting_cents: int = 0
    collected_cents: int = 0
    collected_card_cents: int = 0
    collected_bank_cents: int = 0
    collected_cash_cents: int = 0
    fees_cents: int = 0
    refunded_cents: int = 0
    refund_due_cents: int = 0
    disputed_cents: int = 0
    lost_cents: int = 0
    taken_back_cents: int = 0
    held_cents: int = 0
    held_card_cents: int = 0
    held_bank_cents: int = 0
    held_cash_cents: int = 0
    released_cents: int = 0
    paid_out_cents: int = 0
    match_reserved_cents: int = 0
    match_bound_cents: int = 0
    match_released_cents: int = 0
    match_paid_cents: int = 0


def read_money(moves: Mapping[tuple[str, str], int], **promises: int) -> CampaignMoney:
    """Make a campaign's figures of its moves (accounts written with `{c}`) and of what is promised to it."""
    return CampaignMoney(**promises, **{name: source.cents(moves) for name, source in SOURCES.items()})


def add_up(rows: list[CampaignMoney]) -> CampaignMoney:
    """Add up figures of several campaigns, each with its like."""
    return CampaignMoney(**{name: sum(getattr(row, name) for row in rows) for name in LABELS})


@dataclasses.dataclass(frozen=True)
class Figure:
    """A figure as pages show it: what it is, cents, and the transfers it comes from (empty: none, or not shown)."""

    label: _StrOrPromise
    cents: int
    url: str


def figure(name: str, money: CampaignMoney, campaign_id: int | None = None, *, links: bool = True) -> Figure:
    """Take one figure of a campaign's money, or of all campaigns', by its name."""
    source = SOURCES.get(name)
    return Figure(LABELS[name], getattr(money, name), source.url(campaign_id) if source and links else "")
