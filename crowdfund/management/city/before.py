"""Before a campaign: programmes and calls, needs and proposals, applications and admissions."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from campaigns.calls.services.applications import apply_to_call, submit_application
from campaigns.calls.services.calls import Terms, close_call, draft_call, publish_call
from campaigns.calls.services.decisions import admit_application
from campaigns.calls.services.editions import load_edition_rules, load_programme_sheet, published_sheet
from campaigns.calls.services.programmes import Sheet, create_programme
from campaigns.codesign.services.adoption import adopt_proposal
from campaigns.codesign.services.merging import merge_needs
from campaigns.codesign.services.needs import publish_need, report_need
from campaigns.codesign.services.proposals import decide, start_proposal, write_version
from campaigns.codesign.services.resources import offer_resource, publish_resource
from campaigns.codesign.services.support import share_need
from campaigns.services.projects import set_picture
from crowdfund.management.city.walk import HERE
from payments.matching.services import Ladder, approve_fund_change, open_programme_ladder

if TYPE_CHECKING:
    from campaigns.calls.models import Application, MatchRule
    from crowdfund.management.city.walk import Walk

EDITION = "2020"
POT_CENTS = 55_000_000


def programmes_and_calls(walk: Walk, now: dt.datetime) -> None:
    """Publish MI3.3.1.d as it stands, and a second programme whose pots the demonstration uses."""
    officer = walk.people["officer"]
    published = published_sheet()["financial_progress_cents"]
    hub = load_programme_sheet(by=officer, now=now)
    figures = Ladder(
        published["programmed"], published["admitted"], published["legally_bound"], published["disbursed"]
    )
    open_programme_ladder(programme=hub, figures=figures, by=officer, now=now)
    sheet = Sheet(
        title="Milano Insieme: crowdfunding civico",
        code="MI-CC-1",
        city="Milano",
        implementing_body="Comune di Milano",
        starts_on=now.date(),
        ends_on=now.date() + dt.timedelta(days=4 * 365),
        action="Innovazione sociale nei quartieri",
        rup=walk.people["officer"].name,
        about="Il Comune raddoppia la fiducia dei quartieri: dove i cittadini mettono la loro parte, mette la sua.",
    )
    ours = create_programme(sheet=sheet, by=officer, now=now)
    open_programme_ladder(programme=ours, figures=Ladder(300_000_000, 200_000_000, 0, 0), by=officer, now=now)
    rules = load_edition_rules(by=officer, now=now)
    walk.data["programme"], walk.data["rule"] = ours, _edition(rules, EDITION)
    walk.data["rule_of_sessions"] = _edition(rules, "2024")


def _edition(rules: list[MatchRule], year: str) -> MatchRule:
    return next(rule for rule in rules if year in rule.name)


def publish(walk: Walk, key: str, title: str, now: dt.datetime, *, open_days: int) -> None:
    """Draft and publish a call with the rule of the 2020–21 edition."""
    officer = walk.people["officer"]
    terms = Terms(
        programme=walk.data["programme"],
        title=title,
        summary="Il Comune aggiunge il 60 % a chi raccoglie almeno il 40 % del costo, fino a 60.000 euro.",
        text=(
            "Cerchiamo progetti di **innovazione sociale** nati nei quartieri: spazi, servizi, mestieri.\n\n"
            "Il progetto apre una campagna di 60 giorni. Se i cittadini coprono il 40 % del costo, il Comune aggiunge "
            "il 60 %, fino a 60.000 euro per progetto. Se l'obiettivo non si raggiunge nessuno paga niente.\n\n"
            "Possono candidarsi associazioni, cooperative sociali, fondazioni e imprese sociali."
        ),
        rule=walk.data["rule"],
        pot_cents=POT_CENTS,
        opens_at=now,
        closes_at=now + dt.timedelta(days=open_days),
        cost_min_cents=500_000,
        cost_max_cents=15_000_000,
    )
    call = draft_call(terms=terms, by=officer, now=now)
    publish_call(call=call, by=officer, now=now)
    approve_fund_change(change=call.fund_changes.get(), by=walk.people["approver"], now=now)
    call.refresh_from_db()
    walk.calls[key] = call


def close(walk: Walk, key: str, now: dt.datetime) -> None:
    """Close a call whose window has passed."""
    close_call(call=walk.calls[key], by=walk.people["officer"], now=now)


def report_needs(walk: Walk, now: dt.datetime) -> None:
    """Report every need, publish it, and let neighbours share it."""
    animator = walk.people["animator"]
    for number, entry in enumerate(walk.data["needs"]):
        need = report_need(
            neighbourhood=walk.places[entry["neighbourhood"]],
            theme=entry["theme"],
            title=entry["title"],
            text=entry["text"],
            place=entry["place"],
            source=entry.get("source", "online"),
            by=animator if entry.get("source") == "meeting" else walk.people[entry["reporter"]],
            now=now,
        )
        if need.status == "waiting":
            publish_need(need=need, by=animator, now=now)
        walk.needs[entry["key"]] = need
        for turn, key in enumerate(("marta", "samir", "giulia", "luca")):
            if (number + turn) % 3:
                share_need(need=need, by=walk.people[key], visitor=None, wants_news=True, now=now)


def gather(walk: Walk, now: dt.datetime) -> None:
    """Merge a need that was said twice, and let residents offer what they have."""
    animator, luca = walk.people["animator"], walk.people["luca"]
    kept = walk.needs["bici"]
    twin = report_need(
        neighbourhood=kept.neighbourhood,
        theme=kept.theme,
        title="Dove si aggiusta una bici?",
        text="Il ciclista più vicino è a tre chilometri.",
        by=luca,
        now=now,
    )
    publish_need(need=twin, by=animator, now=now)
    share_need(need=twin, by=luca, visitor=None, wants_news=True, now=now)
    merge_needs(need=twin, into=kept, why="La stessa mancanza", by=animator, now=now)
    for place, kind, title, text in (
        (
            "Barona",
            "skills",
            "So riparare biciclette",
            "Ho lavorato vent'anni in officina: il sabato ho tempo.",
        ),
        (
            "Barona",
            "places",
            "Un cortile coperto",
            "Quello delle case di via Lope de Vega, libero al mattino.",
        ),
        ("Via Padova", "things", "Due macchine per cucire", "Funzionano, cercano un tavolo."),
        ("Corvetto", "people", "Cinque nonne che cucinano", "Il giovedì."),
    ):
        offered = offer_resource(
            neighbourhood=walk.places[place], kind=kind, title=title, text=text, by=luca, now=now
        )
        publish_resource(resource=offered, by=animator, now=now)


def report_late(walk: Walk, now: dt.datetime) -> None:
    """Report two needs that nobody has read yet."""
    for title, text in (
        ("Il parco giochi di via Lope de Vega è al buio", "Alle cinque d'inverno non ci va più nessuno."),
        (
            "Manca una fontanella al campetto",
            "In estate i ragazzi bevono dal rubinetto del bar, quando è aperto.",
        ),
    ):
        report_need(
            neighbourhood=walk.places["Barona"],
            theme="sport",
            title=title,
            text=text,
            by=walk.people["luca"],
            now=now,
        )


def propose(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Write a proposal with three hands, decide, and adopt it as a project."""
    starter, second, third = walk.people["marta"], walk.people["samir"], walk.people["giulia"]
    paragraphs = entry["story"].split("\n\n")
    proposal = start_proposal(
        needs=[walk.needs[key] for key in entry["needs"]],
        neighbourhood=walk.places[entry["neighbourhood"]],
        theme=entry["theme"],
        title=entry["title"],
        summary=entry["summary"],
        text=paragraphs[0],
        by=starter,
        now=now,
    )
    half = "\n\n".join(paragraphs[: max(1, len(paragraphs) - 1)]) + "\n\nDa decidere: orari e prezzi."
    write_version(proposal=proposal, text=half, what="Come funziona", based_on=1, by=second, now=now)
    write_version(proposal=proposal, text=entry["story"], what="Come si regge", based_on=2, by=third, now=now)
    decide(
        proposal=proposal,
        text="Si fa, e la porta " + walk.organisations[entry["organisation"]].name,
        reason="Ha gente del quartiere che ci lavora già e un'entrata che può pagare i costi.",
        by=walk.people["animator"],
        now=now,
    )
    project = adopt_proposal(
        proposal=proposal,
        organisation=walk.organisations[entry["organisation"]],
        by=walk.people["animator"],
        now=now,
    )
    picture = (HERE / "pictures" / f"{entry['key']}.webp").read_bytes()
    set_picture(
        project=project,
        file=ContentFile(picture, name=f"{entry['key']}.webp"),
        alt=entry["picture_alt"],
        by=owner(walk, entry),
        now=now,
    )
    walk.projects[entry["key"]] = project


