"""Rows of the table of permissions: who may do what with refunds, disputes, debts and the platform's own money."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from payments.enums import ReversalStatus
from payments.models import Dispute, Payout, PayoutAccount, Refund, TransferReversal
from payments.services import (
    advances,
    dispute_acceptance,
    dispute_answers,
    dispute_files,
    other_ways,
    receivables,
    refund_decisions,
    refund_requests,
    reversals,
)
from payments.services.bring_back import owe
from payments.services.disburse import propose_disbursement
from payments.services.disputes import apply_dispute
from tests.payments.back import as_collected, decided, propose
from tests.payments.test_disputes import seen_of
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from payments.models import Pledge

    Stage = Any


def given(stage: Stage) -> Pledge:
    """A collected pledge of the stranger's."""
    return as_collected(stage.live(status="funded"), backer=stage.people["stranger"])


def decision(stage: Stage) -> Any:
    return propose(given(stage), 4_000, by=stage.officer)


def request(stage: Stage) -> Any:
    pledge = given(stage)
    return refund_requests.ask_refund(pledge=pledge, text="t", by=stage.people["stranger"], now=NOW)


def failed(stage: Stage) -> Refund:
    refund = decided(given(stage), 1_000)
    Refund.objects.filter(pk=refund.pk).update(status="failed")
    return Refund.objects.get(pk=refund.pk)


def other_way(stage: Stage) -> Any:
    return other_ways.propose_other_way(
        refund=failed(stage), proof="1", paid_on=NOW.date(), reason="r", by=stage.officer, now=NOW
    )


def reversal(stage: Stage) -> TransferReversal:
    refund = failed(stage)
    campaign = refund.pledge.campaign
    PayoutAccount.objects.create(
        organisation=stage.org, stripe_account_id="acct_1", transfers_active=True, checked_at=NOW
    )
    disbursement = propose_disbursement(
        campaign=campaign, channel="card", amount_cents=100, reason="r", by=stage.officer, now=NOW
    )
    payout = Payout.objects.create(
        disbursement=disbursement, kind="connect_transfer", amount_cents=100, created_at=NOW,
        idempotency_key="p", transfer_id="tr_1",
    )  # fmt: skip
    return TransferReversal.objects.create(
        payout=payout, refund=refund, transfer_id="tr_1", amount_cents=100, status=ReversalStatus.FAILED,
        idempotency_key="r", created_at=NOW,
    )  # fmt: skip


def dispute(stage: Stage) -> Dispute:
    apply_dispute(seen=seen_of(given(stage), answer_by=NOW + dt.timedelta(days=7)), now=NOW)
    return Dispute.objects.get()


def acceptance(stage: Stage) -> Any:
    return dispute_acceptance.propose_acceptance(
        dispute=dispute(stage), reason="r", by=stage.officer, now=NOW
    )


def dispute_file(stage: Stage) -> Any:
    return dispute_files.add_file(
        dispute=dispute(stage), kind="receipt", upload=ContentFile(b"%PDF-1.4\n%%EOF", name="r.pdf"),
        by=stage.officer, now=NOW,
    )  # fmt: skip


def debt(stage: Stage) -> Any:
    return owe(need=failed(stage), cents=500, why="r", reference="t", now=NOW)


def closing(stage: Stage) -> Any:
    return receivables.propose_closing(
        receivable=debt(stage), kind="write_off", amount_cents=500, reason="r", by=stage.officer, now=NOW
    )


def advance(stage: Stage) -> Any:
    return advances.propose_advance(
        place="bank", amount_cents=100, proof="CRO", reason="r", by=stage.officer, now=NOW
    )


