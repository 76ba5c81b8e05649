"""After a campaign: the match is committed, money is released by two people, and the months are booked."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings

from campaigns.models import Milestone
from campaigns.reporting.services.milestones import accept_milestone
from campaigns.services.content import post_update
from campaigns.services.milestones import reach_milestone
from campaigns.sustainability.services.books import open_books
from campaigns.sustainability.services.closing import close_month
from campaigns.sustainability.services.months import Extras, enter_month
from crowdfund.management.city.before import owner
from crowdfund.management.city.reporting import schedule_reports, show
from crowdfund.management.city.visitor import finish_onboarding, tell_standin
from payments.enums import Channel
from payments.matching.models import Reservation
from payments.matching.services import Act, confirm_act, record_act
from payments.selectors.releasable import releasable_cents
from payments.services.disburse import approve_disbursement, propose_disbursement
from payments.services.payees import approve_payee_change, propose_payee_change, request_iban
from payments.services.payout import confirm_receipt, record_mandate
from payments.services.payout_account import open_payout_account, refresh_payout_account

if TYPE_CHECKING:
    from crowdfund.management.city.walk import Walk
    from payments.models import Disbursement, PayeeChange

CUP = "B49D16010990006"


def onboard(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Let the organisation open the account that card money is paid to."""
    organisation = walk.organisations[entry["organisation"]]
    finish_onboarding(open_payout_account(organisation=organisation, by=owner(walk, entry), now=now))
    refresh_payout_account(account_id=organisation.payout_account.stripe_account_id, now=now)


def ask_for_iban(walk: Walk, key: str, now: dt.datetime) -> PayeeChange:
    """Let an owner ask for the IBAN that money by transfer and in cash goes to."""
    entry = next(entry for entry in walk.data["organisations"] if entry["key"] == key)
    return request_iban(
        organisation=walk.organisations[key],
        holder=entry["name"],
        iban=entry["iban"],
        reason="Il conto dell'associazione",
        evidence="Verbale del direttivo e ultimo estratto conto, consegnati allo sportello.",
        by=walk.people[entry["owner"]],
        now=now,
    )


