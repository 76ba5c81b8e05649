"""Needs and proposals to begin a test with, made by the services."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

from django.db import connection

from accounts.enums import Role
from campaigns.codesign import services
from campaigns.codesign.models import Need, Proposal
from tests import world

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = world.NOW
FIRST = "Apriamo il cortile.\n\nMercoledì e sabato."


def need(title: str = "Una panchina all'ombra", **fields: Any) -> Need:
    """A published need, reported by an animator."""
    by = fields.pop("by", None) or world.staff(Role.ANIMATOR, name="Anita")
    return services.report_need(
        **{
            "neighbourhood": world.neighbourhood(),
            "theme": "green",
            "title": title,
            "text": "Gli anziani non sanno dove fermarsi.",
            "place": "Via Watt",
            "by": by,
            "now": NOW,
        }
        | fields
    )


def proposal(*needs: Need, **fields: Any) -> Proposal:
    """An open proposal with one version."""
    return services.start_proposal(
        **{
            "needs": needs or [need()],
            "neighbourhood": world.neighbourhood(),
            "theme": "green",
            "title": "Il cortile aperto",
            "summary": "Un cortile per tutti, due giorni a settimana.",
            "text": FIRST,
            "by": fields.pop("by", None) or world.person("Bruna"),
            "now": NOW,
        }
        | fields
    )


def later(minutes: int = 1) -> dt.datetime:
    """Some minutes after the beginning."""
    return NOW + dt.timedelta(minutes=minutes)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do the deeds in threads of their own, let go together; return what each gave back or raised."""
    gate = threading.Barrier(len(deeds))
    results: list[object] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], object]) -> None:
        try:
            gate.wait()
            results[place] = deed()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
