"""After the money: a tutor meets the workshop, and an enterprise is born of it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from campaigns.accompaniment.services import (
    finish_step,
    log_tutoring,
    observe_enterprise,
    register_enterprise,
)
from campaigns.accompaniment.services.enterprises import Birth
from campaigns.accompaniment.services.tutoring import Held

if TYPE_CHECKING:
    from crowdfund.management.city.walk import Walk


def accompany(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Write down the tutor's meetings, the last one with a step that still waits."""
    project, tutor, today = walk.projects[entry["key"]], walk.people["tutor"], now.date()
    first = Held(
        held_on=today - dt.timedelta(days=90),
        minutes=90,
        topic="market",
        people=3,
        agreed="Il listino copre i ricambi ma non le ore. Nuovi prezzi per le riparazioni lunghe.",
        next_step="Provare il nuovo listino per due mesi",
        next_due_on=today - dt.timedelta(days=30),
    )
    finish_step(session=log_tutoring(project=project, held=first, by=tutor, now=now), by=tutor, now=now)
    second = Held(
        held_on=today - dt.timedelta(days=12),
        minutes=60,
        topic="plan",
        people=2,
        agreed="Il listino nuovo regge. La ciclofficina può assumere un'altra persona a metà tempo.",
        next_step="Scrivere il conto del secondo anno",
        next_due_on=today + dt.timedelta(days=20),
    )
    log_tutoring(project=project, held=second, by=tutor, now=now)


def found_enterprise(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Register the cooperative that the workshop became, and look at it again half a year later."""
    born_on = now.date() - dt.timedelta(days=300)
    made = register_enterprise(
        project=walk.projects[entry["key"]],
        birth=Birth(
            name="Pedali Insieme, cooperativa sociale",
            legal_form="social_cooperative",
            born_on=born_on,
            tax_code="03842640967",
            vat_number="03842640967",
            source="Visura camerale",
            jobs_hundredths=150,
            disadvantaged_hundredths=50,
        ),
        by=walk.people["tutor"],
        now=now,
    )
    observe_enterprise(
        enterprise=made,
        observed_on=born_on + dt.timedelta(days=240),
        status="active",
        source="Visita del tutor",
        jobs_hundredths=250,
        disadvantaged_hundredths=100,
        by=walk.people["tutor"],
        now=now,
    )


def schedule(walk: Walk, entry: dict[str, Any]) -> None:
    """Put the accompaniment of a funded project into the agenda."""
    walk.on(-0.15, partial(accompany, walk, entry), needs_jobs=False)
    walk.on(-0.14, partial(found_enterprise, walk, entry), needs_jobs=False)
