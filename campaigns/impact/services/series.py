"""Benchmark series and published studies: an officer publishes them and takes tables of values in."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.impact.enums import TerritoryKind
from campaigns.impact.models import IndicatorSeries, Series, SeriesImport, SeriesValue, Study
from campaigns.impact.permissions import can_link_series, can_write_series
from campaigns.impact.services.words import clean_text
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.files import keep_private, read_document

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File

    from accounts.models import User
    from campaigns.impact.documents.table import Cell, Table
    from campaigns.models import Indicator
    from crowdfund.kit.tables import BadRow

FOLDER: Final = "studies"
_LONGEST: Final = {"title": 160, "unit": 40, "source": 200, "licence": 80}


@dataclasses.dataclass(frozen=True)
class Described:
    """What a series says: its unit, where it comes from and under which licence."""

    title: str
    unit: str
    source: str
    licence: str
    source_url: str = ""
    about: str = ""


def publish_series(*, described: Described, by: User, now: dt.datetime) -> Series:
    """Publish a series, without values yet.

    Raises `NotAllowed`; `Invalid` with its field; `Refused` (`series_there`) when the title is taken.
    """
    require(can_write_series(by))
    words = {
        name: clean_text(getattr(described, name), field=name, longest=longest)
        for name, longest in _LONGEST.items()
    }
    about = clean_text(described.about, field="about", longest=2000, required=False)
    slug = slugify(words["title"])[:80]
    if not slug:
        raise Invalid("missing", _("This is needed."), field="title")
    made, new = Series.objects.get_or_create(
        slug=slug,
        defaults={
            **words,
            "about": about,
            "source_url": _address(described.source_url, "source_url"),
            "created_by": by,
            "created_at": now,
        },
    )
    if not new:
        raise Refused("series_there", _("There is a series of this title already."), field="title")
    return made


def _address(text: str, field: str) -> str:
    url = text.strip()
    try:
        if url:
            URLValidator(schemes=["http", "https"])(url)
    except ValidationError as error:
        raise Invalid("no_address", _("This is not a web address."), field=field) from error
    if len(url) > 300:  # noqa: PLR2004 - the column's width
        raise Invalid("too_long", _("At most %(longest)s characters."), field=field, longest=300)
    return url


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What taking a table in would do; with a bad line nothing is taken in."""

    new: list[Cell]
    changed: list[Cell]
    same: int
    bad: list[BadRow]

    @property
    def changes(self) -> int:
        """How many values would be written."""
        return len(self.new) + len(self.changed)


def plan_values(*, series: Series, table: Table, by: User) -> Plan:
    """Say what a table would do to a series; nothing is written. Raises `NotAllowed` unless an officer."""
    require(can_write_series(by))
    there = {
        (row.neighbourhood_id, row.city, row.year): row.value
        for row in SeriesValue.objects.filter(series=series)
    }
    new = [cell for cell in table.cells if cell.key not in there]
    changed = [cell for cell in table.cells if there.get(cell.key, cell.value) != cell.value]
    return Plan(new, changed, len(table.cells) - len(new) - len(changed), table.bad)


def import_values(*, series: Series, table: Table, by: User, now: dt.datetime) -> Plan:
    """Take a table in as a whole, in one transaction; values of other territories and years stay.

    Raises `NotAllowed`; `Invalid` (`bad_lines`) when any line can't be used, and then nothing is taken in.
    """
    with transaction.atomic():
        Series.objects.select_for_update().get(pk=series.pk)
        plan = plan_values(series=series, table=table, by=by)
        if plan.bad:
            raise Invalid(
                "bad_lines",
                _("Lines that can't be used: %(count)s. Nothing was taken in."),
                field="file",
                count=len(plan.bad),
            )
        SeriesValue.objects.bulk_create(
            [_value(series, cell) for cell in (*plan.new, *plan.changed)],
            update_conflicts=True,
            unique_fields=["series", "neighbourhood", "city", "year"],
            update_fields=["value"],
        )
        if plan.changes:
            SeriesImport.objects.create(
                series=series, added=len(plan.new), changed=len(plan.changed), by=by, at=now
            )
    return plan


def _value(series: Series, cell: Cell) -> SeriesValue:
    kind = TerritoryKind.CITY if cell.city else TerritoryKind.NEIGHBOURHOOD
    return SeriesValue(
        series=series,
        kind=kind,
        neighbourhood_id=cell.neighbourhood_id,
        city=cell.city,
        year=cell.year,
        value=cell.value,
    )


def link_series(*, indicator: Indicator, series: Series | None, by: User, now: dt.datetime) -> None:
    """Show a series beside an indicator, or none any more."""
    require(can_link_series(by, indicator.project))
    if series is None:
        IndicatorSeries.objects.filter(indicator=indicator).delete()
        return
    IndicatorSeries.objects.update_or_create(indicator=indicator, defaults={"series": series})


def publish_study(
    *,
    title: str,
    authors: str,
    published_on: dt.date,
    by: User,
    now: dt.datetime,
    about: str = "",
    link: str = "",
    file: File[bytes] | None = None,
) -> Study:
    """Publish a study, under a link or as a file: one of the two. Raises `NotAllowed`, `Invalid` with its field."""
    require(can_write_series(by))
    if published_on > now.astimezone(CIVIL).date():
        raise Invalid("date_to_come", _("This day has not come yet."), field="published_on")
    address = _address(link, "link")
    if bool(address) == bool(file):
        raise Invalid("file_or_link", _("Give a link or a file, one of the two."), field="link")
    words = {
        "title": clean_text(title, field="title", longest=200),
        "authors": clean_text(authors, field="authors", longest=200),
        "about": clean_text(about, field="about", longest=500, required=False),
    }
    clean = read_document(file) if file else None
    return Study.objects.create(
        **words,
        published_on=published_on,
        link=address,
        file=keep_private(clean, FOLDER) if clean else "",
        file_kind=clean.kind if clean else "",
        added_by=by,
        added_at=now,
    )
