"""A backer asks for money back; the answer, a refund decided by two people or a no with its reason, comes by email."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth
from payments.enums import REQUEST_TRANSITIONS, RequestStatus
from payments.models import RefundRequest
from payments.permissions import can_answer_request, can_manage_pledge
from payments.selectors.refunds import refundable_cents
from payments.services.letters import write_to_backer
from payments.services.refund_decisions import REFUNDABLE

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from accounts.permissions import Visitor
    from payments.models import Pledge

LONGEST = 2000


def may_ask(pledge: Pledge) -> bool:
    """Whether there is something to give back, and no request is open."""
    return (
        pledge.status in REFUNDABLE
        and refundable_cents(pledge) > 0
        and not pledge.refund_requests.filter(status=RequestStatus.OPEN).exists()
    )


def ask_refund(
    *, pledge: Pledge, text: str, by: Visitor | None, now: dt.datetime, token: str = ""
) -> RefundRequest:
    """Ask for a collected pledge's money back and say why: for its backer, logged in or by the signed link."""
    require(can_manage_pledge(by, pledge, token))
    words = _clean(text, "text")
    if pledge.status not in REFUNDABLE or not refundable_cents(pledge):
        raise Refused("not_collected", _("Nothing was collected of this pledge, or it went back already."))
    try:
        with transaction.atomic():
            request = RefundRequest.objects.create(pledge=pledge, text=words, asked_at=now)
            record_birth(request, now=now, by=by)
    except IntegrityError as error:
        raise Refused("asked_already", _("You have asked already: the answer comes by email.")) from error
    return request


def _clean(text: str, field: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid("missing", _("Say why."), field=field)
    if len(words) > LONGEST:
        raise Invalid("too_long", _("Write at most 2,000 letters."), field=field)
    return words


def refuse_request(*, request: RefundRequest, answer: str, by: User, now: dt.datetime) -> None:
    """Answer a request with a no and its reason, by email."""
    require(can_answer_request(by, request))
    words = _clean(answer, "answer")
    with transaction.atomic():
        advance(
            request,
            RequestStatus.REFUSED,
            table=REQUEST_TRANSITIONS,
            now=now,
            by=by,
            answer=words,
            answered_by=by,
            answered_at=now,
        )
        write_to_backer(request.pledge, "refund_refused", now=now, once=str(request.pk), answer=words)
