from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class RuleKind(TextChoices):
    """How the municipality adds to what the crowd gives."""

    THRESHOLD_SHARE = "threshold_share", _("A share of the cost once the crowd has reached a threshold")
    PER_PLEDGE = "per_pledge", _("So much for each euro pledged")
    LUMP_SUM = "lump_sum", _("A sum when enough people have pledged")
    QUADRATIC = "quadratic", _("Quadratic: many small gifts count more")


class Shortfall(TextChoices):
    """What happens when collected money falls below the threshold."""

    PROCEED = "proceed", _("The campaign goes on with what was collected and the match shrinks with it")
    REFUND = "refund", _("Everyone is refunded")


class CallStatus(TextChoices):
    """The life of a call."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")


CALL_TRANSITIONS: Transitions = {
    CallStatus.DRAFT: frozenset({CallStatus.PUBLISHED}),
    CallStatus.PUBLISHED: frozenset({CallStatus.CLOSED}),
    CallStatus.CLOSED: frozenset(),
}


class ApplicationStatus(TextChoices):
    """The life of an application."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    ADMITTED = "admitted", _("Admitted")
    ELIGIBLE_NOT_FUNDED = "eligible_not_funded", _("Eligible, not funded")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


APPLICATION_TRANSITIONS: Transitions = {
    ApplicationStatus.DRAFT: frozenset({ApplicationStatus.SUBMITTED, ApplicationStatus.WITHDRAWN}),
    ApplicationStatus.SUBMITTED: frozenset(
        {
            ApplicationStatus.ADMITTED,
            ApplicationStatus.ELIGIBLE_NOT_FUNDED,
            ApplicationStatus.REJECTED,
            ApplicationStatus.WITHDRAWN,
        }
    ),
    ApplicationStatus.ELIGIBLE_NOT_FUNDED: frozenset({ApplicationStatus.ADMITTED}),
    ApplicationStatus.ADMITTED: frozenset({ApplicationStatus.WITHDRAWN}),
    ApplicationStatus.REJECTED: frozenset(),
    ApplicationStatus.WITHDRAWN: frozenset(),
}
