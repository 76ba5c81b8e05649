"""What a campaign still lacks before an officer may read it: every problem at once, in the reader's language."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.enums import BudgetKind
from campaigns.models import Campaign
from crowdfund.kit.money import format_euro

if TYPE_CHECKING:
    from collections.abc import Sequence

STORY_SHORTEST: Final = 100
WHOLE_PERCENT: Final = 100
# A card gift of about € 75 (the mean of the 2020–21 edition) costs 1.5 % and € 0.25 with a European card
FEE_PER_MILLE: Final = 15
FEE_PER_GIFT_CENTS: Final = 25
MEAN_GIFT_CENTS: Final = 7_500


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing that is missing or wrong: a stable code, a sentence, the field, and the page where it is put right."""

    code: str
    sentence: str
    field: str
    page: str


def euro(cents: int) -> str:
    """Write whole cents as euro in the reader's language."""
    return format_euro(cents, get_language() or "it")


def fees_estimate_cents(goal_cents: int) -> int:
    """Estimate what charging `goal_cents` by card costs, in whole cents, rounded up to a whole euro."""
    gifts = -(-goal_cents // MEAN_GIFT_CENTS)
    exact = -(-goal_cents * FEE_PER_MILLE // 1000) + gifts * FEE_PER_GIFT_CENTS
    return -(-exact // 100) * 100


def budget_problems(
    lines: Sequence[tuple[str, int]], *, cost_cents: int, fees_borne: bool, goal_cents: int
) -> list[Problem]:
    """Judge a budget, given as pairs of kind and whole cents: it sums to the cost and shows the fees."""
    if not lines:
        return [
            Problem(
                "budget_empty", _("Say what the money buys: the budget is empty."), "lines", "campaign_budget"
            )
        ]
    found = []
    total = sum(cents for _kind, cents in lines)
    if total != cost_cents:
        sentence = _("The budget adds up to %(total)s, but the project costs %(cost)s: %(gap)s %(side)s.") % {
            "total": euro(total),
            "cost": euro(cost_cents),
            "gap": euro(abs(cost_cents - total)),
            "side": _("too little") if total < cost_cents else _("too much"),
        }
        found.append(Problem("budget_does_not_sum", sentence, "lines", "campaign_budget"))
    if fees_borne and not any(kind == BudgetKind.FEES for kind, _cents in lines):
        sentence = _("Add a line for the payment fees, which this campaign bears: about %(estimate)s.") % {
            "estimate": euro(fees_estimate_cents(goal_cents))
        }
        found.append(Problem("budget_lacks_fees", sentence, "lines", "campaign_budget"))
    return found


def is_matched(campaign: Campaign) -> bool:
    """Say whether the campaign was admitted to a call: then its cost and goal are the call's."""
    return Campaign.objects.filter(pk=campaign.pk, application__status="admitted").exists()


def _project_problems(campaign: Campaign) -> list[Problem]:
    project, found = campaign.project, []
    if not project.picture:
        found.append(Problem("picture_missing", _("The project has no picture."), "picture", "project_edit"))
    if not project.picture_alt.strip():
        found.append(
            Problem(
                "picture_alt_missing",
                _("Say what the picture shows, for those who can't see it."),
                "picture_alt",
                "project_edit",
            )
        )
    if len(project.story.strip()) < STORY_SHORTEST:
        sentence = _("The story is too short: write at least %(least)s characters.") % {
            "least": STORY_SHORTEST
        }
        found.append(Problem("story_too_short", sentence, "story", "project_edit"))
    return found


def _milestone_problems(campaign: Campaign) -> list[Problem]:
    shares = list(campaign.milestones.values_list("share_percent", flat=True))
    if not shares and is_matched(campaign):
        return [
            Problem(
                "milestones_missing",
                _("Add at least one milestone: the city pays its part step by step."),
                "milestones",
                "campaign_milestones",
            )
        ]
    if shares and sum(shares) != WHOLE_PERCENT:
        sentence = _("The milestones share out %(sum)s %% of the match instead of 100 %%.") % {
            "sum": sum(shares)
        }
        return [Problem("milestones_do_not_sum", sentence, "milestones", "campaign_milestones")]
    return []


def problems_before_review(campaign: Campaign) -> list[Problem]:
    """Return everything the campaign lacks; empty when it may be submitted."""
    lines = list(campaign.budget_lines.values_list("kind", "amount_cents"))
    return [
        *_project_problems(campaign),
        *budget_problems(
            lines,
            cost_cents=campaign.cost_cents,
            fees_borne=campaign.fees_borne_by_campaign,
            goal_cents=campaign.goal_cents,
        ),
        *_milestone_problems(campaign),
    ]
