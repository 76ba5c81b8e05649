"""A call that a commission ranks: three evaluators, five applications, a published list with a tie, an appeal."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from campaigns.calls.services.calls import Terms, close_call, draft_call, publish_call
from campaigns.commission.services.appeals import file_appeal
from campaigns.commission.services.commissions import (
    appoint_evaluator,
    form_commission,
    sign_declaration,
)
from campaigns.commission.services.grids import Asked, GridTerms, write_grid
from campaigns.commission.services.lists import propose_list, publish_list
from campaigns.commission.services.sheets import Mark, close_sheet, declare, save_sheet
from campaigns.services.projects import create_project
from crowdfund.management.city.before import apply
from payments.matching.services import approve_fund_change

if TYPE_CHECKING:
    from campaigns.calls.models import Call
    from campaigns.commission.models import Commission
    from crowdfund.management.city.walk import Walk

KEY = "ranked"
EVALUATORS = ("elena", "bruno", "chiara")
OPENS, CLOSES, SCORED, PUBLISHED, APPEALED = -34, -24, -18, -12, -8
POT_CENTS = 1_500_000
"""Carries the first three: the fourth is eligible, not funded."""

CRITERIA = (
    Asked(
        label="Bisogno",
        asks="Risponde a un bisogno segnalato nel quartiere, e chi lo ha segnalato è d’accordo?",
        max_tenths=200,
        weight=2,
    ),
    Asked(
        label="Sostenibilità",
        asks="Dopo il contributo il progetto si regge con entrate proprie?",
        max_tenths=100,
        min_tenths=60,
    ),
    Asked(label="Inclusione", asks="Chi resta di solito fuori qui entra, e lavora?", max_tenths=100),
)
REASONS = (
    "Il bisogno è nominato da chi abita lì.",
    "Il piano ha numeri che si possono controllare.",
    "Si dice a chi si apre, e come.",
)


def open_ranked(walk: Walk, now: dt.datetime) -> None:
    """Draft a call with criteria and publish it."""
    officer = walk.people["officer"]
    closes = now + dt.timedelta(days=CLOSES - OPENS)
    terms = Terms(
        programme=walk.data["programme"],
        title=f"Bando piccoli progetti {now.year}",
        summary="Piccoli progetti di quartiere, scelti da una commissione con criteri pubblici.",
        text=(
            "Cerchiamo **piccoli progetti** che si aprono al quartiere.\n\n"
            "Tre commissari leggono ogni candidatura, ciascuno per conto suo. La graduatoria dice i punti, i motivi "
            "e che cosa decide a parità."
        ),
        rule=walk.data["rule"],
        pot_cents=POT_CENTS,
        opens_at=now,
        closes_at=closes,
        cost_min_cents=300_000,
        cost_max_cents=2_000_000,
    )
    call = draft_call(terms=terms, by=officer, now=now)
    grid = GridTerms(
        criteria=CRITERIA,
        tie_breakers=["criterion:1", "lower_cost", "earlier", "lots"],
        lots_source="Il primo numero estratto sulla ruota di Milano nella prima estrazione dopo la chiusura.",
        minimum_hundredths=6_000,
        appeal_days=20,
        offers_until=closes + dt.timedelta(days=365),
    )
    write_grid(call=call, terms=grid, by=officer, now=now)
    publish_call(call=call, by=officer, now=now)
    approve_fund_change(change=call.fund_changes.get(), by=walk.people["approver"], now=now)
    call.refresh_from_db()
    walk.calls[KEY] = call


def apply_all(walk: Walk, now: dt.datetime) -> None:
    """Start the five projects and apply with each."""
    for hour, entry in enumerate(walk.data["ranked"]):
        owner = walk.people[entry["organisation"]]
        walk.projects[entry["key"]] = create_project(
            organisation=walk.organisations[entry["organisation"]],
            neighbourhood=walk.places[entry["neighbourhood"]],
            theme=entry["theme"],
            title=entry["title"],
            summary=entry["summary"],
            story=entry["story"],
            by=owner,
            now=now,
        )
        walk.applications[entry["key"]] = apply(walk, entry, KEY, now + dt.timedelta(hours=hour))


def seat_commission(walk: Walk, now: dt.datetime) -> None:
    """Close the call, form its commission, and let everybody sign."""
    officer, call = walk.people["officer"], walk.calls[KEY]
    close_call(call=call, by=officer, now=now)
    due = now + dt.timedelta(days=SCORED - CLOSES + 2)
    commission = form_commission(call=call, sheets_due_at=due, by=officer, now=now)
    for number, key in enumerate(EVALUATORS):
        role = "member" if number else "chair"
        email = walk.people[key].email
        appoint_evaluator(commission=commission, email=email, role=role, by=officer, now=now)
        sign_declaration(commission=commission, by=walk.people[key], now=now)


def score_all(walk: Walk, now: dt.datetime) -> None:
    """Let each evaluator declare, score and close; one has a conflict on one project."""
    for entry in walk.data["ranked"]:
        for number, key in enumerate(EVALUATORS):
            _score(walk, entry, number, key, now)


def _score(walk: Walk, entry: dict[str, Any], number: int, key: str, now: dt.datetime) -> None:
    person, application = walk.people[key], walk.applications[entry["key"]]
    if entry.get("conflict") == key:
        why = "Nel 2024 ho lavorato per questa associazione."
        declare(application=application, has_conflict=True, why=why, by=person, now=now)
        return
    sheet = declare(application=application, has_conflict=False, by=person, now=now)
    marks = {
        place: Mark(tenths, REASONS[place - 1])
        for place, tenths in enumerate(entry["points"][number], start=1)
    }
    save_sheet(sheet=sheet, marks=marks, by=person, now=now)
    close_sheet(sheet=sheet, by=person, now=now)


def publish_ranked(walk: Walk, now: dt.datetime) -> None:
    """Propose the list and publish it by another person."""
    made = propose_list(commission=_commission(walk.calls[KEY]), by=walk.people["officer"], now=now)
    publish_list(ranked_list=made, by=walk.people["approver"], now=now)


def _commission(call: Call) -> Commission:
    return call.commissions.select_related("call", "session").get()


def appeal(walk: Walk, now: dt.datetime) -> None:
    """File an appeal that waits for an answer."""
    entry = walk.data["ranked"][-1]
    file_appeal(
        application=walk.applications[entry["key"]],
        text="I soci sono 140, non 40: la quota annua copre l’affitto. Alleghiamo il libro soci.",
        by=walk.people[entry["organisation"]],
        now=now,
    )


def schedule(walk: Walk) -> None:
    """Put all of it into the agenda."""
    walk.on(OPENS, partial(open_ranked, walk), needs_jobs=False)
    walk.on(OPENS + 3, partial(apply_all, walk), needs_jobs=False)
    walk.on(CLOSES + 0.1, partial(seat_commission, walk), needs_jobs=False)
    walk.on(SCORED, partial(score_all, walk), needs_jobs=False)
    walk.on(PUBLISHED, partial(publish_ranked, walk), needs_jobs=False)
    walk.on(APPEALED, partial(appeal, walk), needs_jobs=False)
