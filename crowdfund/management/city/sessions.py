"""A call with two sessions, like that of 2024–25, and a full application to it: budget, plan by month, logframe."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.calls.enums import Annex
from campaigns.calls.services.applications import (
    apply_to_call,
    declare,
    set_cost_lines,
    submit_application,
)
from campaigns.calls.services.calls import Terms, draft_call, publish_call
from campaigns.calls.services.windows import Window
from campaigns.services.budget import Line
from campaigns.services.logframe import Measure, Rung, set_logframe
from campaigns.services.plan import set_plan_month
from campaigns.services.projects import create_project
from payments.matching.services import approve_fund_change

if TYPE_CHECKING:
    from campaigns.calls.models import MatchRule
    from crowdfund.management.city.walk import Walk

POT_CENTS = 60_000_000
SHARE_CENTS = 30_000_000
MONTHS = dt.timedelta(days=30)
DECLARATION = (
    "Dichiaro, consapevole delle sanzioni per le dichiarazioni false (articoli 46, 47 e 76 del D.P.R. 445/2000), che "
    "quanto scritto in questa candidatura è vero e che posso firmare per l'organizzazione."
)
BUDGET = [
    Line("works", "Bagno accessibile e impianto elettrico", 1_150_000),
    Line("equipment", "Banco, armadi per i pacchi, due computer", 620_000),
    Line("staff", "Due portinai di quartiere, primi sei mesi", 1_650_000),
    Line("services", "Assicurazione, sito, stampa", 310_000),
    Line("fees", "Commissioni sui pagamenti (stima)", 70_000),
]
OPENING = {"donations": 120_000, "in_kind": 30_000, "staff": 275_000, "rent": 45_000, "investment": 300_000}
RUNNING = {"earned": 210_000, "donations": 60_000, "in_kind": 30_000, "staff": 275_000, "rent": 45_000}
STANDING = {"earned": 390_000, "donations": 20_000, "staff": 275_000, "rent": 45_000, "services": 40_000}


def publish(walk: Walk, now: dt.datetime) -> None:
    """Publish a call with two sessions, each with half of the pot."""
    officer = walk.people["officer"]
    rule: MatchRule = walk.data["rule_of_sessions"]
    second = now + 5 * MONTHS
    terms = Terms(
        programme=walk.data["programme"],
        title="Crowdfunding civico in due sessioni",
        summary="Metà la mettono i cittadini, metà il Comune, fino a 50.000 euro. Ci si candida in due sessioni.",
        text=(
            "Cerchiamo progetti che aprono un **servizio di quartiere** e sanno come reggersi da soli.\n\n"
            "La candidatura contiene il budget, il piano economico mese per mese e il quadro logico con gli indicatori."
        ),
        rule=rule,
        pot_cents=POT_CENTS,
        opens_at=now,
        closes_at=second + 2 * MONTHS,
        cost_min_cents=rule.data["cost_min_cents"],
        cost_max_cents=rule.data["cost_max_cents"],
        campaign_days=rule.data["campaign_days"],
        project_months_max=12,
        organisation_kinds=["association", "cooperative", "foundation", "social_enterprise"],
        asks=Annex.values,
        declaration=DECLARATION,
        sessions=[
            Window(opens_at=now, closes_at=now + 2 * MONTHS, pot_cents=SHARE_CENTS),
            Window(opens_at=second, closes_at=second + 2 * MONTHS, pot_cents=SHARE_CENTS),
        ],
        questions_until=now + MONTHS,
    )
    call = draft_call(terms=terms, by=officer, now=now)
    publish_call(call=call, by=officer, now=now)
    approve_fund_change(change=call.fund_changes.get(), by=walk.people["approver"], now=now)
    walk.calls["sessions"] = call


def apply(walk: Walk, now: dt.datetime) -> None:
    """Write a full application and submit it in the first session."""
    by = walk.people["fili"]
    project = create_project(
        organisation=walk.organisations["fili"],
        neighbourhood=walk.places["San Siro"],
        theme="care",
        title="Portineria di quartiere",
        summary="Un banco aperto tutto il giorno: ritira pacchi, trova un idraulico, tiene le chiavi, ascolta.",
        story=(
            "Nelle case popolari di San Siro la portineria non c'è più. Ne apriamo una per tutti, in piazza Selinunte: "
            "due portinai di quartiere ritirano i pacchi, fanno piccole commissioni e mettono in contatto chi chiede e "
            "chi sa fare.\n\nUn abbonamento di 5 euro al mese e i servizi ai corrieri pagano gli stipendi."
        ),
        by=by,
        now=now,
    )
    application = apply_to_call(
        call=walk.calls["sessions"],
        project=project,
        cost_cents=sum(line.amount_cents for line in BUDGET),
        motivation="Lo chiedono gli anziani che vivono soli e chi lavora tutto il giorno e non riceve un pacco.",
        plan="Dal nono mese abbonamenti e corrieri coprono stipendi e affitto; le donazioni diventano un di più.",
        project_months=8,
        all_abilities=True,
        accessibility="Ingresso a livello strada, bagno accessibile, cartelli in simboli, un'ora al giorno più calma.",
        by=by,
        now=now,
    )
    set_cost_lines(application=application, lines=BUDGET, by=by, now=now)
    for month, until, amounts in ((1, 3, OPENING), (4, 8, RUNNING), (9, 18, STANDING)):
        set_plan_month(project=project, month=month, until=until, amounts=amounts, by=by, now=now)
    set_logframe(project=project, rungs=logframe(now), by=by, now=now)
    declare(application=application, by=by, now=now)
    submit_application(application=application, by=by, now=now)


def logframe(now: dt.datetime) -> list[Rung]:
    """Return the logframe of the application, its days counted from `now`."""
    year, later = (now.date() + dt.timedelta(days=days) for days in (365, 730))
    return [
        Rung(level="goal", text="A San Siro si vive meno soli e ci si aiuta di più"),
        Rung(
            level="purpose",
            text="Chi vive solo o lavora tutto il giorno ha qualcuno a cui rivolgersi sotto casa",
            assumptions="Il Comune affida il locale per almeno quattro anni",
            indicators=[
                Measure(
                    name="Persone sole che passano almeno una volta alla settimana",
                    kind="outcome",
                    unit="persone",
                    baseline=Decimal(0),
                    target=Decimal(80),
                    due_on=later,
                    source_of_verification="Registro degli ingressi, senza nomi",
                ),
                Measure(
                    name="Entrate proprie sui costi di gestione",
                    kind="outcome",
                    field="economic",
                    unit="percento",
                    baseline=Decimal(0),
                    target=Decimal(100),
                    due_on=later,
                    source_of_verification="Conti mensili pubblicati qui",
                ),
            ],
        ),
        Rung(
            level="output",
            text="Una portineria aperta dieci ore al giorno",
            assumptions="Almeno due corrieri firmano l'accordo",
            indicators=[
                Measure(
                    name="Pacchi ritirati in un mese",
                    field="economic",
                    unit="pacchi",
                    baseline=Decimal(0),
                    target=Decimal(900),
                    due_on=year,
                ),
                Measure(
                    name="Portinai assunti", field="economic", unit="persone", target=Decimal(2), due_on=year
                ),
            ],
        ),
        Rung(level="activity", text="Sistemare il locale e il bagno accessibile"),
        Rung(level="activity", text="Formare due portinai di quartiere"),
        Rung(level="activity", text="Accordi con i corrieri e con gli artigiani della zona"),
    ]


def schedule(walk: Walk) -> None:
    """Put it into the agenda."""
    walk.on(-34, lambda now: publish(walk, now))
    walk.on(-3, lambda now: apply(walk, now))
