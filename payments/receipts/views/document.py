"""One document: the page, the PDF, and the proof that its money is in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments.ledger.documents import proof_of
from payments.receipts.documents import address, sheet_of
from payments.receipts.permissions import can_see_receipt
from payments.receipts.selectors.reads import receipt_by_public_id
from payments.receipts.views.paper import paper

if TYPE_CHECKING:
    import uuid

    from django.http import HttpRequest, HttpResponse

    from payments.receipts.models import Receipt


def _seen(request: HttpRequest, public_id: uuid.UUID, token: str) -> Receipt:
    """Find a document for who may see it; for everybody else there is none."""
    receipt = receipt_by_public_id(public_id)
    if receipt is None or not can_see_receipt(request.user, receipt, token):
        raise Http404
    return receipt


def _context(receipt: Receipt, token: str) -> dict[str, Any]:
    return {
        "receipt": receipt,
        "sheet": sheet_of(receipt),
        "page_url": address("receipt", receipt, token),
        "pdf_url": address("receipt_pdf", receipt, token),
        "proof_url": address("receipt_proof", receipt, token) if receipt.transfer_id else "",
        "back_url": reverse("receipts_by_link", args=[token]) if token else "",
    }


@never_cache
@require_safe
def receipt(request: HttpRequest, public_id: uuid.UUID, token: str = "") -> HttpResponse:
    """Show a document."""
    found = _seen(request, public_id, token)
    return render(request, "payments/receipts/receipt.html", _context(found, token))


@never_cache
@require_safe
def receipt_pdf(request: HttpRequest, public_id: uuid.UUID, token: str = "") -> HttpResponse:
    """Give a document as a PDF."""
    found = _seen(request, public_id, token)
    context = _context(found, token)
    return paper(
        request,
        "payments/receipts/receipt_pdf.html",
        context,
        title=context["sheet"].title,
        name=f"{found.kind}-{found.number}-{found.series.year}",
        instead=context["page_url"],
    )


@never_cache
@require_safe
def receipt_proof(request: HttpRequest, public_id: uuid.UUID, token: str = "") -> HttpResponse:
    """Show where a document's money stands in the ledger and how anyone can verify it; `?format=json` gives a file."""
    found = _seen(request, public_id, token)
    if found.transfer is None:
        raise Http404
    proof = proof_of(found.transfer)
    if proof and request.GET.get("format") == "json":
        answer = JsonResponse(proof.as_data(), json_dumps_params={"indent": 2})
        answer["Content-Disposition"] = f'attachment; filename="proof-{found.transfer_id}.json"'
        return answer
    context = _context(found, token) | {"proof": proof, "transfer": found.transfer}
    return render(request, "payments/receipts/proof.html", context)
