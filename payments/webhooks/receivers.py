"""What events of card pages mean: a pledge's card was saved, or its page expired."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from payments.gateway.setup import retrieve_card_session
from payments.models import Pledge
from payments.services.card_setup import apply_setup
from payments.services.cards import confirm_card

if TYPE_CHECKING:
    import datetime as dt

    from payments.webhooks.models import StripeEvent


def _pledge_id(public_id: str) -> int | None:
    """Return the id of the pledge that metadata names; None for what is not ours."""
    try:
        wanted = uuid.UUID(public_id)
    except ValueError:
        return None
    return Pledge.objects.filter(public_id=wanted).values_list("pk", flat=True).first()


def card_page_ended(event: StripeEvent, now: dt.datetime) -> None:
    """A Checkout session in setup mode was completed or expired: read it again and apply it."""
    if event.payload["data"]["object"].get("mode") != "setup":
        return
    session = retrieve_card_session(event.object_id)
    pledge_id = _pledge_id(session.pledge)
    if pledge_id is not None:
        apply_setup(pledge_id=pledge_id, session=session, now=now)


def card_saved(event: StripeEvent, now: dt.datetime) -> None:
    """A SetupIntent succeeded: ask what became of its pledge's page."""
    metadata = event.payload["data"]["object"].get("metadata") or {}
    pledge_id = _pledge_id(str(metadata.get("pledge", "")))
    if pledge_id is not None:
        confirm_card(pledge_id=pledge_id, now=now)
