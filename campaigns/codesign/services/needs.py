"""Report a need; read it, publish it or hide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_person, require
from campaigns.codesign.enums import NEED_TRANSITIONS, NeedKind, NeedSource, NeedStatus
from campaigns.codesign.models import Need
from campaigns.codesign.permissions import can_moderate
from campaigns.codesign.services.writing import known_theme, with_slug, written
from crowdfund.kit import pictures
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth

if TYPE_CHECKING:
    import datetime as dt
    import uuid

    from django.core.files.base import File

    from accounts.permissions import Visitor
    from accounts.places.models import Neighbourhood

LONGEST_TITLE = 120
LONGEST_TEXT = 4000


def report_need(
    *,
    neighbourhood: Neighbourhood,
    theme: str,
    title: str,
    text: str = "",
    place: str = "",
    source: str = NeedSource.ONLINE,
    kind: str = NeedKind.EXPLICIT,
    client_key: uuid.UUID | None = None,
    picture: File[bytes] | None = None,
    by: Visitor | None,
    now: dt.datetime,
) -> Need:
    """Record a need, by a guest (`by` None or anonymous) or a person.

    What an animator or officer reports is published at once; everybody else's waits to be read. Only they report from
    a meeting. A photo is drawn anew, without the place and whatever else the camera wrote into it. Raises `Invalid`
    with its field.

    `client_key` is made by who sends it: the same need sent again with the same key is recorded once, and the first
    record is returned. Only who reads needs reports one that is latent: seen, though nobody says it.
    """
    if source not in NeedSource.values:
        raise Invalid("unknown_source", _("Choose where the need was collected."), field="source")
    if kind not in NeedKind.values:
        raise Invalid("unknown_kind", _("Choose whether somebody says it."), field="kind")
    if source == NeedSource.MEETING or kind == NeedKind.LATENT:
        require(can_moderate(by))
    fields: dict[str, Any] = {
        "neighbourhood": neighbourhood,
        "theme": known_theme(theme),
        "title": written(title, field="title", longest=LONGEST_TITLE),
        "text": written(text, field="text", longest=LONGEST_TEXT, required=False),
        "place": written(place, field="place", longest=LONGEST_TITLE, required=False),
        "source": source,
        "kind": kind,
        "client_key": client_key,
        "status": NeedStatus.PUBLISHED if can_moderate(by) else NeedStatus.WAITING,
        "reported_by": by if is_person(by) else None,
        "reported_at": now,
    }
    there = _recorded_before(client_key, by)
    if there is not None:
        return there
    if picture is not None:
        fields["picture"] = pictures.keep(pictures.redrawn(picture), pictures.NEEDS)
    try:
        return _recorded(fields, by, now)
    except BaseException as error:
        pictures.forget(fields.get("picture", ""))
        there = _recorded_before(client_key, by) if isinstance(error, IntegrityError) else None
        if there is None:
            raise
        return there


def _recorded_before(client_key: uuid.UUID | None, by: Visitor | None) -> Need | None:
    """Return what the same reporter sent with this key before. Raises `Refused` for another's key."""
    there = Need.objects.defer("search").filter(client_key=client_key).first() if client_key else None
    if there is not None and there.reported_by_id != (by.pk if is_person(by) else None):
        raise Refused("key_taken", _("Something went wrong while sending. Reload the page and try again."))
    return there


def _recorded(fields: dict[str, Any], by: Visitor | None, now: dt.datetime) -> Need:
    with transaction.atomic():
        need = with_slug(
            Need, fields["title"], spare="need", make=lambda slug: Need.objects.create(slug=slug, **fields)
        )
        record_birth(need, now=now, by=by)
    return need


def publish_need(*, need: Need, by: Visitor | None, now: dt.datetime) -> None:
    """Show a need to everybody, once an animator or officer has read it."""
    require(can_moderate(by))
    advance(need, NeedStatus.PUBLISHED, table=NEED_TRANSITIONS, now=now, by=by)


def hide_need(*, need: Need, why: str, by: Visitor | None, now: dt.datetime) -> None:
    """Take a need off the pages; the reason stays with the event. Nothing is deleted."""
    require(can_moderate(by))
    reason = written(why, field="why", longest=200)
    advance(need, NeedStatus.HIDDEN, table=NEED_TRANSITIONS, now=now, by=by, why=reason)
