"""A community hub in Barona: a former school with works, an agreement, two spaces and some bookings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from campaigns.hubs.services.agreements import Terms, add_agreement_document, record_agreement
from campaigns.hubs.services.bookings import Wanted, request_booking
from campaigns.hubs.services.buildings import BuildingSheet, open_hub, record_building, record_outlay
from campaigns.hubs.services.decisions import confirm_booking
from campaigns.hubs.services.spaces import Opening, SpaceSheet, save_space, set_hours
from crowdfund.kit.clock import CIVIL
from crowdfund.management.city.spending import PAPER
from crowdfund.management.city.walk import HERE

if TYPE_CHECKING:
    from crowdfund.management.city.walk import Walk

DAY = dt.timedelta(days=1)
WEEK = [Opening(day, dt.time(9), dt.time(22)) for day in range(1, 7)]


def opening(walk: Walk, now: dt.datetime) -> None:
    """Record the building and what was done in it, open the hub, record who runs it."""
    by = walk.people["officer"]
    today = now.astimezone(CIVIL).date()
    sheet = BuildingSheet(
        name="Ex scuola di via Zumbini",
        owner="Comune di Milano",
        address="Via Zumbini 6",
        neighbourhood=walk.places["Barona"],
        area_m2=1_240,
        state="partly",
        accessibility="Ingresso a livello strada, ascensore, bagno accessibile al piano terra.",
        picture_alt="Disegno di una lunga tavola apparecchiata e due persone ai fornelli",
    )
    picture = ContentFile((HERE / "pictures" / "cucina.webp").read_bytes(), name="cucina.webp")
    building = record_building(sheet=sheet, picture=picture, by=by, now=now)
    for kind, what, cents, begun, ended in (
        ("works", "Tetto, impianto elettrico, bagno accessibile", 28_400_000, 420, 120),
        ("equipment", "Cucina professionale per trenta coperti", 6_200_000, 90, 60),
    ):
        record_outlay(
            building=building,
            kind=kind,
            what=what,
            cost_cents=cents,
            begun_on=today - begun * DAY,
            ended_on=today - ended * DAY,
            by=by,
            now=now,
        )
    hub = open_hub(
        building=building,
        name="Hub Barona",
        summary="Una scuola chiusa che riapre: cucina comune, sala grande, sportello lavoro.",
        story="Qui si cucina insieme, si impara un mestiere e si incontra chi abita accanto.",
        contact="hub.barona@example.org",
        by=by,
        now=now,
    )
    terms = Terms(
        organisation=walk.organisations["fili"],
        partners="Fondazione di quartiere, Municipio 6",
        form="partnership",
        starts_on=today - 30 * DAY,
        ends_on=today + 1_400 * DAY,
        fee_cents=240_000,
        obligations="Aprire almeno sei giorni su sette; dare la sala gratis alle associazioni; pubblicare i conti.",
    )
    agreement = record_agreement(hub=hub, terms=terms, by=by, now=now)
    add_agreement_document(
        agreement=agreement,
        file=ContentFile(PAPER, name="convenzione.pdf"),
        title="Convenzione (copia dimostrativa, vuota)",
        by=by,
        now=now,
    )
    walk.data["hub"] = hub


def spaces(walk: Walk, now: dt.datetime) -> None:
    """Add two spaces, and ask for them: a weekly course that is confirmed, a party that waits."""
    operator, hub = walk.people["fili"], walk.data["hub"]
    hall = SpaceSheet("Sala grande", 60, "Sedie, schermo, pianoforte", 1_500, free_for="non_profit")
    kitchen = SpaceSheet(
        "Cucina comune", 12, "Sei fuochi, forno, tavolo da dodici", 1_000, longest_minutes=300
    )
    rooms = [save_space(hub=hub, sheet=sheet, by=operator, now=now) for sheet in (hall, kitchen)]
    for room in rooms:
        set_hours(space=room, hours=WEEK, by=operator, now=now)
    today = now.astimezone(CIVIL).date()
    monday = today + (7 - today.weekday()) * DAY + 7 * DAY
    course = request_booking(
        space=rooms[0],
        wanted=Wanted(monday, dt.time(18), dt.time(20), monday + 42 * DAY),
        title="Italiano per chi è appena arrivato",
        people=20,
        public=True,
        by=operator,
        now=now,
    )
    confirm_booking(booking=course[0], by=operator, now=now)
    request_booking(
        space=rooms[1],
        wanted=Wanted(monday + 5 * DAY, dt.time(16), dt.time(20)),
        title="Compleanno di Amira",
        people=12,
        by=walk.people["giulia"],
        now=now,
    )


def schedule(walk: Walk) -> None:
    """Put it into the agenda."""
    walk.on(-20, lambda now: opening(walk, now))
    walk.on(-6, lambda now: spaces(walk, now))
