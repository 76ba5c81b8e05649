"""What a tranche of the match hangs on: an accepted milestone, its share, the report on the tranche before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.enums import MilestoneStatus
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro
from payments.enums import MATCH_CHANNELS
from payments.selectors.tranches import is_stopped, report_lacking, shares_of

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign, Milestone

LACKING = {
    "missing": _(
        "The spending report on the tranche before is missing. Say why this one is proposed all the same."
    ),
    "late": _(
        "The spending report on the tranche before is late. Say why this one is proposed all the same."
    ),
}


def check_not_stopped(campaign_id: int) -> None:
    """Refuse to let money go while a declaration that the project stops stands. Behind the campaign's lock."""
    if is_stopped(campaign_id):
        raise Refused("project_stopped", _("It was declared that this project stops: no money leaves."))


def check_tranche(
    campaign: Campaign,
    channel: str,
    milestone: Milestone | None,
    *,
    amount_cents: int,
    despite: str,
    now: dt.datetime,
) -> str:
    """Hold a tranche to its milestone; the crowd's money hangs on none. Behind the lock of the match's channel.

    Returns what the proposal's event says of a report that is lacking, empty when none is. Raises `Invalid` without an
    accepted milestone or for more than its share, `Refused` (`report_missing`, `report_late`) without a reason.
    """
    shares = shares_of(campaign) if channel in MATCH_CHANNELS else []
    if not shares:
        return ""
    if milestone is None:
        raise Invalid("milestone_needed", _("Say which milestone this tranche is for."), field="milestone")
    found = next(share for share in shares if share.milestone.pk == milestone.pk)
    if found.milestone.status != MilestoneStatus.ACCEPTED:
        raise Invalid(
            "milestone_not_accepted", _("This milestone has not been accepted yet."), field="milestone"
        )
    if amount_cents > found.left_cents:
        raise Invalid(
            "above_share",
            _("At most %(amount)s of the match still hang on this milestone."),
            field="amount_cents",
            amount=format_euro(found.left_cents, get_language() or "it"),
        )
    lacking = report_lacking(campaign, milestone, now)
    if lacking and not despite.strip():
        raise Refused(f"report_{lacking}", LACKING[lacking], field="despite")
    return f"report {lacking}: {despite.strip()}"[:200] if lacking else ""
