"""Money without a card, money that goes back, and the papers of both: transfers, cash, refunds, a dispute, receipts."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings

from crowdfund.kit import clock, jobs
from crowdfund.management.city.statement import Movement, statement
from crowdfund.management.city.visitor import tell_standin
from payments.bank.selectors.balance import statements
from payments.bank.services.consents import TRANSFER_VERSION
from payments.bank.services.importing import import_statement
from payments.bank.services.lists import approve_list, draft_list, export_list, propose_list
from payments.bank.services.pledges import place_transfer_pledge
from payments.cash.services.closings import close_day, countersign, send_cash
from payments.cash.services.desks import assign_operator, open_desk
from payments.cash.services.take import take_cash
from payments.enums import Channel, Method, PledgeStatus
from payments.models import Pledge
from payments.permissions import MANAGE, link_token
from payments.receipts.services.texts import approve_text, write_text
from payments.selectors.releasable import releasable_cents
from payments.services.advances import approve_advance, propose_advance
from payments.services.disburse import approve_disbursement, propose_disbursement
from payments.services.disputes import learn_of_dispute
from payments.services.refund_decisions import approve_refund, propose_refund
from payments.services.refund_requests import ask_refund

if TYPE_CHECKING:
    from crowdfund.management.city.walk import Walk
    from payments.bank.models import CreditList
    from payments.cash.models import CashDesk

BACKERS = (
    ("Rosa Caruso", "IT60X0542811101000000123456"),
    ("Piero Zanetti", "ES9121000418450200051332"),
    ("Nadia Popescu", "DE89370400440532013000"),
    ("Kwame Mensah", "FR1420041010050500013M02606"),
)
RESERVE_CENTS = 50_000
RECEIPT_TEXT = (
    "Grazie di cuore. Con il tuo contributo il progetto diventa di tutto il quartiere. Conserva questa ricevuta: "
    "per gli usi fiscali chiedi al tuo consulente."
)


def _stands_in() -> bool:
    return bool(settings.STRIPE_SECRET_KEY == settings.STANDIN_KEY)


# The platform's own money


def fund_reserve(walk: Walk, now: dt.datetime) -> None:
    """Put the platform's own money in, by two people: it covers fees and losses."""
    if not _stands_in():
        return
    paid_in = tell_standin(settings.STRIPE_API_BASE, "top-up", amount=RESERVE_CENTS)
    advance = propose_advance(
        place="stripe",
        amount_cents=RESERVE_CENTS,
        proof=paid_in["id"],
        reason="Riserva per commissioni e contestazioni",
        by=walk.people["officer"],
        now=now,
    )
    approve_advance(advance=advance, by=walk.people["approver"], now=now)


# Bank transfers


def promise(walk: Walk, key: str, number: int, cents: int, now: dt.datetime) -> None:
    """Promise a transfer; what it is paid with later is told by its reference."""
    name, iban = BACKERS[number % len(BACKERS)]
    walk.promises[key, number] = place_transfer_pledge(
        campaign=walk.campaigns[key].slug,
        amount_cents=cents,
        email=f"{name.lower().replace(' ', '.')}@example.net",
        iban=iban,
        holder=name,
        name=name,
        show_name=number % 2 == 0,
        language="it",
        consent_version=TRANSFER_VERSION,
        by=None,
        now=now,
    )


def paid(walk: Walk, key: str, number: int, cents: int, on: dt.date) -> Movement:
    """Say that a promise was paid, with the amount that arrived."""
    name, iban = BACKERS[number % len(BACKERS)]
    return Movement(cents, on, name, iban, reference=walk.promises[key, number].transfer.reference)


def bring_statement(walk: Walk, moves: list[Movement], now: dt.datetime) -> None:
    """Import the statement from where the last one ended until yesterday."""
    last = statements().order_by("pk").last()
    until = now.astimezone(clock.CIVIL).date() - dt.timedelta(days=1)
    since = last.to_on + dt.timedelta(days=1) if last else min([until, *(move.on for move in moves)])
    content = statement(moves, opening_cents=last.closing_cents if last else 0, since=since, until=until)
    import_statement(content=content, file_name=f"{until}.xml", by=walk.people["officer"], now=now)


