"""Load the demonstration city, once: it is made by walking the services and the Stripe stand-in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from crowdfund.management.city import (
    after,
    before,
    campaign,
    growing,
    money,
    ranking,
    rules,
    sessions,
    simulation,
    spending,
    sponsor,
)
from crowdfund.management.city.walk import Walk

if TYPE_CHECKING:
    import datetime as dt


def let_jobs_run(_now: dt.datetime) -> None:
    """Do nothing: what is due is done by the jobs, which run after every deed."""


def build(walk: Walk) -> None:
    """Write the agenda: one project at every station of the path."""
    projects = {entry["key"]: entry for entry in walk.data["projects"]}
    before.schedule(walk)
    sponsor.schedule(walk)
    spending.schedule(walk)
    campaign.schedule(walk, projects["ciclofficina"], call="first", launched=-720, days=55)
    walk.on(-659, let_jobs_run)  # the deadline has passed: close and charge
    walk.on(-656, lambda now: campaign.recover_one(walk, "ciclofficina", now))
    after.schedule(walk, projects["ciclofficina"], closed=-650)
    growing.schedule(walk, projects["ciclofficina"])
    money.schedule(walk, projects["ciclofficina"])
    campaign.schedule(walk, projects["cinema"], call="first", launched=-715, days=50)
    walk.on(-651, let_jobs_run)  # the recovery window has passed
    campaign.schedule(walk, projects["cucina"], call="second", launched=-62, days=58)
    # its deadline is the end of a civil day: up to a day after the sixty are over
    walk.on(-0.98, let_jobs_run)
    walk.on(-0.95, lambda now: campaign.recover_one(walk, "cucina", now))
    campaign.schedule(walk, projects["orto"], call="second", launched=-58, days=56)
    campaign.schedule(walk, projects["sartoria"], call="second", launched=-9, days=8)
    rules.schedule(walk)
    music = projects["musica"]
    walk.on(-15, lambda now: before.propose(walk, music, now))
    walk.on(-2, lambda now: before.apply(walk, music, "second", now))
    ranking.schedule(walk)
    sessions.schedule(walk)
    library = projects["biblioteca"]
    walk.on(-20, lambda now: before.propose(walk, library, now))
    simulation.schedule(walk)
    walk.on(-6, lambda now: before.apply_and_admit(walk, library, "second", now))


class Command(BaseCommand):
    """Does nothing when there are people already."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Walk the agenda with a progress line."""
        if not settings.CLOCK_MAY_MOVE:
            raise CommandError("The demonstration city is built with the development settings only.")
        if User.objects.exists():
            return
        walk = Walk()
        build(walk)
        walk.go(self._tell)
        sys.stderr.write("\n")

    def _tell(self, done: int, total: int) -> None:
        sys.stderr.write(f"\r  Building the demonstration city: {100 * done // total} %")
        sys.stderr.flush()
