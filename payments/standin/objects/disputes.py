"""Disputes (Docs: API reference, Disputes; Testing, Disputes)."""

from payments.standin.call import Call, merge_metadata, render
from payments.standin.errors import ApiError, Body
from payments.standin.listing import FILTERS, page
from payments.standin.objects.balance import move
from payments.standin.routing import Route, route

FEE = 2000  # cents, not given back by default
ANSWER_WITHIN = 7 * 86400
_OPEN = {"needs_response", "warning_needs_response", "under_review"}
_VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}


def open_dispute(call: Call, charge: Body) -> Body:
    """The holder disputes the whole charge: the money and a fee leave the balance at once."""
    dispute = call.new(
        "dispute",
        "du",
        amount=charge["amount"] - charge["amount_refunded"],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={"uncategorized_text": None},
        evidence_details={
            "due_by": call.now + ANSWER_WITHIN,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"},
            "type": "card",
        },
        reason="fraudulent",
        status="needs_response",
    )
    withdrawal = move(
        call,
        "adjustment",
        dispute["id"],
        amount=-dispute["amount"],
        fee=FEE,
        currency=charge["currency"],
        description=f"Chargeback withdrawal for {charge['id']}",
    )
    dispute["balance_transactions"] = [render(call, withdrawal)]
    charge["disputed"] = True
    call.save(charge)
    call.save(dispute)
    call.emit("charge.dispute.created", dispute)
    call.emit("charge.dispute.funds_withdrawn", dispute)
    if charge["payment_method_details"]["type"] != "card":
        return decide(
            call, dispute, "lost"
        )  # nobody asks: the bank has decided (Docs: SEPA Direct Debit, Disputes)
    return dispute


def decide(call: Call, dispute: Body, verdict: str) -> Body:
    """Close a dispute as `won` (the money comes back, not the fee) or `lost`."""
    dispute["status"] = verdict
    if verdict == "won":
        back = move(
            call,
            "adjustment",
            dispute["id"],
            amount=dispute["amount"],
            currency=dispute["currency"],
            description=f"Chargeback reversal for {dispute['charge']}",
        )
        dispute["balance_transactions"].append(render(call, back))
        call.save(dispute)
        call.emit("charge.dispute.funds_reinstated", dispute)
    call.save(dispute)
    call.emit("charge.dispute.closed", dispute)
    return dispute


def retrieve(call: Call, dispute_id: str) -> Body:
    """One dispute."""
    return render(call, call.fetch("dispute", dispute_id))


def update(call: Call, dispute_id: str) -> Body:
    """Give evidence. `winning_evidence` and `losing_evidence` as its text decide, as in test mode."""
    dispute = _open(call, dispute_id)
    if "metadata" in call.params:
        dispute["metadata"] = merge_metadata(dispute["metadata"], call.params["metadata"])
    text = call.params.get("evidence", {}).get("uncategorized_text")
    if text:
        dispute["evidence"]["uncategorized_text"] = text
        dispute["evidence_details"]["has_evidence"] = True
    if text and call.params.get("submit", True):
        dispute["evidence_details"]["submission_count"] += 1
        dispute["status"] = "under_review"
    call.save(dispute)
    call.emit("charge.dispute.updated", dispute)
    if dispute["status"] == "under_review" and text in _VERDICTS:
        decide(call, dispute, _VERDICTS[text])
    return render(call, dispute)


def close(call: Call, dispute_id: str) -> Body:
    """Accept the dispute: it is lost."""
    return render(call, decide(call, _open(call, dispute_id), "lost"))


def _open(call: Call, dispute_id: str) -> Body:
    dispute = call.fetch("dispute", dispute_id)
    if dispute["status"] not in _OPEN:
        raise ApiError("This dispute is already closed", code="dispute_already_closed")
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