def owner(walk: Walk, entry: dict[str, Any]) -> Any:
    """Return the owner of the organisation that carries a project."""
    return walk.people[entry["organisation"]]


def apply(walk: Walk, entry: dict[str, Any], call: str, now: dt.datetime) -> Application:
    """Apply to a call and submit."""
    by = owner(walk, entry)
    application = apply_to_call(
        call=walk.calls[call],
        project=walk.projects[entry["key"]],
        cost_cents=entry["cost"],
        motivation=entry["summary"]
        + " Lo chiedono i vicini che hanno segnalato il bisogno e scritto la proposta.",
        plan="Nei primi due anni le entrate proprie coprono i costi di gestione: il piano per mese è allegato.",
        by=by,
        now=now,
    )
    return submit_application(application=application, by=by, now=now)


def apply_and_admit(walk: Walk, entry: dict[str, Any], call: str, now: dt.datetime) -> None:
    """Apply to a call and be admitted: the maximum match is reserved."""
    admitted = admit_application(
        application=apply(walk, entry, call, now),
        reason="Nasce da bisogni segnalati, ha un piano credibile per reggersi da solo.",
        by=walk.people["officer"],
        now=now,
    )
    walk.applications[entry["key"]] = admitted
    campaign = admitted.campaign
    if campaign is None:
        raise RuntimeError("an admitted application has a campaign")
    walk.campaigns[entry["key"]] = campaign


def schedule(walk: Walk) -> None:
    """Put all of it into the agenda."""
    walk.on(-810, walk.found_city)
    walk.on(-800, partial(programmes_and_calls, walk))
    walk.on(
        -795, lambda now: publish(walk, "first", f"Bando crowdfunding civico {now.year}", now, open_days=90)
    )
    walk.on(-790, partial(report_needs, walk))
    walk.on(-789, partial(gather, walk), needs_jobs=False)
    walk.on(-700, lambda now: close(walk, "first", now))
    walk.on(-0.3, partial(report_late, walk))
    walk.on(
        -130, lambda now: publish(walk, "second", f"Bando crowdfunding civico {now.year}", now, open_days=160)
    )
