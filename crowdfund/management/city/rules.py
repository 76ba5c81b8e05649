"""The other kinds of rule: a small quadratic round that is over, and a call where each euro draws its own match.

Pledges are few and in cash, so that the walk stays short.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from campaigns.calls.services.applications import apply_to_call, submit_application
from campaigns.calls.services.calls import Terms, draft_call, publish_call
from campaigns.calls.services.decisions import admit_application
from campaigns.calls.services.rules import create_rule
from campaigns.services.budget import Line, set_budget
from campaigns.services.campaigns import approve_campaign, launch_campaign, submit_for_review
from campaigns.services.milestones import add_milestone
from campaigns.services.projects import create_project
from payments.cash.services.closings import close_day, countersign
from payments.cash.services.desks import assign_operator, open_desk
from payments.cash.services.take import take_cash
from payments.matching.selectors.rounds import RoundKey
from payments.matching.services import approve_fund_change, share_pot_out

if TYPE_CHECKING:
    from crowdfund.management.city.walk import Walk

CALLS: dict[str, dict[str, Any]] = {
    "round": {
        "title": "Bando piccoli cortili",
        "summary": "Il Comune ripartisce la dotazione alla fine: contano di più tanti piccoli sostegni.",
        "kind": "quadratic",
        "data": {"match_cap_cents": 150_000},
        "pot": 200_000,
    },
    "euro": {
        "title": "Bando un euro per un euro",
        "summary": "Per ogni euro dei cittadini il Comune ne aggiunge uno, finché ce n'è.",
        "kind": "per_pledge",
        "data": {"ratio_percent": 100, "cap_per_pledge_cents": 10_000, "cap_per_backer_cents": 20_000},
        "pot": 500_000,
    },
}
PROJECTS: dict[str, dict[str, Any]] = {
    "panchine": {
        "call": "round", "organisation": "terra", "place": "Barona", "theme": "together",
        "title": "Panchine nel cortile", "picture": "pictures/cortile.svg", "cost": 60_000,
        "gifts": (("Bruna Costa", 20_000), ("Ivan Petrov", 15_000), ("Laura Pini", 15_000), ("Omar Diallo", 10_000)),
    },
    "ripetizioni": {
        "call": "round", "organisation": "pedali", "place": "Giambellino", "theme": "school",
        "title": "Ripetizioni in cortile", "picture": "pictures/scuola.svg", "cost": 80_000,
        "gifts": (("Piero Zanetti", 60_000), ("Rosa Caruso", 20_000)),
    },
    "mercato": {
        "call": "euro", "organisation": "terra", "place": "Barona", "theme": "food",
        "title": "Il mercato del sabato", "picture": "pictures/mercato.svg", "cost": 200_000,
        "gifts": (("Irene Sforza", 5_000), ("Kwame Mensah", 15_000), ("Alice Marchetti", 2_500)),
    },
}  # fmt: skip
STORY = (
    "I vicini si sono contati sulle scale e hanno trovato il posto, gli attrezzi e le mani. Manca quello che non si "
    "può fare da soli: i materiali, un permesso, qualcuno che insegni. Con questa raccolta si parte in primavera; i "
    "conti saranno appesi in bacheca e pubblicati qui, mese per mese, fino all'ultimo centesimo. Chi vuole dare una "
    "mano senza dare soldi trova scritto nel cortile quando ci vediamo."
)


def open_call(walk: Walk, key: str, now: dt.datetime, *, days: int) -> None:
    """Write the rule, draft the call, and have its pot approved."""
    entry, officer = CALLS[key], walk.people["officer"]
    rule = create_rule(
        name=entry["title"], kind=entry["kind"], data=entry["data"], shortfall="proceed", recovery_days=3,
        by=officer, now=now,
    )  # fmt: skip
    terms = Terms(
        programme=walk.data["programme"],
        title=entry["title"],
        summary=entry["summary"],
        text=entry["summary"],
        rule=rule,
        pot_cents=entry["pot"],
        opens_at=now,
        closes_at=now + dt.timedelta(days=days),
        campaign_days=20,
    )
    call = draft_call(terms=terms, by=officer, now=now)
    publish_call(call=call, by=officer, now=now)
    approve_fund_change(change=call.fund_changes.get(), by=walk.people["approver"], now=now)
    call.refresh_from_db()
    walk.calls[key] = call


def admit(walk: Walk, key: str, now: dt.datetime) -> None:
    """Start a project, apply with it and be admitted: nothing is reserved."""
    entry = PROJECTS[key]
    by = walk.people[entry["organisation"]]
    project = create_project(
        organisation=walk.organisations[entry["organisation"]],
        neighbourhood=walk.places[entry["place"]],
        theme=entry["theme"],
        title=entry["title"],
        summary="Un piccolo lavoro di vicini, con quello che c'è.",
        story=STORY,
        picture=entry["picture"],
        picture_alt="Disegno del luogo del progetto",
        by=by,
        now=now,
    )
    application = apply_to_call(
        call=walk.calls[entry["call"]],
        project=project,
        cost_cents=entry["cost"],
        motivation="Lo chiedono i vicini di casa.",
        plan="Non ha costi di gestione: lo tengono in ordine i vicini.",
        by=by,
        now=now,
    )
    submit_application(application=application, by=by, now=now)
    done = admit_application(
        application=application, reason="Piccolo, chiaro e già sostenuto.", by=walk.people["officer"], now=now
    )
    if done.campaign is None:
        raise RuntimeError("an admitted application has a campaign")
    walk.campaigns[key] = done.campaign


def launch(walk: Walk, key: str, now: dt.datetime) -> None:
    """Fill the draft in and open it."""
    entry, campaign = PROJECTS[key], walk.campaigns[key]
    by, fees = walk.people[entry["organisation"]], entry["cost"] // 20
    lines = [Line("goods", "Materiali", entry["cost"] - fees), Line("fees", "Commissioni di pagamento", fees)]
    set_budget(campaign=campaign, lines=lines, by=by, now=now)
    due_on = (now + dt.timedelta(days=120)).date()
    add_milestone(campaign=campaign, title="Fatto", due_on=due_on, share_percent=100, by=by, now=now)
    submit_for_review(campaign=campaign, by=by, now=now)
    approve_campaign(campaign=campaign, by=walk.people["officer"], now=now)
    launch_campaign(campaign=campaign, by=by, now=now)


def take(walk: Walk, keys: tuple[str, ...], now: dt.datetime) -> None:
    """Take the cash of a day at a desk of its own, and close its day."""
    officer, operator = walk.people["officer"], walk.people["operator"]
    desk = open_desk(
        name=f"Cassa in cortile, {now:%d/%m}",
        address="Via Lope de Vega 29",
        neighbourhood=walk.places["Barona"],
        hours="Sabato, 10–18",
        by=officer,
        now=now,
    )
    assign_operator(desk=desk, email=operator.email, by=officer, now=now)
    total = 0
    for key in keys:
        for donor, cents in PROJECTS[key]["gifts"]:
            slug = walk.campaigns[key].slug
            take_cash(desk=desk, campaign=slug, amount_cents=cents, donor=donor, by=operator, now=now)
            total += cents
    closing = close_day(desk=desk, counted_cents=total, by=operator, now=now)
    countersign(closing=closing, by=officer, now=now)


def share_out(walk: Walk, now: dt.datetime) -> None:
    """Share the pot of the quadratic call out: all its campaigns have ended."""
    share_pot_out(key=RoundKey(walk.calls["round"]), by=walk.people["officer"], now=now)


def schedule(walk: Walk) -> None:
    """Put both calls into the agenda."""
    walk.on(-420, partial(open_call, walk, "round", days=20), needs_jobs=False)
    for key in ("panchine", "ripetizioni"):
        walk.on(-410, partial(admit, walk, key), needs_jobs=False)
        walk.on(-400, partial(launch, walk, key), needs_jobs=False)
    walk.on(-390, lambda now: take(walk, ("panchine", "ripetizioni"), now))
    walk.on(-375, lambda _now: None)  # the deadline has passed
    walk.on(-370, lambda _now: None)  # and so has the window
    walk.on(-365, partial(share_out, walk))
    walk.on(-28, partial(open_call, walk, "euro", days=60), needs_jobs=False)
    walk.on(-20, partial(admit, walk, "mercato"), needs_jobs=False)
    walk.on(-12, partial(launch, walk, "mercato"), needs_jobs=False)
    walk.on(-5, lambda now: take(walk, ("mercato",), now))
