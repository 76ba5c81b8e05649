from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class NeedStatus(TextChoices):
    """Where a need stands."""

    WAITING = "waiting", _("Waiting to be read")
    PUBLISHED = "published", _("Published")
    HIDDEN = "hidden", _("Hidden")
    MERGED = "merged", _("Merged into another")


NEED_TRANSITIONS: Transitions = {
    NeedStatus.WAITING: frozenset({NeedStatus.PUBLISHED, NeedStatus.HIDDEN, NeedStatus.MERGED}),
    NeedStatus.PUBLISHED: frozenset({NeedStatus.HIDDEN, NeedStatus.MERGED}),
    NeedStatus.HIDDEN: frozenset({NeedStatus.PUBLISHED}),
    NeedStatus.MERGED: frozenset(),
}


class NeedSource(TextChoices):
    """How a need came to light."""

    ONLINE = "online", _("Reported online")
    MEETING = "meeting", _("Collected at a meeting")


class NeedKind(TextChoices):
    """Whether who misses it says so, or it is seen by who works in the neighbourhood."""

    EXPLICIT = "explicit", _("Said by who misses it")
    LATENT = "latent", _("Seen, though nobody says it")


class ResourceKind(TextChoices):
    """What a neighbourhood already has."""

    PEOPLE = "people", _("People")
    SKILLS = "skills", _("Skills")
    PLACES = "places", _("Places")
    THINGS = "things", _("Things")


class ResourceStatus(TextChoices):
    """Where a resource stands."""

    WAITING = "waiting", _("Waiting to be read")
    PUBLISHED = "published", _("Published")
    HIDDEN = "hidden", _("Hidden")


RESOURCE_TRANSITIONS: Transitions = {
    ResourceStatus.WAITING: frozenset({ResourceStatus.PUBLISHED, ResourceStatus.HIDDEN}),
    ResourceStatus.PUBLISHED: frozenset({ResourceStatus.HIDDEN}),
    ResourceStatus.HIDDEN: frozenset({ResourceStatus.PUBLISHED}),
}


class ProposalStatus(TextChoices):
    """Where a proposal stands."""

    OPEN = "open", _("Being written")
    ADOPTED = "adopted", _("Became a project")
    DROPPED = "dropped", _("Dropped")


PROPOSAL_TRANSITIONS: Transitions = {
    ProposalStatus.OPEN: frozenset({ProposalStatus.ADOPTED, ProposalStatus.DROPPED}),
    ProposalStatus.ADOPTED: frozenset(),
    ProposalStatus.DROPPED: frozenset(),
}