def give_iban(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Ask for the IBAN, check it back and approve it: it takes effect two days later."""
    change = ask_for_iban(walk, entry["organisation"], now)
    propose_payee_change(
        change=change,
        checked_back="Richiamata la presidente al numero del registro delle associazioni",
        by=walk.people["officer"],
        now=now,
    )
    approve_payee_change(change=change, by=walk.people["approver"], now=now)


def commit(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Record the act that commits the match, and confirm it."""
    reservation = Reservation.objects.get(campaign=walk.campaigns[entry["key"]])
    act = Act("Area Economia Urbana e Lavoro", f"{now:%j}/{now.year}", now.date(), CUP, f"Prot. {now:%d%m%Y}")
    recorded = record_act(reservation=reservation, act=act, by=walk.people["officer"], now=now)
    confirm_act(act=recorded, by=walk.people["approver"], now=now)


def pay_crowd(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Release the crowd's money to the organisation's connected account."""
    campaign = walk.campaigns[entry["key"]]
    if settings.STRIPE_SECRET_KEY == settings.STANDIN_KEY:
        tell_standin(settings.STRIPE_API_BASE, "make-available")
    decision = propose_disbursement(
        campaign=campaign,
        channel=Channel.CARD,
        amount_cents=releasable_cents(campaign, Channel.CARD, now),
        reason="La quota raccolta dai cittadini, intera",
        by=walk.people["officer"],
        now=now,
    )
    approve_disbursement(disbursement=decision, by=walk.people["approver"], now=now)


def propose_tranche(walk: Walk, entry: dict[str, Any], title: str, now: dt.datetime) -> Disbursement:
    """Reach a milestone, have it accepted, and propose its tranche of the match."""
    campaign = walk.campaigns[entry["key"]]
    milestone = Milestone.objects.get(campaign=campaign, title=title)
    show(walk, entry, milestone, now)
    reach_milestone(
        milestone=milestone, evidence="Sopralluogo del tutor con fotografie.", by=owner(walk, entry), now=now
    )
    accept_milestone(milestone=milestone, by=walk.people["officer"], now=now)
    post_update(
        campaign=campaign,
        title=f"Tappa raggiunta: {title.lower()}",
        text="I conti di ogni mese sono nella pagina del progetto: entrate, uscite e quanto manca per stare in piedi.",
        by=owner(walk, entry),
        now=now,
    )
    reservation = Reservation.objects.get(campaign=campaign)
    return propose_disbursement(
        campaign=campaign,
        channel=Channel.MATCH,
        amount_cents=(reservation.proposed_cents or 0) * milestone.share_percent // 100,
        milestone=milestone,
        reason=f"Quota della tappa: {title}",
        by=walk.people["officer"],
        now=now,
    )


def pay_tranche(walk: Walk, entry: dict[str, Any], title: str, now: dt.datetime) -> None:
    """Pay a milestone's tranche by a mandate of the treasury."""
    decision = propose_tranche(walk, entry, title, now)
    payout = approve_disbursement(disbursement=decision, by=walk.people["approver"], now=now)
    on, by = now.date(), walk.people["officer"]
    record_mandate(
        payout=payout,
        number=f"{now:%j}/{now.year}",
        on=on,
        amount_cents=decision.amount_cents,
        by=by,
        now=now,
    )
    payout.refresh_from_db()
    confirm_receipt(payout=payout, receipt_on=on, by=by, now=now)


def months_back(count: int, today: dt.date) -> list[dt.date]:
    """Return the first days of the last `count` whole months, oldest first."""
    found = []
    year, month = today.year, today.month
    for _ in range(count):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        found.append(dt.date(year, month, 1))
    return found[::-1]


def figures_of(turn: int) -> dict[str, int]:
    """Return the books of a workshop that slowly learns to live on its repairs, in cents."""
    winter = -18_000 if turn % 12 in {8, 9} else 0
    half_year, quarter = 6, 4
    return {
        "earned": 42_000 + 14_500 * turn + winter,
        "public_contracts": 30_000 if turn % half_year == half_year - 1 else 0,
        "donations": 12_000 if turn % quarter == 0 else 3_000,
        "in_kind": 20_000,
        "staff": 138_000 if turn < half_year else 152_000,
        "rent": 38_000,
        "goods": 21_000 + 2_400 * turn,
        "services": 9_000,
        "finance": 1_200,
        "depreciation": 10_700,
        "other": 4_000,
        "investment": 420_000 if turn == 0 else 0,
    }


def book_months(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Open the books and enter and close the last eighteen months."""
    project, by = walk.projects[entry["key"]], walk.people["pedali_conti"]
    months = months_back(18, now.date())
    books = open_books(project=project, opened_on=months[0], by=owner(walk, entry), now=now)
    cash = 2_150_000
    for turn, month in enumerate(months):
        figures = figures_of(turn)
        incoming = sum(figures[name] for name in ("earned", "public_contracts", "donations"))
        outgoing = sum(
            figures[name] for name in ("staff", "rent", "goods", "services", "finance", "other", "investment")
        )
        cash += incoming - outgoing
        account = enter_month(
            books=books,
            month=month,
            figures=figures,
            cash_end_cents=cash,
            extras=Extras(volunteer_hours=60, fte_hundredths=150, disadvantaged_hundredths=50),
            by=by,
            now=now,
        )
        close_month(account=account, by=by, now=now)


def schedule(walk: Walk, entry: dict[str, Any], *, closed: float) -> None:
    """Put what follows a funded campaign into the agenda: `closed` is the day its collection ended."""
    walk.on(closed + 1, partial(onboard, walk, entry))
    walk.on(closed + 2, partial(give_iban, walk, entry))
    walk.on(closed + 8, partial(commit, walk, entry))
    walk.on(closed + 10, partial(pay_crowd, walk, entry))
    walk.on(closed + 40, lambda now: pay_tranche(walk, entry, "Apertura", now))
    schedule_reports(walk, entry)
    walk.on(-3, lambda now: propose_tranche(walk, entry, "Primo anno di attività", now))
    walk.on(-0.4, lambda now: ask_for_iban(walk, "terra", now))
    walk.on(-0.2, partial(book_months, walk, entry))
