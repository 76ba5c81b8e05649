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
BANK = "cash:bank"
TRANSIT = "cash:transit"
UNMATCHED = "unmatched:bank"
BANK_REFUND_DUE = "refund_due:bank"
BANK_OWES = "receivable:bank"
OPENING = "bank_opening"
"""How the references of opening balances begin."""
FEES = "cost:fees"
LOSSES = "cost:losses"
OWN = "own:funds"


def desk(desk_id: int) -> str:
    """Name the till of a cash desk."""
    return f"cash:desk:{desk_id}"


def disputed(campaign_id: int) -> str:
    """Name what the banks have taken back from us for a campaign's backers, until they decide."""
    return f"disputed:{campaign_id}"


def receivable(organisation_id: int) -> str:
    """Name what an organisation owes us."""
    return f"receivable:{organisation_id}"


def held_fund(fund_id: int) -> str:
    """Name a sponsor's money really received into an account of ours."""
    return f"held_fund:{fund_id}"


def held(campaign_id: int, channel: str) -> str:
    """Name the account of what we hold for a campaign, by the channel it came in."""
    return f"held:{campaign_id}:{channel}"


def payable(campaign_id: int) -> str:
    """Name the account of what is released to a campaign and not yet paid."""
    return f"payable:{campaign_id}"


def payable_by_sponsor(campaign_id: int) -> str:
    """Name the account of a sponsor's money that is released to a campaign, not yet paid: a match, not the crowd's."""
    return f"payable:{campaign_id}:sponsor"


def refund_due(campaign_id: int) -> str:
    """Name the account of what a campaign's backers are owed back."""
    return f"refund_due:{campaign_id}"


def control_of_sponsor(organisation_id: int) -> str:
    """Name the counterpart of all that a sponsor has given to pots."""
    return f"control:s{organisation_id}"


def part_of(reference: str, fund_id: int, parts: int) -> str:
    """Name one pot's part of an event that is split over `parts` pots; the whole by its reference alone."""
    return reference if parts == 1 else f"{reference}:f{fund_id}"


def fund_in(account: str) -> int:
    """Read which pot an account belongs to: `bound:f3:7`, `disbursed:f3:7`, `held_fund:3`."""
    return int(account.split(":")[1].removeprefix("f"))


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


def fund_opened(*, fund_id: int, source: str, cents: int, reference: str, now: dt.datetime) -> None:
    """Set a pot aside: from its programme's admitted money, or from what a sponsor gives (`control:s`)."""
    _budget("fund_opened", fund(fund_id), source, cents, reference, now)


def fund_closed(*, fund_id: int, source: str, cents: int, reference: str, now: dt.datetime) -> None:
    """Give what is free in a pot back to where it came from: no campaign takes from it any more."""
    _budget("fund_closed", source, fund(fund_id), cents, reference, now)


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


def fund_topped_up(*, fund_id: int, source: str, cents: int, reference: str, now: dt.datetime) -> None:
    """Add to a pot: from its programme's admitted money, or from what a sponsor gives."""
    _budget("topped_up", fund(fund_id), source, cents, reference, now)


