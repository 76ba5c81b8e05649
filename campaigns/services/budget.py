"""What the money buys: a campaign's budget, set as a whole."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.locks import lock_campaign
from campaigns.models import BudgetLine
from campaigns.permissions import can_edit_campaign
from campaigns.selectors.readiness import budget_problems
from campaigns.services.campaigns import require_draft
from campaigns.services.cleaning import clean, positive_cents
from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from accounts.models import User
    from campaigns.models import Campaign

MOST_LINES = 40


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of a budget: what kind, for what, how many whole cents."""

    kind: str
    label: str
    amount_cents: int


def begin_budget(*, campaign: Campaign, lines: Sequence[Line]) -> None:
    """Write the first budget of a campaign that was just drafted. For who drafts it, inside that transaction."""
    BudgetLine.objects.bulk_create(
        BudgetLine(
            campaign=campaign,
            kind=line.kind,
            label=line.label,
            amount_cents=line.amount_cents,
            position=position,
        )
        for position, line in enumerate(lines)
    )


def set_budget(*, campaign: Campaign, lines: Sequence[Line], by: User, now: dt.datetime) -> None:
    """Replace a draft's whole budget. It adds up to the cost and, when the campaign bears them, shows the fees.

    Raises `NotAllowed`, `Refused` (`not_a_draft`) or `Invalid`: nothing changes unless every line is good.
    """
    require(can_edit_campaign(by, campaign))
    if len(lines) > MOST_LINES:
        raise Invalid(
            "budget_too_long",
            _("A budget has at most %(most)s lines."),
            field="lines",
            most=MOST_LINES,
        )
    rows = [
        BudgetLine(
            campaign=campaign,
            kind=line.kind,
            label=line.label,
            amount_cents=line.amount_cents,
            position=position,
        )
        for position, line in enumerate(lines)
    ]
    for row in rows:
        positive_cents(row.amount_cents, field="amount_cents")
        clean(row, ["kind", "label"])
    with transaction.atomic():
        lock_campaign(campaign)
        require_draft(campaign)
        problems = budget_problems(
            [(row.kind, row.amount_cents) for row in rows],
            cost_cents=campaign.cost_cents,
            fees_borne=campaign.fees_borne_by_campaign,
            goal_cents=campaign.goal_cents,
        )
        if problems:
            first = problems[0]
            sentence = " ".join(problem.sentence for problem in problems)
            raise Invalid(first.code, sentence, field=first.field)
        campaign.budget_lines.all().delete()
        BudgetLine.objects.bulk_create(rows)
