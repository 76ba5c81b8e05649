"""What a campaign's team and the officers are told of a dispute. Its backer knows, and hears nothing from us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from payments.services.circulars import officers, team_of, write_to_people

if TYPE_CHECKING:
    import datetime as dt

    from payments.models import Dispute

SEE_DISPUTE = gettext_noop("See the dispute")


def tell_disputed(*, dispute: Dispute, now: dt.datetime) -> None:
    """Say that a charge is disputed, for how much and until when an answer counts."""
    _tell(dispute, "dispute_opened", now)


def tell_dispute_ended(*, dispute: Dispute, now: dt.datetime) -> None:
    """Say how a dispute ended."""
    _tell(dispute, "dispute_ended", now)


def _tell(dispute: Dispute, event: str, now: dt.datetime) -> None:
    campaign = dispute.pledge.campaign
    for people, page in ((team_of(campaign), "team_dispute"), (officers(), "dispute")):
        write_to_people(
            people,
            event,
            page=page,
            args=[dispute.pk],
            label=SEE_DISPUTE,
            once=f"{dispute.pk}:{dispute.status}",
            now=now,
            campaign=campaign.project.title,
            amount_cents=dispute.amount_cents,
            status=dispute.status,
            answer_by=dispute.answer_by,
        )
