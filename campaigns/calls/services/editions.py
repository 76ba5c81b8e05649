"""Load what was published: the sheet of MI3.3.1.d and the rules of four editions of Milan's civic crowdfunding.

The facts are data beside this room (`campaigns/calls/data/`); loading twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from campaigns.calls.enums import RuleKind, Shortfall
from campaigns.calls.models import MatchRule, Programme
from campaigns.calls.services.programmes import Sheet, create_programme
from campaigns.calls.services.rules import HELD_ELSEWHERE, create_rule

if TYPE_CHECKING:
    from accounts.permissions import Visitor

DATA: Final = Path(__file__).resolve().parents[1] / "data"
PICTURE: Final = "pictures/quartiere.svg"


def published_sheet() -> dict[str, Any]:
    """Return the sheet as published, its financial progress in whole cents among it."""
    sheet: dict[str, Any] = json.loads((DATA / "programme_sheet.json").read_text("utf-8"))
    return sheet


def published_editions() -> list[dict[str, Any]]:
    """Return the editions as published: name, rule (amounts in whole cents) and outcome."""
    editions: list[dict[str, Any]] = json.loads((DATA / "milan_editions.json").read_text("utf-8"))["editions"]
    return editions


def load_programme_sheet(*, by: Visitor, now: dt.datetime) -> Programme:
    """Create the programme of the published sheet, or return it when it is there.

    The fields only: its figures are opening transfers of the ledger. Raises `NotAllowed` unless `by` is an officer.
    """
    sheet = published_sheet()
    there = Programme.objects.filter(code=sheet["project_code"]).first()
    if there:
        return there
    return create_programme(
        sheet=Sheet(
            title=sheet["title"],
            code=sheet["project_code"],
            action=sheet["action"],
            city=sheet["city"],
            implementing_body=sheet["implementing_body"],
            cup=sheet["cup"],
            rup=sheet["rup"],
            starts_on=dt.date.fromisoformat(sheet["start_date"]),
            ends_on=dt.date.fromisoformat(sheet["end_date"]),
            picture=PICTURE,
        ),
        by=by,
        now=now,
    )


def load_edition_rules(*, by: Visitor, now: dt.datetime) -> list[MatchRule]:
    """Create the rules of the four editions, or return those that are there, the oldest edition first.

    The pot stays behind: it is the call's. Raises `NotAllowed` unless `by` is an officer.
    """
    rules = []
    for edition in published_editions():
        name = f"Milano {edition['name'].replace('-', '–')}"
        there = MatchRule.objects.filter(name=name).order_by("version").first()
        rules.append(there or _create(name, edition["rule"], by=by, now=now))
    return rules


def _create(name: str, terms: dict[str, Any], *, by: Visitor, now: dt.datetime) -> MatchRule:
    return create_rule(
        name=name,
        kind=RuleKind.THRESHOLD_SHARE,
        data={key: value for key, value in terms.items() if key not in HELD_ELSEWHERE},
        shortfall=Shortfall.PROCEED,
        recovery_days=7,
        by=by,
        now=now,
    )
