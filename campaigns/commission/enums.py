from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from campaigns.calls.enums import ApplicationStatus

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class TieBreaker(TextChoices):
    """What decides between two applications with the same score; on a criterion it is written `criterion:2`."""

    CRITERION = "criterion", _("more points on a criterion")
    LOWER_COST = "lower_cost", _("lower cost")
    EARLIER = "earlier", _("submitted earlier")
    LOTS = "lots", _("drawing of lots")


class EvaluatorRole(TextChoices):
    """What a person does in a commission."""

    CHAIR = "chair", _("Chair")
    MEMBER = "member", _("Evaluator")


class SheetStatus(TextChoices):
    """The life of an evaluator's sheet on one application; it begins with the declaration."""

    OPEN = "open", _("Being written")
    CLOSED = "closed", _("Closed")
    CONFLICT = "conflict", _("Conflict of interest")


SHEET_TRANSITIONS: Transitions = {
    SheetStatus.OPEN: frozenset({SheetStatus.CLOSED, SheetStatus.CONFLICT}),
    SheetStatus.CLOSED: frozenset({SheetStatus.OPEN}),
    SheetStatus.CONFLICT: frozenset(),
}


class ListStatus(TextChoices):
    """The life of a version of the published list."""

    PROPOSED = "proposed", _("Waiting for a second person")
    PUBLISHED = "published", _("Published")
    RETURNED = "returned", _("Sent back")
    REPLACED = "replaced", _("Replaced by a later version")


LIST_TRANSITIONS: Transitions = {
    ListStatus.PROPOSED: frozenset({ListStatus.PUBLISHED, ListStatus.RETURNED}),
    ListStatus.PUBLISHED: frozenset({ListStatus.REPLACED}),
    ListStatus.RETURNED: frozenset(),
    ListStatus.REPLACED: frozenset(),
}
PUBLIC_LISTS = frozenset({ListStatus.PUBLISHED, ListStatus.REPLACED})


class Outcome(TextChoices):
    """What a list says of an application."""

    RANKED = "ranked", _("Ranked: the pot decides at publication")
    ADMITTED = "admitted", _("Admitted")
    NOT_FUNDED = "not_funded", _("Eligible, not funded")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    EXCLUDED = "excluded", _("Excluded")


class AppealStatus(TextChoices):
    """The life of an appeal note."""

    FILED = "filed", _("Waiting for an answer")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")


APPEAL_TRANSITIONS: Transitions = {
    AppealStatus.FILED: frozenset({AppealStatus.UPHELD, AppealStatus.DISMISSED}),
    AppealStatus.UPHELD: frozenset(),
    AppealStatus.DISMISSED: frozenset(),
}


class OfferStatus(TextChoices):
    """The life of an offer of released money."""

    OPEN = "open", _("Waiting for the team")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Turned down")
    LAPSED = "lapsed", _("Not answered in time")


OFFER_TRANSITIONS: Transitions = {
    OfferStatus.OPEN: frozenset({OfferStatus.ACCEPTED, OfferStatus.DECLINED, OfferStatus.LAPSED}),
    OfferStatus.ACCEPTED: frozenset(),
    OfferStatus.DECLINED: frozenset(),
    OfferStatus.LAPSED: frozenset(),
}

EVALUATED = frozenset(
    {
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.ADMITTED,
        ApplicationStatus.ELIGIBLE_NOT_FUNDED,
        ApplicationStatus.REJECTED,
    }
)
"""Applications that a commission reads: those in, whatever a list has said of them since."""
