from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    PROPOSED = "proposed", _("Waiting for a second person")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")


CALL_TRANSITIONS: Transitions = {
    CallStatus.DRAFT: frozenset({CallStatus.PROPOSED}),
    CallStatus.PROPOSED: frozenset({CallStatus.PUBLISHED, CallStatus.DRAFT}),
    CallStatus.PUBLISHED: frozenset({CallStatus.CLOSED}),
    CallStatus.CLOSED: frozenset(),
}
PUBLIC_CALLS = frozenset({CallStatus.PUBLISHED, CallStatus.CLOSED})


class Annex(TextChoices):
    """What a call may ask of an application beside its cost and its reasons."""

    BUDGET = "budget", _("The cost, line by line")
    PLAN = "plan", _("The business plan, month by month")
    LOGFRAME = "logframe", _("The logframe, with indicators")


class Step(TextChoices):
    """The steps of an application, in the order in which they are written."""

    PROJECT = "project", _("The project")
    COST = "cost", _("Cost and budget")
    MONEY = "money", _("Goal and other money")
    PLAN = "plan", _("Business plan")
    LOGFRAME = "logframe", _("Logframe")
    ACCESSIBILITY = "accessibility", _("Open to all abilities")
    DECLARATION = "declaration", _("Declaration")


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
    ApplicationStatus.ELIGIBLE_NOT_FUNDED: frozenset(
        {ApplicationStatus.ADMITTED, ApplicationStatus.WITHDRAWN}
    ),
    ApplicationStatus.ADMITTED: frozenset({ApplicationStatus.WITHDRAWN}),
    ApplicationStatus.REJECTED: frozenset(),
    ApplicationStatus.WITHDRAWN: frozenset(),
}

LIST_TRANSITIONS: Transitions = {
    **APPLICATION_TRANSITIONS,
    ApplicationStatus.ELIGIBLE_NOT_FUNDED: frozenset(
        {ApplicationStatus.ADMITTED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN}
    ),
    ApplicationStatus.REJECTED: frozenset(
        {ApplicationStatus.ADMITTED, ApplicationStatus.ELIGIBLE_NOT_FUNDED}
    ),
}
"""What a published list may do: a corrected version takes back that an application was rejected, or eligible."""


class RuleProblem(TextChoices):
    """What `formula.check_rule` and writing a rule can find wrong, each in words with its numbers to fill in."""

    NOT_AN_OBJECT = "not_an_object", _("A rule is a JSON object.")
    UNKNOWN_KIND = "unknown_kind", _("“%(value)s” is no kind of rule.")
    UNKNOWN_FIELD = "unknown_field", _("This rule has no such field.")
    MISSING = "missing", _("This number is needed.")
    NOT_WHOLE = "not_whole", _("“%(value)s” is not a whole number.")
    NOT_A_FLAG = "not_a_flag", _("This is true or false.")
    UNKNOWN_CHOICE = "unknown_choice", _("“%(value)s” is not one of the choices.")
    OUT_OF_RANGE = "out_of_range", _("This must be from %(minimum)s to %(maximum)s.")
    TOO_SMALL = "too_small", _("This must be %(minimum)s or more.")
    NEGATIVE = "negative", _("This can't be below 0.")
    NO_CONDITION = "no_condition", _("A lump sum asks for a number of backers, an amount, or both.")
    RANGE_REVERSED = "range_reversed", _("The most is below the least.")
    CAP_BELOW_MINIMUM = (
        "cap_below_minimum",
        _("The cap is below the match of the smallest cost admitted: no project could have its share."),
    )

    BELOW_CAP = "below_cap", _("This can't be below the cap of the other projects.")
    HELD_ELSEWHERE = "held_elsewhere", _("This is no part of the rule's data: it has a field of its own.")

    @classmethod
    def sentence(cls, code: str, params: Mapping[str, object]) -> str:
        """Word a problem that the formula found, with its numbers."""
        if code == cls.OUT_OF_RANGE and params.get("maximum") is None:
            code = cls.TOO_SMALL
        return str(cls(code).label) % params
