"""Disputes: inquiries that move no money, chargebacks that do (Docs: API reference, Disputes; How disputes work)."""

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.clock import DAY
from payments.standin.errors import ApiError, Body
from payments.standin.listing import FILTERS, page
from payments.standin.objects import files, refunds
from payments.standin.objects.balance import move
from payments.standin.objects.instruments import CARD
from payments.standin.routing import Route, route
from payments.standin.shapes import EVIDENCE

LAPSE, CLOSE_RESOLVED = "lapse_dispute", refunds.RESOLVE_INQUIRIES
FEE = 2000  # cents for receiving one; never given back
ANSWER_WITHIN, INQUIRY_LIVES_FOR = 8 * DAY, 120 * DAY
LONGEST_EVIDENCE = 150_000  # characters of all fields together
_WAITING = {"needs_response", "warning_needs_response"}
_OPEN = _WAITING | {"under_review", "warning_under_review"}
#: The texts that decide a dispute in test mode (Docs: Testing, Disputes).
_SPELLS = {"winning_evidence": "won", "losing_evidence": "lost", "escalate_inquiry_evidence": "escalated"}
#: Reasons, and the codes networks give them (Docs: Dispute reason codes); codes of Visa, as the test cards are.
REASONS = {
    "credit_not_processed": "13.6",
    "duplicate": "12.6.1",
    "fraudulent": "10.4",
    "general": None,
    "product_not_received": "13.1",
    "product_unacceptable": "13.3",
    "subscription_canceled": "13.2",
    "unrecognized": "10.4",
}
_DEBIT_REASON, _INQUIRY_CODE = "customer_initiated", "10"
#: Those of debits too (Docs: API reference, The Dispute object).
ALL_REASONS = (*REASONS, _DEBIT_REASON, "bank_cannot_process", "debit_not_authorized", "insufficient_funds")


def is_inquiry(dispute: Body) -> bool:
    """Whether the bank only asks: no money has moved."""
    return str(dispute["status"]).startswith("warning_")


def open_dispute(
    call: Call,
    charge: Body,
    *,
    amount: int | None = None,
    reason: str | None = None,
    inquiry: bool = False,
) -> Body:
    """The holder disputes a charge: all that was not refunded, unless `amount` (cents) says otherwise.

    A card's dispute waits for an answer; a debit's is lost at once, and takes the whole charge even when it was
    refunded (Docs: SEPA Direct Debit, Disputes; Important considerations).
    """
    by_card = charge["payment_method_details"]["type"] == CARD
    whole = charge["amount"] - (charge["amount_refunded"] if by_card else 0)
    if whole < 1 or (inquiry and not by_card):
        raise ApiError(
            "Nothing of this charge is left to dispute" if by_card else "Only cards know inquiries"
        )
    said = reason or ("fraudulent" if by_card else _DEBIT_REASON)
    dispute = _new(call, charge, amount or whole, said, inquiry=inquiry)
    charge["disputed"] = True
    call.save(charge)
    call.save(dispute)
    call.emit("charge.dispute.created", dispute)
    call.later((INQUIRY_LIVES_FOR if inquiry else ANSWER_WITHIN) + DAY, LAPSE, dispute["id"])
    if not inquiry:
        _withdraw(call, dispute)
    return dispute if by_card else decide(call, dispute, "lost")


