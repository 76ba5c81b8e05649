"""What matching does when a room below it speaks."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from campaigns.signals import (
    application_admitted,
    call_publishing,
    campaign_cancelled,
    campaign_launching,
)
from payments.matching.services import (
    check_reserved,
    propose_opening,
    release_reservation,
    reserve_match,
)


@receiver(call_publishing, dispatch_uid="matching.propose_opening")
def on_call_publishing(*, call: Any, now: Any, by: Any, **_kwargs: Any) -> None:
    """Propose to set the pot aside; the call is published when another person approves it."""
    propose_opening(call=call, by=by, now=now)


@receiver(application_admitted, dispatch_uid="matching.reserve")
def on_application_admitted(*, application: Any, now: Any, by: Any = None, **_kwargs: Any) -> None:
    """Reserve the maximum match, or refuse the admission."""
    reserve_match(application=application, now=now, by=by)


@receiver(campaign_cancelled, dispatch_uid="matching.release")
def on_campaign_cancelled(*, campaign: Any, now: Any, by: Any = None, why: str = "", **_kwargs: Any) -> None:
    """Give the reservation back."""
    release_reservation(campaign=campaign, now=now, by=by, why=why)


@receiver(campaign_launching, dispatch_uid="matching.check_reserved")
def on_campaign_launching(*, campaign: Any, **_kwargs: Any) -> None:
    """Refuse a launch whose match is no longer reserved."""
    check_reserved(campaign=campaign)
