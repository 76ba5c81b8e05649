"""Keep the neighbourhoods: their boundaries from a file, their residents."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.permissions import can_keep_places, require
from accounts.places.formula import Feature, read_features, simplified, wrong
from accounts.places.models import BoundaryImport, Neighbourhood
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

MOST_RESIDENTS: Final = 2_000_000
LONGEST_NAME: Final = 80


def import_boundaries(
    *,
    content: bytes,
    source: str,
    name_property: str = "name",
    residents_property: str = "",
    create: bool = False,
    by: User,
    now: dt.datetime,
) -> BoundaryImport:
    """Take the boundaries of neighbourhoods from a GeoJSON file, all of them or none. By an officer.

    A place is known by its name (capitals do not matter) in `name_property`; the residents are read from
    `residents_property` if given. With `create`, places not known yet are made. What the file does not name stays as
    it is. Raises `Invalid` at `file` (what is wrong, in which place), `source` or the property's name.
    """
    require(can_keep_places(by))
    said = source.strip()
    if not said or len(said) > 160 or "\0" in said:  # noqa: PLR2004 - the column's length
        raise Invalid("source_missing", _("Say where the boundaries come from."), field="source")
    features = read_features(content)
    named = _by_name(features, name_property)
    residents = {name: _residents_of(one, residents_property) for name, one in named.items()}
    with transaction.atomic():
        known = {one.name.casefold(): one for one in Neighbourhood.objects.select_for_update()}
        fresh = [name for name in named if name.casefold() not in known]
        if fresh and not create:
            sentence = _("The city has no neighbourhood called: %(names)s.")
            raise wrong("unknown_places", sentence, names=", ".join(fresh))
        for name, feature in named.items():
            place = known.get(name.casefold()) or _new_place(name)
            place.boundary, place.outline = feature.shape, simplified(feature.shape)
            place.boundary_source = said
            if residents[name] is not None:
                place.residents = residents[name]
            place.save()
        return BoundaryImport.objects.create(
            at=now,
            by=by,
            source=said,
            sha256=hashlib.sha256(content).hexdigest(),
            changed=len(named) - len(fresh),
            created=len(fresh),
        )


def _by_name(features: list[Feature], name_property: str) -> dict[str, Feature]:
    named: dict[str, Feature] = {}
    for feature in features:
        name = feature.properties.get(name_property)
        if not isinstance(name, str) or not slugify(name) or len(name) > LONGEST_NAME or "\0" in name:
            raise Invalid(
                "no_name",
                _("Place number %(number)s has no name under “%(property)s”. It has: %(there)s."),
                field="name_property",
                number=feature.number,
                property=name_property,
                there=", ".join(map(str, feature.properties))[:400] or "–",
            )
        if name.strip().casefold() in {one.casefold() for one in named}:
            raise wrong("twice", _("“%(name)s” is in the file twice."), name=name)
        named[name.strip()] = feature
    return named


def _residents_of(feature: Feature, residents_property: str) -> int | None:
    if not residents_property:
        return None
    number: Any = feature.properties.get(residents_property)
    if type(number) is not int or not 0 <= number <= MOST_RESIDENTS:
        raise Invalid(
            "no_residents",
            _("Place number %(number)s has no whole number of residents under “%(property)s”."),
            field="residents_property",
            number=feature.number,
            property=residents_property,
        )
    return number


def _new_place(name: str) -> Neighbourhood:
    slug = slugify(name)
    if Neighbourhood.objects.filter(slug=slug).exists():
        raise wrong("twice", _("“%(name)s” is too like the name of another neighbourhood."), name=name)
    return Neighbourhood(name=name, slug=slug)


def set_residents(
    *, neighbourhood: Neighbourhood, residents: int | None, zone: str, by: User, now: dt.datetime
) -> None:
    """Say how many live in a neighbourhood (None: not known) and in which zone of the city it lies. By an officer."""
    require(can_keep_places(by))
    problems: list[Refused] = []
    if residents is not None and not 0 < residents <= MOST_RESIDENTS:
        problems.append(Invalid("residents_wrong", _("A number between 1 and 2 million."), field="residents"))
    if len(zone) > 40 or "\0" in zone:  # noqa: PLR2004 - the column's length
        problems.append(Invalid("too_long", _("At most 40 characters."), field="zone"))
    raise_all(problems)
    neighbourhood.residents, neighbourhood.zone = residents, zone.strip()
    neighbourhood.save(update_fields=["residents", "zone"])
