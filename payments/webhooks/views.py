"""The door for Stripe's webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crowdfund.kit import clock
from payments.gateway.events import ForgedEvent
from payments.webhooks.services import receive

if TYPE_CHECKING:
    from django.http import HttpRequest

LARGEST_BYTES = 512 * 1024


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Keep a verified event and answer 200; 400 for what is forged, stale or malformed, 413 for what is too large."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return HttpResponse(status=400)
    if length > LARGEST_BYTES:
        return HttpResponse(status=413)
    try:
        receive(body=request.body, signature=request.headers.get("Stripe-Signature", ""), now=clock.now())
    except ForgedEvent:
        return HttpResponse(status=400)
    return HttpResponse(status=200)