def first_transfers(walk: Walk, now: dt.datetime) -> None:
    """Two transfers for the campaign that is funded today, as they arrived."""
    on = now.date() - dt.timedelta(days=2)
    key = "ciclofficina"
    bring_statement(walk, [paid(walk, key, 0, 20_000, on), paid(walk, key, 1, 15_000, on)], now)


def late_transfers(walk: Walk, now: dt.datetime) -> None:
    """What an officer finds this week: an exact one, a short one, too much of another, and one nobody can place."""
    on = now.date() - dt.timedelta(days=2)
    nobody = Movement(
        4_000, on, "Franca Lodi", "ES9121000418450200051332", text="per la sartoria, auguri!"
    )
    moves = [paid(walk, "sartoria", n, cents, on) for n, cents in ((0, 10_000), (1, 4_500), (2, 8_000))]
    bring_statement(walk, [*moves, nobody], now)


# Paid out by the bank


def pay_by_bank(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Release what came by transfer and put it on a list that two people send to the bank."""
    campaign = walk.campaigns[entry["key"]]
    decision = propose_disbursement(
        campaign=campaign,
        channel=Channel.BANK,
        amount_cents=releasable_cents(campaign, Channel.BANK, now),
        reason="La quota arrivata con bonifico",
        by=walk.people["officer"],
        now=now,
    )
    approve_disbursement(disbursement=decision, by=walk.people["approver"], now=now)
    walk.lists.append(send_list(walk, now))


def send_list(walk: Walk, now: dt.datetime) -> CreditList:
    """Draft, propose, approve and export a list of what is due."""
    made = draft_list(by=walk.people["officer"], now=now)
    propose_list(transfers=made, by=walk.people["officer"], now=now)
    made.refresh_from_db()
    approve_list(transfers=made, by=walk.people["approver"], now=now)
    made.refresh_from_db()
    export_list(transfers=made, by=walk.people["officer"], now=now)
    return made


def list_carried_out(walk: Walk, now: dt.datetime) -> None:
    """Import the statement that shows the list's transfers as gone."""
    on = now.date() - dt.timedelta(days=2)
    moves = [
        Movement(-item.amount_cents, on, item.name, item.iban, end_to_end=item.end_to_end_id)
        for made in walk.lists
        for item in made.items.all()
    ]
    bring_statement(walk, moves, now)


# Cash


def open_desks(walk: Walk, now: dt.datetime) -> None:
    """Open two desks with one operator."""
    officer = walk.people["officer"]
    for name, place, address in (
        ("Cassa di via Padova", "Via Padova", "Via Padova 118"),
        ("Cassa della Barona", "Barona", "Via Lope de Vega 29"),
    ):
        desk = open_desk(
            name=name,
            address=address,
            neighbourhood=walk.places[place],
            hours="Da martedì a sabato, 16–19",
            by=officer,
            now=now,
        )
        assign_operator(desk=desk, email=walk.people["operator"].email, by=officer, now=now)
        walk.desks.append(desk)


def take(walk: Walk, desk: CashDesk, gifts: list[tuple[str, int]], now: dt.datetime) -> None:
    """Take cash from some people."""
    for donor, cents in gifts:
        take_cash(
            desk=desk,
            campaign=walk.campaigns["sartoria"].slug,
            amount_cents=cents,
            donor=donor,
            by=walk.people["operator"],
            now=now,
        )


def yesterday_at_the_desk(walk: Walk, now: dt.datetime) -> None:
    """Take cash, count it, have it countersigned and take it to the bank."""
    desk, by = walk.desks[0], walk.people["operator"]
    take(walk, desk, [("Bruna Costa", 2_000), ("", 1_000), ("Ivan Petrov", 5_000)], now)
    closing = close_day(desk=desk, counted_cents=8_000, by=by, now=now)
    countersign(closing=closing, by=walk.people["officer"], now=now)
    send_cash(closing=closing, cents=8_000, bag="Busta 14", by=by, now=now)


def today_at_the_desk(walk: Walk, now: dt.datetime) -> None:
    """Take cash that is still in the till."""
    take(walk, walk.desks[1], [("Laura Pini", 3_000), ("Omar Diallo", 1_500)], now)


# What goes back


def _collected(walk: Walk, key: str, number: int) -> Pledge:
    found = Pledge.objects.filter(
        campaign=walk.campaigns[key], status=PledgeStatus.COLLECTED, channel=Channel.CARD, method=Method.CARD
    )
    return found.select_related("campaign__project__organisation").order_by("pk")[number]


def refund_part(walk: Walk, now: dt.datetime) -> None:
    """Give part of a pledge back, by two people; it was paid out already and is taken back first."""
    decision = propose_refund(
        pledge=_collected(walk, "ciclofficina", 2),
        amount_cents=2_000,
        reason="Ha pagato due volte il corso di riparazione",
        by=walk.people["officer"],
        now=now,
    )
    approve_refund(decision=decision, by=walk.people["approver"], now=now)


def refunds_that_wait(walk: Walk, now: dt.datetime) -> None:
    """One refund waits for its approver, one backer for an answer."""
    propose_refund(
        pledge=_collected(walk, "ciclofficina", 3),
        amount_cents=1_500,
        reason="La ricompensa non si può più consegnare",
        by=walk.people["officer"],
        now=now,
    )
    asked = _collected(walk, "ciclofficina", 4)
    ask_refund(
        pledge=asked,
        text="Mi sono trasferita e non potrò usare la ciclofficina: è possibile riavere la mia parte?",
        by=None,
        token=link_token(asked, MANAGE),
        now=now,
    )


def dispute_one(walk: Walk, now: dt.datetime) -> None:
    """Let the holder of a card go to their bank."""
    if _stands_in():
        attempt = _collected(walk, "ciclofficina", 5).attempts.get(status="succeeded")
        opened = tell_standin(settings.STRIPE_API_BASE, "dispute", charge=attempt.charge_id)
        learn_of_dispute(dispute_id=opened["id"], now=now)


# Receipts


def say_thanks(walk: Walk, key: str, now: dt.datetime) -> None:
    """Write the organisation's own words on its receipts; an officer approves them."""
    text = write_text(organisation=walk.organisations[key], text=RECEIPT_TEXT, by=walk.people[key], now=now)
    approve_text(text=text, by=walk.people["officer"], now=now)


def reconcile(walk: Walk, now: dt.datetime) -> None:
    """Compare Stripe and the bank with the ledger."""
    from payments.reconciliation.services.runs import ask_for_run

    ask_for_run(by=walk.people["officer"], now=now)
    jobs.run_one("reconciliation.run")


def schedule(walk: Walk, funded: dict[str, Any]) -> None:
    """Put all of it into the agenda, around the campaign that was funded and the one that is young."""
    key = funded["key"]
    walk.on(-806, partial(fund_reserve, walk))
    walk.on(-802, partial(say_thanks, walk, funded["organisation"]))
    for number, cents in enumerate((20_000, 15_000)):
        walk.on(-700 + number, partial(promise, walk, key, number, cents), needs_jobs=False)
    walk.on(-690, partial(first_transfers, walk))
    walk.on(-638, partial(pay_by_bank, walk, funded))
    walk.on(-634, partial(list_carried_out, walk))
    walk.on(-600, partial(refund_part, walk))
    walk.on(-30, partial(open_desks, walk))
    for number, cents in enumerate((10_000, 5_000, 6_000, 7_500)):
        walk.on(-6 + number / 4, partial(promise, walk, "sartoria", number, cents), needs_jobs=False)
    walk.on(-1.9, partial(late_transfers, walk))
    walk.on(-1.3, partial(yesterday_at_the_desk, walk))
    walk.on(-0.9, partial(dispute_one, walk))
    walk.on(-0.5, partial(refunds_that_wait, walk))
    walk.on(-0.15, partial(today_at_the_desk, walk))
    walk.on(-0.05, partial(reconcile, walk))
