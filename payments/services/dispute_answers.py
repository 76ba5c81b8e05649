"""Answering a dispute: the team and officers write, an officer submits once. Row first, call second."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Invalid
from crowdfund.kit.states import advance, record_birth
from payments.enums import OPEN_DISPUTES, SEND_TRANSITIONS, AnswerKind, SendStatus
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.disputes import SeenDispute, accept_dispute, read_dispute, submit_evidence
from payments.locks import lock_dispute
from payments.models import DisputeAnswer
from payments.permissions import can_answer_dispute, can_write_evidence
from payments.selectors.disputes import facts_of
from payments.services.dispute_files import give_to_stripe
from payments.services.dispute_open import check_open
from payments.services.disputes import STATUSES, apply_dispute
from payments.services.sent import needs_new_key

if TYPE_CHECKING:
    from accounts.models import User
    from payments.models import Dispute

log = logging.getLogger(__name__)
LONGEST = 5000
LOOK_SOON = dt.timedelta(minutes=1)


def write_draft(*, dispute: Dispute, text: str, by: User, now: dt.datetime) -> None:
    """Keep what the bank should know, until an officer submits it. For the team and officers, while there is time."""
    require(can_write_evidence(by, dispute))
    words = _clean(text)
    with transaction.atomic():
        locked = lock_dispute(dispute.pk)
        check_open(locked, now)
        locked.draft, locked.draft_by, locked.draft_at = words, by, now
        locked.save(update_fields=["draft", "draft_by", "draft_at"])


def _clean(text: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid("missing", _("Write what the bank should know."), field="text")
    if len(words) > LONGEST:
        raise Invalid("too_long", _("Write at most 5,000 letters."), field="text")
    return words


def answer_with_evidence(*, dispute: Dispute, text: str, by: User, now: dt.datetime) -> DisputeAnswer:
    """Submit evidence: the officer's text, the files and the facts of our rows. Once: nothing is added afterwards."""
    require(can_answer_dispute(by, dispute))
    return write_answer(dispute, AnswerKind.EVIDENCE, _clean(text), by, now)


def write_answer(dispute: Dispute, kind: AnswerKind, text: str, by: User, now: dt.datetime) -> DisputeAnswer:
    """Write the one answer to a dispute down; a worker sends it. Raises `Refused` when it can't be answered now."""
    with transaction.atomic():
        locked = lock_dispute(dispute.pk)
        check_open(locked, now)
        refused = DisputeAnswer.objects.filter(dispute=locked).first()
        content = {
            "kind": kind,
            "text": text,
            "facts": facts_of(dispute) if kind == AnswerKind.EVIDENCE else {},
            "by": by,
            "written_at": now,
            "due_at": now,
        }
        answer = _write_anew(refused, content, now) if refused else _write_first(locked, content, now)
        jobs.wake("disputes.answer")
    return answer


def _write_first(dispute: Dispute, content: dict[str, Any], now: dt.datetime) -> DisputeAnswer:
    key = f"dispute:{dispute.pk}:answer"
    answer = DisputeAnswer.objects.create(dispute=dispute, idempotency_key=key, **content)
    record_birth(answer, now=now, by=content["by"])
    return answer


def _write_anew(answer: DisputeAnswer, content: dict[str, Any], now: dt.datetime) -> DisputeAnswer:
    """Replace an answer that Stripe refused; under a new key, because it replays a refusal to the old one."""
    actor = content["by"]
    key = f"dispute:{answer.dispute_id}:answer:{answer.fence}"
    fields = content | {"idempotency_key": key}
    del fields["by"]
    advance(answer, SendStatus.CREATED, table=SEND_TRANSITIONS, now=now, by=actor, **fields)
    DisputeAnswer.objects.filter(pk=answer.pk).update(by=actor)
    return answer


def send_answers() -> int:
    """Send the answers that are due (the drain `disputes.answer`); return how many were worked on."""
    now = clock.now()
    rows = jobs.claim(DisputeAnswer, Q(status__in=[SendStatus.CREATED, SendStatus.UNKNOWN]), now=now)
    return jobs.each(rows, partial(_send, now=now))


def _send(answer: DisputeAnswer, now: dt.datetime) -> None:
    try:
        seen = _seen_before(answer) if answer.status == SendStatus.UNKNOWN else None
        if seen is None and not _mark_sent(answer, now):
            return
        seen = seen or _call(answer)
    except GatewayRefused as refused:
        _move(
            answer,
            SendStatus.FAILED,
            now,
            why=refused.code[:200],
            error=refused.code[:200],
            due_at=None,
            leased_until=None,
        )
    except GatewayError as error:
        log.warning("answer to a dispute, outcome unknown: %s", error, extra={"answer": answer.pk})
        DisputeAnswer.objects.filter(pk=answer.pk, fence=answer.fence).update(
            due_at=now + LOOK_SOON, leased_until=None
        )
    else:
        if _move(answer, SendStatus.DONE, now, error="", due_at=None, leased_until=None):
            apply_dispute(seen=seen, now=now)


def _mark_sent(answer: DisputeAnswer, now: dt.datetime) -> bool:
    again = answer.status == SendStatus.UNKNOWN
    if not _move(answer, SendStatus.UNKNOWN, now):
        return False
    if again and needs_new_key(answer, now=now):
        answer.idempotency_key = f"dispute:{answer.dispute_id}:answer:{answer.fence}"
        answer.save(update_fields=["idempotency_key"])
    return True


def _seen_before(answer: DisputeAnswer) -> SeenDispute | None:
    """Look the dispute up: it was answered when evidence was counted, or when it is over."""
    seen = read_dispute(answer.dispute.stripe_id)
    over = STATUSES.get(seen.status) not in OPEN_DISPUTES
    return seen if over or (answer.kind == AnswerKind.EVIDENCE and seen.submitted) else None


def _call(answer: DisputeAnswer) -> SeenDispute:
    dispute_id, key = answer.dispute.stripe_id, answer.idempotency_key
    if answer.kind == AnswerKind.ACCEPT:
        return accept_dispute(dispute_id, key=key)
    evidence = {**answer.facts, "uncategorized_text": answer.text, **give_to_stripe(answer.dispute)}
    return submit_evidence(dispute_id, evidence=evidence, key=key)


def _move(answer: DisputeAnswer, to: SendStatus, now: dt.datetime, **changes: Any) -> bool:
    """Advance an answer that is still this worker's; False when it is not. Moving where it stands changes nothing."""
    with transaction.atomic():
        if not jobs.still_mine(answer):
            return False
        if answer.status != to:
            advance(answer, to, table=SEND_TRANSITIONS, now=now, **changes)
    return True
