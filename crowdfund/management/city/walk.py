"""The demonstration city, made by walking the services day by day: nothing is inserted behind their back.

Every deed stands in an agenda with its day (before today); the agenda is walked in the order of days with the clock
moved, and the jobs run until they are quiet in between. So dates are relative to today and never go stale.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.utils.text import slugify

from accounts.enums import Role, TeamRole
from accounts.models import Organisation, User
from accounts.places.models import Neighbourhood
from accounts.services import add_member, create_organisation, grant_role
from accounts.services.places import import_boundaries
from accounts.views.dev import DEMO_PASSWORD
from crowdfund.kit import clock, jobs
from crowdfund.management.city.visitor import tell_standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaigns.calls.models import Application, Call
    from campaigns.codesign.models import Need
    from campaigns.models import Campaign, Project
    from payments.bank.models import CreditList
    from payments.cash.models import CashDesk
    from payments.models import Pledge

HERE = Path(__file__).parent
LATER = ("webhooks.", "reconciliation.", "commission.offers")
"""Drains that the walk leaves to the running city: events it has learnt of already, hundreds of nights, and offers of
money that nobody has released."""


@dataclass
class Walk:
    """What the walk has made so far, by the keys of `city.toml`, and the agenda of what is still to be done."""

    data: dict[str, Any] = field(
        default_factory=lambda: tomllib.loads((HERE / "city.toml").read_text("utf-8"))
    )
    people: dict[str, User] = field(default_factory=dict)
    places: dict[str, Neighbourhood] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    needs: dict[str, Need] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    promises: dict[tuple[str, int], Pledge] = field(default_factory=dict)
    desks: list[CashDesk] = field(default_factory=list)
    lists: list[CreditList] = field(default_factory=list)
    agenda: list[tuple[float, int, Callable[[dt.datetime], object], bool]] = field(default_factory=list)

    def on(self, day: float, deed: Callable[[dt.datetime], object], *, needs_jobs: bool = True) -> None:
        """Put a deed into the agenda, `day` days from today (negative: in the past).

        After a deed that `needs_jobs` the jobs run; pledges can wait for the next one.
        """
        self.agenda.append((day, len(self.agenda), deed, needs_jobs))

    def go(self, tell: Callable[[int, int], None]) -> None:
        """Walk the agenda in the order of days, telling how far it is; put the clock back at the end."""
        total = len(self.agenda)
        drains = [drain.name for drain in jobs.drains() if not drain.name.startswith(LATER)]
        try:
            for done, (day, _n, deed, needs_jobs) in enumerate(
                sorted(self.agenda, key=lambda entry: entry[:2]), start=1
            ):
                self._move(dt.timedelta(days=day))
                deed(clock.now())
                if needs_jobs:
                    jobs.run_until_quiet(drains)
                tell(done, total)
        finally:
            self._move(dt.timedelta())
        jobs.run_until_quiet(drains)

    @staticmethod
    def _move(offset: dt.timedelta) -> None:
        clock.move(offset)
        if settings.STRIPE_SECRET_KEY == settings.STANDIN_KEY:
            tell_standin(settings.STRIPE_API_BASE, "clock", offset=int(offset.total_seconds()))

    # The people and places everything begins with

    def found_city(self, now: dt.datetime) -> None:
        """Neighbourhoods, people with roles and second factors, organisations with their teams."""
        for place in self.data["neighbourhoods"]:
            self.places[place["name"]] = Neighbourhood.objects.create(
                name=place["name"], slug=slugify(place["name"]), zone=place["zone"]
            )
        for person in self.data["people"]:
            self.people[person["key"]] = self._person(person, now)
        import_boundaries(
            content=(Path(__file__).parent / "neighbourhoods.geojson").read_bytes(),
            source="Schizzi per la demostrazione, non rilievi; abitanti indicativi",
            residents_property="residents",
            by=self.people["officer"],
            now=now,
        )
        for entry in self.data["organisations"]:
            self.organisations[entry["key"]] = self._organisation(entry, now)

    def _person(self, entry: dict[str, Any], now: dt.datetime) -> User:
        user = User.objects.create_user(
            email=entry["email"],
            password=DEMO_PASSWORD,
            name=entry["name"],
            language=entry.get("language", "it"),
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        for role in entry.get("roles", []):
            grant_role(user=user, role=Role(role), tax_code=entry.get("tax_code", ""), by=None, now=now)
        if user.needs_second_factor:
            TOTP.activate(user, generate_totp_secret())
        return user

    def _organisation(self, entry: dict[str, Any], now: dt.datetime) -> Organisation:
        made = create_organisation(
            name=entry["name"],
            kind=entry["kind"],
            tax_code=entry["tax_code"],
            about=entry["about"],
            neighbourhood=self.places[entry["neighbourhood"]],
            by=self.people[entry["owner"]],
            now=now,
        )
        if "accountant" in entry:
            add_member(
                organisation=made,
                email=self.people[entry["accountant"]].email,
                role=TeamRole.ACCOUNTANT,
                by=self.people[entry["owner"]],
                now=now,
            )
        for person in self.people.values():  # who joined a team reads it anew
            person.__dict__.pop("team_roles", None)
        return made
