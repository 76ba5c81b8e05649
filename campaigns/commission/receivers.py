"""What a commission does when calls speak."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from campaigns.calls.enums import ApplicationStatus
from campaigns.commission.enums import OfferStatus
from campaigns.commission.models import Offer
from campaigns.commission.selectors.reads import grid_of, in_line, standing_entry
from campaigns.commission.services.grids import grid_problems
from campaigns.signals import application_deciding, call_publishing
from crowdfund.kit.errors import Refused, raise_all


@receiver(call_publishing, dispatch_uid="commission.check_grid")
def on_call_publishing(*, call: Any, **_kwargs: Any) -> None:
    """Refuse a call whose grid no longer fits its dates."""
    grid = grid_of(call)
    if grid:
        grid.call = call
        raise_all(grid_problems(grid, len(grid.criteria.all())))


@receiver(application_deciding, dispatch_uid="commission.list_decides")
def on_application_deciding(*, application: Any, status: str, **_kwargs: Any) -> None:
    """Refuse a decision by hand where a list decides; afterwards only the next in line can be admitted."""
    if grid_of(application.call) is None:
        return
    entry = standing_entry(application)
    if entry is None or status != ApplicationStatus.ADMITTED:
        raise Refused(
            "commission_decides", _("A commission ranks the applications of this call: its list decides.")
        )
    first = in_line(entry.ranked_list).first()
    waiting = Offer.objects.filter(application__call=application.call_id, status=OfferStatus.OPEN)
    if first is None or first.application_id != application.pk or waiting.exists():
        raise Refused("out_of_turn", _("Released money goes down the list: this project is not the next."))
