"""What a neighbourhood has: offered by residents, read, published or hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_person, require
from campaigns.codesign.enums import RESOURCE_TRANSITIONS, ResourceKind, ResourceStatus
from campaigns.codesign.models import Resource
from campaigns.codesign.permissions import can_moderate
from campaigns.codesign.services.needs import LONGEST_TEXT, LONGEST_TITLE
from campaigns.codesign.services.writing import written
from crowdfund.kit.errors import Invalid
from crowdfund.kit.states import advance, record_birth

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from accounts.places.models import Neighbourhood


def offer_resource(
    *,
    neighbourhood: Neighbourhood,
    kind: str,
    title: str,
    text: str = "",
    by: Visitor | None,
    now: dt.datetime,
) -> Resource:
    """Record what somebody, a guest or a person, offers or knows of. It waits to be read unless who reads offers it.

    Raises `Invalid` with its field.
    """
    if kind not in ResourceKind.values:
        raise Invalid("unknown_kind", _("Choose what it is from the list."), field="kind")
    with transaction.atomic():
        resource = Resource.objects.create(
            neighbourhood=neighbourhood,
            kind=kind,
            title=written(title, field="title", longest=LONGEST_TITLE),
            text=written(text, field="text", longest=LONGEST_TEXT, required=False),
            status=ResourceStatus.PUBLISHED if can_moderate(by) else ResourceStatus.WAITING,
            offered_by=by if is_person(by) else None,
            offered_at=now,
        )
        record_birth(resource, now=now, by=by)
    return resource


def publish_resource(*, resource: Resource, by: Visitor | None, now: dt.datetime) -> None:
    """Show a resource to everybody, once an animator or officer has read it."""
    require(can_moderate(by))
    advance(resource, ResourceStatus.PUBLISHED, table=RESOURCE_TRANSITIONS, now=now, by=by)


def hide_resource(*, resource: Resource, by: Visitor | None, now: dt.datetime) -> None:
    """Take a resource off the pages. Nothing is deleted."""
    require(can_moderate(by))
    advance(resource, ResourceStatus.HIDDEN, table=RESOURCE_TRANSITIONS, now=now, by=by)
