from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class EvidenceKind(TextChoices):
    """What shows that a milestone was reached."""

    PHOTO = "photo", _("Photo")
    DOCUMENT = "document", _("Document")


class ChangeStatus(TextChoices):
    """The life of a request to move a milestone's date."""

    REQUESTED = "requested", _("Waiting for an officer")
    AGREED = "agreed", _("Agreed")
    REFUSED = "refused", _("Refused")


CHANGE_TRANSITIONS: Transitions = {
    ChangeStatus.REQUESTED: frozenset({ChangeStatus.AGREED, ChangeStatus.REFUSED}),
    ChangeStatus.AGREED: frozenset(),
    ChangeStatus.REFUSED: frozenset(),
}


class ReportStatus(TextChoices):
    """The life of a spending report."""

    DRAFT = "draft", _("To be handed in")
    SUBMITTED = "submitted", _("Handed in")
    SENT_BACK = "sent_back", _("Sent back")
    ACCEPTED = "accepted", _("Accepted")
    DROPPED = "dropped", _("No longer due")


_R = ReportStatus
REPORT_TRANSITIONS: Transitions = {
    _R.DRAFT: frozenset({_R.SUBMITTED, _R.DROPPED}),
    _R.SUBMITTED: frozenset({_R.SENT_BACK, _R.ACCEPTED}),
    _R.SENT_BACK: frozenset({_R.SUBMITTED}),
    _R.ACCEPTED: frozenset(),
    _R.DROPPED: frozenset(),
}

# The team still has to do something
OPEN_REPORTS = frozenset({_R.DRAFT, _R.SENT_BACK})
# The team has done its part, and everybody may read it
PUBLIC_REPORTS = frozenset({_R.SUBMITTED, _R.ACCEPTED})


class Verdict(TextChoices):
    """What the officer says of an item."""

    PENDING = "pending", _("To be examined")
    ELIGIBLE = "eligible", _("Eligible")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")


class StopStatus(TextChoices):
    """The life of the declaration that a project stops midway."""

    DECLARED = "declared", _("Declared, to be confirmed")
    CONFIRMED = "confirmed", _("Stopped")
    REJECTED = "rejected", _("Goes on")


STOP_TRANSITIONS: Transitions = {
    StopStatus.DECLARED: frozenset({StopStatus.CONFIRMED, StopStatus.REJECTED}),
    StopStatus.CONFIRMED: frozenset(),
    StopStatus.REJECTED: frozenset(),
}

# While one stands, no tranche of the match and nothing of the crowd's money leaves
STANDING_STOPS = frozenset({StopStatus.DECLARED, StopStatus.CONFIRMED})
