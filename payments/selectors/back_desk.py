"""What refunds, disputes, debts and the reserve need from somebody today, for the desks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from crowdfund.kit.desk import Task
from payments.enums import (
    OPEN_DISPUTES,
    Channel,
    Place,
    ProposalStatus,
    RefundStatus,
    RequestStatus,
    ReversalStatus,
    SendStatus,
)
from payments.models import (
    Dispute,
    OtherWay,
    OwnAdvance,
    ReceivableClosing,
    Refund,
    RefundDecision,
    RefundRequest,
    TransferReversal,
)
from payments.permissions import (
    can_answer_dispute,
    can_answer_request,
    can_decide_acceptance,
    can_decide_advance,
    can_decide_closing,
    can_decide_other_way,
    can_decide_refund,
    can_decide_reversal,
    can_pay_another_way,
    can_propose_advance,
    can_see_all_money,
)
from payments.selectors.disputes import acceptances
from payments.selectors.reserve import reserve

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User

PROJECT = "campaign__project"
MOST = 100


def officer_tasks(user: User, now: dt.datetime) -> list[Task]:
    """List what waits for this person: answers, decisions, what Stripe refused, a reserve that is used up."""
    if not can_see_all_money(user):
        return []
    return [
        *_answers(user),
        *_decisions(user),
        *_acceptances(user),
        *_money_decisions(user),
        *_refused(user),
        *_reserve(user),
    ]


def _answers(user: User) -> Iterator[Task]:
    requests = RefundRequest.objects.filter(status=RequestStatus.OPEN).exclude(decisions__status="proposed")
    for request in requests.select_related(f"pledge__{PROJECT}")[:MOST]:
        if can_answer_request(user, request):
            url = reverse("refund_request", args=[request.pk])
            yield Task(_("Answer a request for a refund"), request.pledge.campaign.project.title, url)
    for dispute in unanswered().select_related(f"pledge__{PROJECT}")[:MOST]:
        if can_answer_dispute(user, dispute):
            url = reverse("dispute", args=[dispute.pk])
            title = dispute.pledge.campaign.project.title
            yield Task(_("Answer a dispute"), title, url, dispute.answer_by)


def unanswered() -> QuerySet[Dispute]:
    """Return the disputes that a bank still waits for our answer to."""
    waiting = Q(answer__isnull=True) | Q(answer__status=SendStatus.FAILED)
    return Dispute.objects.filter(waiting, status__in=OPEN_DISPUTES)


def _decisions(user: User) -> Iterator[Task]:
    proposed = ProposalStatus.PROPOSED
    refunds = RefundDecision.objects.filter(status=proposed).select_related(f"pledge__{PROJECT}")
    for decision in refunds[:MOST]:
        if can_decide_refund(user, decision):
            url = reverse("refund_decision", args=[decision.pk])
            yield Task(_("Approve or reject a refund"), decision.pledge.campaign.project.title, url)
    for other in OtherWay.objects.filter(status=proposed).select_related(f"refund__pledge__{PROJECT}")[:MOST]:
        if can_decide_other_way(user, other):
            url = reverse("other_way", args=[other.pk])
            title = other.refund.pledge.campaign.project.title
            yield Task(_("Confirm a refund paid another way"), title, url)


def _acceptances(user: User) -> Iterator[Task]:
    for one in acceptances().filter(status=ProposalStatus.PROPOSED)[:MOST]:
        if can_decide_acceptance(user, one):
            title = one.dispute.pledge.campaign.project.title
            url = reverse("dispute", args=[one.dispute_id])
            yield Task(_("Decide whether a dispute is accepted"), title, url, one.dispute.answer_by)


def _money_decisions(user: User) -> Iterator[Task]:
    proposed = ProposalStatus.PROPOSED
    closings = ReceivableClosing.objects.filter(status=proposed).select_related("receivable__organisation")
    for closing in closings[:MOST]:
        if can_decide_closing(user, closing):
            url = reverse("receivable_closing", args=[closing.pk])
            yield Task(_("Confirm what became of a debt"), closing.receivable.organisation.name, url)
    for advance in OwnAdvance.objects.filter(status=proposed)[:MOST]:
        if can_decide_advance(user, advance):
            url = reverse("advance", args=[advance.pk])
            yield Task(_("Confirm money paid into the reserve"), advance.get_place_display(), url)


def _refused(user: User) -> Iterator[Task]:
    failed = Refund.objects.filter(status=RefundStatus.FAILED, channel=Channel.CARD)
    failed = failed.exclude(other_ways__status=ProposalStatus.PROPOSED)
    for refund in failed.select_related(f"pledge__{PROJECT}")[:MOST]:
        if can_pay_another_way(user, refund):
            url = reverse("refund", args=[refund.pk])
            yield Task(
                _("A refund failed: pay it back another way"), refund.pledge.campaign.project.title, url
            )
    reversals = TransferReversal.objects.filter(status=ReversalStatus.FAILED)
    for reversal in reversals.select_related(f"payout__disbursement__{PROJECT}")[:MOST]:
        if can_decide_reversal(user, reversal):
            url = reverse("reversal", args=[reversal.pk])
            title = reversal.payout.disbursement.campaign.project.title
            yield Task(_("A transfer can't be taken back: decide"), title, url)


def _reserve(user: User) -> Iterator[Task]:
    if not can_propose_advance(user):
        return
    for place in Place:
        if not reserve(place).covers:
            yield Task(
                _("The reserve is used up: refunds and payouts wait"), str(place.label), reverse("reserve")
            )


def team_tasks(user: User, now: dt.datetime) -> list[Task]:
    """Ask a team to say what the bank should know of a dispute, while nothing is written."""
    mine = unanswered().filter(pledge__campaign__project__organisation__in=list(user.team_roles), draft="")
    return [
        Task(
            _("Help answering a dispute"),
            dispute.pledge.campaign.project.title,
            reverse("team_dispute", args=[dispute.pk]),
            dispute.answer_by,
        )
        for dispute in mine.select_related(f"pledge__{PROJECT}")[:MOST]
    ]