def _new(call: Call, charge: Body, amount: int, reason: str, *, inquiry: bool) -> Body:
    details = charge["payment_method_details"]
    code = _INQUIRY_CODE if inquiry else REASONS.get(reason)
    dispute = call.new(
        "dispute",
        "du",
        amount=amount,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        evidence_details={
            "due_by": (call.now + ANSWER_WITHIN) // DAY * DAY + DAY - 1,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        is_charge_refundable=inquiry,
        metadata={},
        network_reason_code=code,
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    private(dispute)
    if details["type"] == CARD:
        card: Body = {
            "brand": details[CARD]["brand"],
            "case_type": "inquiry" if inquiry else "chargeback",
            "network_reason_code": code,
        }
        dispute["payment_method_details"] = {CARD: card, "type": CARD}
    return dispute


def _withdraw(call: Call, dispute: Body) -> None:
    """The disputed money and the fee leave the balance."""
    dispute["is_charge_refundable"] = False
    _move(
        call,
        dispute,
        -dispute["amount"],
        f"Chargeback withdrawal for {dispute['charge']}",
        "dispute",
        fee=FEE,
    )
    call.emit("charge.dispute.funds_withdrawn", dispute)


def _move(call: Call, dispute: Body, amount: int, description: str, category: str, *, fee: int = 0) -> None:
    moved = move(
        call,
        "adjustment",
        dispute["id"],
        amount=amount,
        category=category,
        currency=dispute["currency"],
        description=description,
        fee=fee,
        fee_for="Dispute fee",
    )
    dispute["balance_transactions"].append(render(call, moved))
    call.save(dispute)


def decide(call: Call, dispute: Body, verdict: str) -> Body:
    """The bank's decision: `won` (the money comes back, the fee does not), `lost`, or an inquiry's `escalated`.

    An inquiry that is won or lost is closed; nothing had moved.
    """
    if dispute["status"] not in _OPEN:
        raise ApiError("This dispute is already closed")
    if verdict == "escalated":
        return _escalate(call, dispute)
    if is_inquiry(dispute):
        dispute["status"] = "warning_closed"
    else:
        dispute.update(is_charge_refundable=verdict == "won", status=verdict)
    call.save(dispute)
    if dispute["status"] == "won":
        _move(
            call,
            dispute,
            dispute["amount"],
            f"Chargeback reversal for {dispute['charge']}",
            "dispute_reversal",
        )
        call.emit("charge.dispute.funds_reinstated", dispute)
    call.emit("charge.dispute.closed", dispute)
    return dispute


def _escalate(call: Call, dispute: Body) -> Body:
    """An inquiry becomes a chargeback; refunds given meanwhile fail (as test mode has been seen to do)."""
    if not is_inquiry(dispute):
        raise ApiError("Only an inquiry can be escalated")
    dispute["status"] = "needs_response"
    dispute["payment_method_details"][CARD]["case_type"] = "chargeback"
    dispute["evidence_details"]["due_by"] = (call.now + ANSWER_WITHIN) // DAY * DAY + DAY - 1
    for refund in call.store.find("refund", {"charge": dispute["charge"], "status": "succeeded"}):
        if refund["created"] >= dispute["created"]:
            refunds.fail(call, refund, "charge_for_pending_refund_disputed")
    call.later(ANSWER_WITHIN + DAY, LAPSE, dispute["id"])
    call.save(dispute)
    call.emit("charge.dispute.updated", dispute)
    _withdraw(call, dispute)
    return dispute


def lapse(call: Call, dispute_id: str) -> None:
    """The time to answer is over: a chargeback is lost, an inquiry that was not escalated is closed."""
    dispute = call.fetch("dispute", dispute_id)
    over = (
        INQUIRY_LIVES_FOR + dispute["created"]
        if is_inquiry(dispute)
        else dispute["evidence_details"]["due_by"]
    )
    waiting = _OPEN if is_inquiry(dispute) else _WAITING
    if dispute["status"] in waiting and over < call.now:
        dispute["evidence_details"]["past_due"] = True
        decide(call, dispute, "lost")


def close_resolved(call: Call, charge_id: str) -> None:
    """A full refund answers every inquiry about its charge (Docs: How disputes work, Inquiries)."""
    for dispute in call.store.find("dispute", {"charge": charge_id}):
        if is_inquiry(dispute) and dispute["status"] in _OPEN:
            decide(call, dispute, "won")


def retrieve(call: Call, dispute_id: str) -> Body:
    """One dispute."""
    return render(call, call.fetch("dispute", dispute_id, param="dispute"))


def update(call: Call, dispute_id: str) -> Body:
    """Give evidence, submitted at once unless `submit` is false, and only once."""
    dispute, params = _open(call, dispute_id), call.params
    if "metadata" in params:
        dispute["metadata"] = merge_metadata(dispute["metadata"], params["metadata"])
    evidence = params.get("evidence", {})
    files.check_evidence(call, evidence)
    if evidence or params.get("submit"):
        _stage(dispute, evidence)
    call.save(dispute)
    call.emit("charge.dispute.updated", dispute)
    if dispute["evidence_details"]["has_evidence"] and params.get("submit", bool(evidence)):
        _submit(call, dispute)
    return render(call, dispute)


def _stage(dispute: Body, evidence: Body) -> None:
    if dispute["status"] not in _WAITING:
        raise ApiError("This dispute's evidence has been submitted; it can't be changed any more.")
    dispute["evidence"] |= {name: value or None for name, value in evidence.items()}
    given = [value for value in dispute["evidence"].values() if value]
    if sum(len(value) for value in given if isinstance(value, str)) > LONGEST_EVIDENCE:
        raise ApiError(
            f"The evidence may have at most {LONGEST_EVIDENCE} characters in all.", param="evidence"
        )
    dispute["evidence_details"]["has_evidence"] = bool(given)


def _submit(call: Call, dispute: Body) -> None:
    details = dispute["evidence_details"]
    details.update(submission_count=details["submission_count"] + 1, submission_method="manual")
    dispute["status"] = "warning_under_review" if is_inquiry(dispute) else "under_review"
    call.save(dispute)
    verdict = _SPELLS.get(dispute["evidence"]["uncategorized_text"] or "")
    if verdict and (verdict != "escalated" or is_inquiry(dispute)):
        decide(call, dispute, verdict)


def close(call: Call, dispute_id: str) -> Body:
    """Accept the dispute: it is lost."""
    return render(call, decide(call, _open(call, dispute_id), "lost"))


def _open(call: Call, dispute_id: str) -> Body:
    dispute = call.fetch("dispute", dispute_id, param="dispute")
    if dispute["status"] not in _OPEN:
        raise ApiError("This dispute is already closed")
    return dispute


def list_all(call: Call) -> Body:
    """Disputes, newest first."""
    return page(call, "dispute", "/v1/disputes", by=("charge", "payment_intent"))


ROUTES: list[Route] = [
    route("GET", "/v1/disputes", "dispute_list", f"charge payment_intent {' '.join(FILTERS)}", list_all),
    route("GET", "/v1/disputes/{}", "dispute_retrieve", "", retrieve),
    route("POST", "/v1/disputes/{}", "dispute_update", "evidence metadata submit", update),
    route("POST", "/v1/disputes/{}/close", "dispute_close", "", close),
]