OFFICER, APPROVER = {"officer"}, {"approver"}
Row = tuple["Callable[[Stage], Any]", "Callable[[Any, User], Any]", set[str]]
ROWS: dict[str, Row] = {
    "propose_refund": (given, lambda p, by: propose(p, 1, by=by), OFFICER),
    "approve_refund": (
        decision,
        lambda d, by: refund_decisions.approve_refund(decision=d, by=by, now=NOW),
        APPROVER,
    ),
    "reject_refund": (
        decision,
        lambda d, by: refund_decisions.reject_refund(decision=d, why="r", by=by, now=NOW),
        APPROVER,
    ),
    "ask_refund": (
        given,
        lambda p, by: refund_requests.ask_refund(pledge=p, text="t", by=by, now=NOW),
        {"stranger"},  # whose pledge it is
    ),
    "refuse_request": (
        request,
        lambda r, by: refund_requests.refuse_request(request=r, answer="a", by=by, now=NOW),
        OFFICER,
    ),
    "propose_other_way": (
        failed,
        lambda r, by: other_ways.propose_other_way(
            refund=r, proof="1", paid_on=NOW.date(), reason="r", by=by, now=NOW
        ),
        OFFICER,
    ),
    "approve_other_way": (
        other_way,
        lambda o, by: other_ways.approve_other_way(other=o, by=by, now=NOW),
        APPROVER,
    ),
    "reject_other_way": (
        other_way,
        lambda o, by: other_ways.reject_other_way(other=o, why="r", by=by, now=NOW),
        APPROVER,
    ),
    "try_again": (reversal, lambda r, by: reversals.try_again(reversal=r, by=by, now=NOW), OFFICER),
    "confirm_impossible": (
        reversal,
        lambda r, by: reversals.confirm_impossible(reversal=r, by=by, now=NOW),
        OFFICER,
    ),
    "write_draft": (
        dispute,
        lambda d, by: dispute_answers.write_draft(dispute=d, text="t", by=by, now=NOW),
        OFFICER | {"owner", "editor", "accountant"},
    ),
    "answer_with_evidence": (
        dispute,
        lambda d, by: dispute_answers.answer_with_evidence(dispute=d, text="t", by=by, now=NOW),
        OFFICER,
    ),
    "add_dispute_file": (
        dispute,
        lambda d, by: dispute_files.add_file(
            dispute=d, kind="receipt", upload=ContentFile(b"%PDF-1.4\n%%EOF", name="r.pdf"), by=by, now=NOW
        ),
        {"owner", "editor", "accountant", "officer"},
    ),
    "remove_dispute_file": (
        dispute_file,
        lambda f, by: dispute_files.remove_file(file=f, by=by, now=NOW),
        {"owner", "editor", "accountant", "officer"},
    ),
    "propose_to_accept_dispute": (
        dispute,
        lambda d, by: dispute_acceptance.propose_acceptance(dispute=d, reason="r", by=by, now=NOW),
        OFFICER,
    ),
    "reject_dispute_acceptance": (
        acceptance,
        lambda a, by: dispute_acceptance.reject_acceptance(acceptance=a, why="r", by=by, now=NOW),
        APPROVER,
    ),
    "accept_dispute": (
        acceptance,
        lambda a, by: dispute_acceptance.approve_acceptance(acceptance=a, by=by, now=NOW),
        APPROVER,
    ),
    "propose_closing": (
        debt,
        lambda r, by: receivables.propose_closing(
            receivable=r, kind="paid", amount_cents=1, reason="r", by=by, now=NOW
        ),
        OFFICER,
    ),
    "approve_closing": (
        closing,
        lambda c, by: receivables.approve_closing(closing=c, by=by, now=NOW),
        APPROVER,
    ),
    "reject_closing": (
        closing,
        lambda c, by: receivables.reject_closing(closing=c, why="r", by=by, now=NOW),
        APPROVER,
    ),
    "propose_advance": (
        lambda _stage: None,
        lambda _none, by: advances.propose_advance(
            place="bank", amount_cents=1, proof="CRO", reason="r", by=by, now=NOW
        ),
        OFFICER,
    ),
    "approve_advance": (
        advance,
        lambda a, by: advances.approve_advance(advance=a, by=by, now=NOW),
        APPROVER,
    ),
    "reject_advance": (
        advance,
        lambda a, by: advances.reject_advance(advance=a, why="r", by=by, now=NOW),
        APPROVER,
    ),
}
