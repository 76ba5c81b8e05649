"""Small beginnings for tests: people, organisations, projects and campaigns as rows. The path test walks services."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection
from PIL import Image

from accounts.enums import OrganisationKind, Role, TeamRole
from accounts.models import Membership, Organisation, Person, RoleGrant, User
from accounts.places.models import Neighbourhood
from campaigns.enums import BudgetKind, CampaignStatus, Theme
from campaigns.models import BudgetLine, Campaign, Project

_n = itertools.count(1)
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def rows(*tables: str) -> list[tuple[str, str]]:
    """Every row of some tables (of all, unless told which) as text, after its table: to see that nothing changed."""
    wanted = tables or connection.introspection.django_table_names(include_views=False)
    every = " UNION ALL ".join(f"SELECT '{name}', row::text FROM \"{name}\" AS row" for name in wanted)
    with connection.cursor() as cursor:
        cursor.execute(every)
        return sorted(cursor.fetchall())


def person(name: str = "Ada", **fields: Any) -> User:
    """A user with an email of its own."""
    n = next(_n)
    return User.objects.create_user(
        email=fields.pop("email", f"{name.lower()}{n}@example.org"), name=name, **fields
    )


def staff(*roles: Role, name: str = "Olga") -> User:
    """A user with city roles, known as a person of their own."""
    user = person(name)
    Person.objects.filter(pk=user.person_id).update(tax_code_digest=f"{user.person_id:064x}")
    user.person.refresh_from_db()
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role, granted_at=NOW) for role in roles)
    return user


def neighbourhood(name: str = "Barona") -> Neighbourhood:
    """A neighbourhood, one of each name."""
    return Neighbourhood.objects.get_or_create(name=name, defaults={"slug": name.lower()})[0]


def organisation(owner: User | None = None, **fields: Any) -> Organisation:
    """An association, with an owner if given."""
    n = next(_n)
    made = Organisation.objects.create(
        **{"name": f"Associazione {n}", "slug": f"associazione-{n}", "kind": OrganisationKind.ASSOCIATION}
        | {"created_at": NOW, "tax_code": "97103880585"}
        | fields
    )
    if owner:
        Membership.objects.create(user=owner, organisation=made, role=TeamRole.OWNER, since=NOW)
    return made


def project(owner: User | None = None, **fields: Any) -> Project:
    """A project with an organisation."""
    n = next(_n)
    return Project.objects.create(
        **{
            "organisation": fields.pop("organisation", None) or organisation(owner),
            "neighbourhood": fields.pop("neighbourhood", None) or neighbourhood(),
            "theme": Theme.GREEN,
            "title": f"Orto {n}",
            "slug": f"orto-{n}",
            "summary": "Un orto per tutti.",
            "story": "C'è un prato abbandonato dietro la scuola.",
            "created_at": NOW,
        }
        | fields
    )


def campaign(owner: User | None = None, **fields: Any) -> Campaign:
    """A live campaign of € 10,000 with a goal of € 4,000, open since yesterday for 60 days."""
    n = next(_n)
    made = Campaign.objects.create(
        **{
            "project": fields.pop("project", None) or project(owner),
            "slug": f"orto-{n}",
            "status": CampaignStatus.LIVE,
            "cost_cents": 1_000_000,
            "goal_cents": 400_000,
            "opens_at": NOW - dt.timedelta(days=1),
            "deadline": NOW + dt.timedelta(days=59),
            "created_at": NOW,
        }
        | fields
    )
    BudgetLine.objects.create(
        campaign=made, kind=BudgetKind.GOODS, label="Terra e semi", amount_cents=970_000
    )
    BudgetLine.objects.create(campaign=made, kind=BudgetKind.FEES, label="Commissioni", amount_cents=30_000)
    return made


def picture(width: int = 600, height: int = 400) -> ContentFile[bytes]:
    """A real picture, as a file that somebody uploads."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#3a7").save(out, "PNG")
    return ContentFile(out.getvalue(), name="orto.png")


def fund_reserve(cents: int, *, into: str = "cash:stripe", reference: str = "") -> None:
    """Put money of the platform's own where it covers fees and losses."""
    from payments.postings import own_advance

    own_advance(into=into, cents=cents, reference=reference or f"test:{next(_n)}", now=NOW)
