"""Which accounts move for each event: the table of `docs/ledger.md`, one function a row.

Each is called inside the transaction of the deed it books, with amounts in whole cents and a `reference` naming the
row that it comes from. Debit is where value goes, credit where it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.ledger.enums import Book
from payments.ledger.services import post

if TYPE_CHECKING:
    import datetime as dt

STRIPE = "cash:stripe"
FEES = "cost:fees"


def held(campaign_id: int, channel: str) -> str:
    """Name the account of what we hold for a campaign, by the channel it came in."""
    return f"held:{campaign_id}:{channel}"


def payable(campaign_id: int) -> str:
    """Name the account of what is released to a campaign and not yet paid."""
    return f"payable:{campaign_id}"


def refund_due(campaign_id: int) -> str:
    """Name the account of what a campaign's backers are owed back."""
    return f"refund_due:{campaign_id}"


def programmed(programme_id: int) -> str:
    """Name the step "programmed" of a programme."""
    return f"programmed:{programme_id}"


def admitted(programme_id: int) -> str:
    """Name the step "admitted" of a programme."""
    return f"admitted:{programme_id}"


def fund(fund_id: int) -> str:
    """Name the free part of a match fund."""
    return f"fund:{fund_id}"


def reserved(fund_id: int, campaign_id: int) -> str:
    """Name what a fund has reserved for a campaign."""
    return f"reserved:f{fund_id}:{campaign_id}"


def bound(owner: str, what: str | int) -> str:
    """Name the step "legally bound": `owner` is `f{fund}` or `p{programme}`, `what` a campaign or a contract."""
    return f"bound:{owner}:{what}"


def disbursed(owner: str, what: str | int) -> str:
    """Name the step "disbursed", like `bound`."""
    return f"disbursed:{owner}:{what}"


def _budget(code: str, debit: str, credit: str, cents: int, reference: str, now: dt.datetime) -> None:
    post(
        book=Book.BUDGET,
        debit=debit,
        credit=credit,
        amount_cents=cents,
        code=code,
        reference=reference,
        now=now,
    )


def _cash(code: str, debit: str, credit: str, cents: int, reference: str, now: dt.datetime) -> None:
    post(
        book=Book.CASH,
        debit=debit,
        credit=credit,
        amount_cents=cents,
        code=code,
        reference=reference,
        now=now,
    )


# Budget: the ladder


def programme_programmed(*, programme_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Put a programme's money on the first step."""
    _budget(
        "programme_programmed", programmed(programme_id), f"control:p{programme_id}", cents, reference, now
    )


def programme_admitted(*, programme_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Move a programme's money from programmed to admitted."""
    _budget("programme_admitted", admitted(programme_id), programmed(programme_id), cents, reference, now)


def opening_bound(*, programme_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Open a programme with what was legally bound before this ledger began."""
    _budget(
        "opening_bound", bound(f"p{programme_id}", "opening"), admitted(programme_id), cents, reference, now
    )


def opening_disbursed(*, programme_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Open a programme with what was disbursed before this ledger began."""
    owner = f"p{programme_id}"
    _budget("opening_disbursed", disbursed(owner, "opening"), bound(owner, "opening"), cents, reference, now)


def fund_opened(*, fund_id: int, programme_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Set a call's pot aside from its programme's admitted money."""
    _budget("fund_opened", fund(fund_id), admitted(programme_id), cents, reference, now)


def match_reserved(*, fund_id: int, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Reserve a campaign's maximum exposure in the pot."""
    _budget("match_reserved", reserved(fund_id, campaign_id), fund(fund_id), cents, reference, now)


def match_released(*, fund_id: int, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Give back to the pot what is not needed."""
    _budget("match_released", fund(fund_id), reserved(fund_id, campaign_id), cents, reference, now)


def match_committed(*, fund_id: int, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Bind the city to the match on collected money: an act was recorded and confirmed."""
    _budget(
        "match_committed",
        bound(f"f{fund_id}", campaign_id),
        reserved(fund_id, campaign_id),
        cents,
        reference,
        now,
    )


def match_disbursed(*, fund_id: int, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a tranche that the treasurer's receipt confirms."""
    owner = f"f{fund_id}"
    _budget(
        "match_disbursed", disbursed(owner, campaign_id), bound(owner, campaign_id), cents, reference, now
    )


# Cash: money we hold and owe


def charge_collected(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a card charge that succeeded, gross."""
    _cash("charge_collected", STRIPE, held(campaign_id, "card"), cents, reference, now)


def charge_fee(
    *, campaign_id: int, cents: int, campaign_bears: bool, reference: str, now: dt.datetime
) -> None:
    """Book Stripe's fee of a charge: the campaign bears it (its budget says so) or the call's owner does."""
    bearer = held(campaign_id, "card") if campaign_bears else FEES
    _cash("charge_fee", bearer, STRIPE, cents, reference, now)


def crowd_released(*, campaign_id: int, channel: str, cents: int, reference: str, now: dt.datetime) -> None:
    """Release held money to be paid out: proposed by one person, approved by another."""
    _cash("disbursement_released", held(campaign_id, channel), payable(campaign_id), cents, reference, now)


def payout_executed(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a payout that left by Connect transfer."""
    _cash("payout_executed", payable(campaign_id), STRIPE, cents, reference, now)


def refund_decided(*, campaign_id: int, channel: str, cents: int, reference: str, now: dt.datetime) -> None:
    """Owe money back to its backer."""
    _cash("refund_decided", held(campaign_id, channel), refund_due(campaign_id), cents, reference, now)


def refund_paid(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a refund that Stripe has carried out."""
    _cash("refund_paid", refund_due(campaign_id), STRIPE, cents, reference, now)
