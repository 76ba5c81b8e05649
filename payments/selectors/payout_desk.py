"""What payouts and changes of payee put on the desks, and the story of a tranche."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.permissions import has_role
from campaigns.enums import CampaignStatus
from crowdfund.kit.desk import Task
from payments.enums import (
    PAYEE_CHANGE_OPEN,
    DisbursementStatus,
    PayeeChangeStatus,
    PayeeKind,
    PayoutStatus,
    PledgeStatus,
)
from payments.models import Payout, PayoutIban, Pledge
from payments.permissions import can_decide_payee_change, can_propose_payee_change, can_retry_payout
from payments.selectors.payees import payee_changes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet, TextChoices

    from accounts.models import User
    from payments.models import Disbursement


def officer_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield failed payouts to decide on, those that wait, and changes of payee to check back or approve."""
    if has_role(user, Role.OFFICER):
        yield from _stopped_payouts(user)
    for change in payee_changes().filter(
        status__in=[PayeeChangeStatus.REQUESTED, PayeeChangeStatus.PROPOSED]
    ):
        if change.status == PayeeChangeStatus.REQUESTED:
            action = _("Check back a change of payee") if can_propose_payee_change(user, change) else ""
        else:
            action = _("Approve a change of payee") if can_decide_payee_change(user, change) else ""
        if action:
            yield Task(action, change.organisation.name, reverse("payee_change", args=[change.pk]))


def _stopped_payouts(user: User) -> Iterator[Task]:
    words = {
        PayoutStatus.FAILED: _("Try a failed payout again, or give it up"),
        PayoutStatus.WAITING: _("See why a payout waits"),
    }
    stopped = Payout.objects.filter(status__in=words).select_related("disbursement__campaign__project")
    for payout in stopped.order_by("created_at", "pk"):
        if can_retry_payout(user, payout):
            yield Task(
                words[PayoutStatus(payout.status)],
                payout.disbursement.campaign.project.title,
                reverse("disbursement", args=[payout.disbursement_id]),
            )


def team_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Ask owners whose campaign has money by transfer or in cash for the IBAN it goes to."""
    owned = [pk for pk, role in user.team_roles.items() if role == "owner"]
    if not owned:
        return
    there = set(PayoutIban.objects.filter(organisation__in=owned).values_list("organisation", flat=True))
    asked = set(
        payee_changes()
        .filter(organisation__in=owned, kind=PayeeKind.IBAN, status__in=PAYEE_CHANGE_OPEN)
        .values_list("organisation", flat=True)
    )
    needing = (
        Pledge.objects.filter(
            campaign__project__organisation__in=set(owned) - there - asked,
            campaign__status__in=[CampaignStatus.COLLECTING, CampaignStatus.FUNDED],
            channel__in=["bank", "cash"],
            status=PledgeStatus.COLLECTED,
        )
        .order_by("campaign")
        .values_list("campaign__project__organisation__slug", "campaign__project__organisation__name")
    )
    for slug, name in dict.fromkeys(needing):
        yield Task(_("Give the IBAN for payouts"), name, reverse("payee_iban", args=[slug]))


@dataclasses.dataclass(frozen=True)
class Moment:
    """Something that happened to a tranche: when, what, by whom (empty: by the system), why (a code or words)."""

    at: dt.datetime
    what: str
    by: str
    why: str


def in_words(events: QuerySet[Any], statuses: type[TextChoices]) -> list[Moment]:
    """Tell the changes of one row, oldest first, each status in words."""
    return [
        Moment(event.at, str(statuses(event.to_status).label), str(event.by or ""), event.why)
        for event in events.select_related("by")
    ]


def story_of(disbursement: Disbursement) -> list[Moment]:
    """Tell what happened to a tranche and its payout, oldest first."""
    told = [
        (event.at, 0, event.pk, str(DisbursementStatus(event.to_status).label), event)
        for event in disbursement.events.select_related("by")
    ]
    payout = getattr(disbursement, "payout", None)
    if payout is not None:
        told += [
            (
                event.at,
                1,
                event.pk,
                _("Payout: %(state)s") % {"state": PayoutStatus(event.to_status).label},
                event,
            )
            for event in payout.events.select_related("by")
        ]
    return [
        Moment(at, what, str(event.by or ""), event.why)
        for at, _kind, _pk, what, event in sorted(told, key=lambda row: row[:3])
    ]
