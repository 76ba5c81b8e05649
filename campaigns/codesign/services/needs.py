"""Report a need; read it, publish it or hide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_person, require
from campaigns.codesign.enums import NEED_TRANSITIONS, NeedSource, NeedStatus
from campaigns.codesign.models import Need
from campaigns.codesign.permissions import can_moderate
from campaigns.codesign.services.writing import known_theme, with_slug, written
from crowdfund.kit import pictures
from crowdfund.kit.errors import Invalid
from crowdfund.kit.states import advance, record_birth

if TYPE_CHECKING:
    import datetime as dt

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
    picture: File[bytes] | None = None,
    by: Visitor | None,
    now: dt.datetime,
) -> Need:
    """Record a need, by a guest (`by` None or anonymous) or a person.

    What an animator or officer reports is published at once; everybody else's waits to be read. Only they report from
    a meeting. A photo is drawn anew, without the place and whatever else the camera wrote into it. Raises `Invalid`
    with its field.
    """
    if source not in NeedSource.values:
        raise Invalid("unknown_source", _("Choose where the need was collected."), field="source")
    if source == NeedSource.MEETING:
        require(can_moderate(by))
    fields: dict[str, Any] = {
        "neighbourhood": neighbourhood,
        "theme": known_theme(theme),
        "title": written(title, field="title", longest=LONGEST_TITLE),
        "text": written(text, field="text", longest=LONGEST_TEXT, required=False),
        "place": written(place, field="place", longest=LONGEST_TITLE, required=False),
        "source": source,
        "status": NeedStatus.PUBLISHED if can_moderate(by) else NeedStatus.WAITING,
        "reported_by": by if is_person(by) else None,
        "reported_at": now,
    }
    if picture is not None:
        fields["picture"] = pictures.keep(pictures.redrawn(picture), pictures.NEEDS)
    try:
        return _recorded(fields, by, now)
    except BaseException:
        pictures.forget(fields.get("picture", ""))
        raise


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