def match_economy(*, fund_id: int, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Give back to the pot what was bound and is no longer needed."""
    _budget("match_economy", fund(fund_id), bound(f"f{fund_id}", campaign_id), cents, reference, now)


def match_returned(*, fund_id: int, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Give back to the pot what was disbursed and not spent."""
    _budget("match_returned", fund(fund_id), disbursed(f"f{fund_id}", campaign_id), cents, reference, now)


def contract_committed(
    *, programme_id: int, contract_id: int, cents: int, reference: str, now: dt.datetime
) -> None:
    """Bind a programme to a contract that is no match: recorded by one person, confirmed by another."""
    _budget(
        "contract_committed",
        bound(f"p{programme_id}", contract_id),
        admitted(programme_id),
        cents,
        reference,
        now,
    )


def contract_paid(
    *, programme_id: int, contract_id: int, cents: int, reference: str, now: dt.datetime
) -> None:
    """Book a mandate that paid a part of a contract."""
    owner = f"p{programme_id}"
    _budget("contract_paid", disbursed(owner, contract_id), bound(owner, contract_id), cents, reference, now)


def contract_economy(
    *, programme_id: int, contract_id: int, cents: int, reference: str, now: dt.datetime
) -> None:
    """Give back to the programme what a contract no longer needs."""
    _budget(
        "contract_economy",
        admitted(programme_id),
        bound(f"p{programme_id}", contract_id),
        cents,
        reference,
        now,
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


def sponsor_released(*, fund_id: int, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Release a sponsor's money to be paid out: proposed by one person, approved by another."""
    account = payable_by_sponsor(campaign_id)
    _cash("disbursement_released", held_fund(fund_id), account, cents, reference, now)


def payout_executed(
    *,
    campaign_id: int,
    cents: int,
    reference: str,
    now: dt.datetime,
    leaves: str = STRIPE,
    sponsors: bool = False,
) -> None:
    """Book a payout that left: by Connect transfer (`cash:stripe`) or by credit transfer (`cash:bank`)."""
    account = payable_by_sponsor(campaign_id) if sponsors else payable(campaign_id)
    _cash("payout_executed", account, leaves, cents, reference, now)


def refund_decided(*, campaign_id: int, channel: str, cents: int, reference: str, now: dt.datetime) -> None:
    """Owe money back to its backer."""
    _cash("refund_decided", held(campaign_id, channel), refund_due(campaign_id), cents, reference, now)


def refund_paid(
    *, campaign_id: int, cents: int, reference: str, now: dt.datetime, leaves: str = STRIPE
) -> None:
    """Book a refund that was carried out, out of Stripe, the bank or a desk's till."""
    _cash("refund_paid", refund_due(campaign_id), leaves, cents, reference, now)


def transfer_reversed(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book card money that came back from a connected account, for a refund or a lost dispute."""
    _cash("transfer_reversed", STRIPE, held(campaign_id, "card"), cents, reference, now)


def reversal_impossible(
    *, organisation_id: int, campaign_id: int, channel: str, cents: int, reference: str, now: dt.datetime
) -> None:
    """Book what an organisation owes because its paid-out money can't be taken back."""
    _cash(
        "reversal_impossible", receivable(organisation_id), held(campaign_id, channel), cents, reference, now
    )


def receivable_paid(*, organisation_id: int, into: str, cents: int, reference: str, now: dt.datetime) -> None:
    """Book what an organisation paid back, into `cash:stripe` or `cash:bank`."""
    _cash("receivable_paid", into, receivable(organisation_id), cents, reference, now)


def receivable_written_off(*, organisation_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Give up what an organisation owes: a loss of the platform, decided by two people."""
    _cash("receivable_written_off", LOSSES, receivable(organisation_id), cents, reference, now)


# Disputes


def dispute_opened(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book what a bank has taken back until it decides."""
    _cash("dispute_opened", disputed(campaign_id), STRIPE, cents, reference, now)


def dispute_fee(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book Stripe's fee of a dispute: the platform's."""
    _cash("dispute_fee", FEES, STRIPE, cents, reference, now)


def dispute_won(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a dispute's money that came back."""
    _cash("dispute_won", STRIPE, disputed(campaign_id), cents, reference, now)


def dispute_lost(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a dispute's money as gone; what was paid out has come back, or is owed, before."""
    _cash("dispute_lost", held(campaign_id, "card"), disputed(campaign_id), cents, reference, now)


def dispute_lost_again(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a lost dispute's money that had been given back already: paid twice, it is a loss of the platform."""
    _cash("dispute_lost", LOSSES, disputed(campaign_id), cents, reference, now)


def dispute_fee_returned(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book the fee of a dispute that Stripe gave back."""
    _cash("dispute_fee_returned", STRIPE, FEES, cents, reference, now)


# Money without a card


def bank_received(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a transfer whose reference is known, with the whole amount that arrived."""
    _cash("bank_received", BANK, held(campaign_id, "bank"), cents, reference, now)


def bank_received_unknown(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a transfer nobody can place yet."""
    _cash("bank_received", BANK, UNMATCHED, cents, reference, now)


def bank_matched(*, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Give an unmatched transfer to the pledge two people say it is for."""
    _cash("bank_matched", UNMATCHED, held(campaign_id, "bank"), cents, reference, now)


def bank_return_due(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Owe an unmatched transfer back to whoever sent it."""
    _cash("bank_return_due", UNMATCHED, BANK_REFUND_DUE, cents, reference, now)


def bank_return_paid(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book an unmatched transfer that went back."""
    _cash("refund_paid", BANK_REFUND_DUE, BANK, cents, reference, now)


def bank_fee(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book what our bank takes for keeping the account: the platform's."""
    _cash("bank_fee", FEES, BANK, cents, reference, now)


def bank_fee_returned(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book what our bank gives back of what it took for keeping the account."""
    _cash("bank_fee_returned", BANK, FEES, cents, reference, now)


def bank_loss(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book money that left our account and that nobody can explain: a loss of the platform, by two people."""
    _cash("bank_loss", LOSSES, BANK, cents, reference, now)


def bank_surplus(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book money that came to our account and that nobody can explain nor return: it makes losses smaller."""
    _cash("bank_surplus", BANK, LOSSES, cents, reference, now)


def bank_error_out(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book money that our bank took by mistake: the bank owes it to us."""
    _cash("bank_error", BANK_OWES, BANK, cents, reference, now)


def bank_error_out_undone(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book what our bank had taken by mistake and gives back."""
    _cash("bank_error_undone", BANK, BANK_OWES, cents, reference, now)


def bank_error_in(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book money that our bank put on the account by mistake: it is to go back."""
    _cash("bank_error", BANK, BANK_REFUND_DUE, cents, reference, now)


def bank_error_in_undone(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book what our bank had put on the account by mistake and takes back."""
    _cash("bank_error_undone", BANK_REFUND_DUE, BANK, cents, reference, now)


def cash_received(*, desk_id: int, campaign_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book cash taken at a desk against a numbered receipt."""
    _cash("cash_received", desk(desk_id), held(campaign_id, "cash"), cents, reference, now)


def cash_sent(*, desk_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a till's content that left the desk for the bank: a daily closing."""
    _cash("cash_sent", TRANSIT, desk(desk_id), cents, reference, now)


def till_shortage(*, desk_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book what a till was found to hold too little: a loss of the platform, signed by two people."""
    _cash("till_shortage", LOSSES, desk(desk_id), cents, reference, now)


def till_surplus(*, desk_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book what a till was found to hold too much: it makes losses smaller, signed by two people."""
    _cash("till_surplus", desk(desk_id), LOSSES, cents, reference, now)


def cash_banked(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book cash that arrived at the bank."""
    _cash("cash_banked", BANK, TRANSIT, cents, reference, now)


# The platform's own money, and sponsors'


def own_advance(*, into: str, cents: int, reference: str, now: dt.datetime) -> None:
    """Book money of the platform's own that covers fees and losses, in `cash:stripe` or `cash:bank`."""
    _cash("own_advance", into, OWN, cents, reference, now)


def opening_balance(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book what lay on our bank account before its first statement; `cents` below zero when it was overdrawn."""
    debit, credit = (BANK, OWN) if cents > 0 else (OWN, BANK)
    _cash("opening_balance", debit, credit, abs(cents), reference, now)


def own_withdrawn(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book money of the platform's own that leaves our bank account."""
    _cash("own_withdrawn", OWN, BANK, cents, reference, now)


def stripe_fee(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a fee of Stripe's that no charge and no dispute bears: the platform's."""
    _cash("stripe_fee", FEES, STRIPE, cents, reference, now)


def stripe_fee_returned(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book such a fee that Stripe gave back."""
    _cash("stripe_fee_returned", STRIPE, FEES, cents, reference, now)


def sponsor_received(*, fund_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a sponsor's money that really arrived at our bank."""
    _cash("sponsor_received", BANK, held_fund(fund_id), cents, reference, now)


def match_money_returned(*, fund_id: int, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a sponsor's money that was paid out, not spent, and has come back to our bank."""
    _cash("match_returned", BANK, held_fund(fund_id), cents, f"{reference}:bank", now)


def stripe_sent(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book the platform's payout leaving Stripe for our bank."""
    _cash("stripe_to_bank", TRANSIT, STRIPE, cents, reference, now)


def stripe_arrived(*, cents: int, reference: str, now: dt.datetime) -> None:
    """Book the platform's payout arriving at our bank."""
    _cash("stripe_to_bank", BANK, TRANSIT, cents, f"{reference}:bank", now)
