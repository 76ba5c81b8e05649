"""Files given to Stripe: evidence for a bank that decides about a dispute."""

from __future__ import annotations

import io

from payments.gateway.client import speaking


def upload_evidence(*, content: bytes, name: str, key: str) -> str:
    """Upload a PDF, JPEG or PNG as evidence; return its id at Stripe. Raises `OutcomeUnknown` or `GatewayRefused`."""
    upload = io.BytesIO(content)
    upload.name = name  # what the SDK calls the file
    with speaking() as stripe:
        made = stripe.v1.files.create(
            {"file": upload, "purpose": "dispute_evidence"}, {"idempotency_key": key}
        )
    return made.id
