"""Ask Stripe about card pages nobody told us of: with it every pledge ends, webhooks or not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from crowdfund.kit import clock, jobs
from payments.gateway.events import configured
from payments.models import Pledge
from payments.services.card_setup import apply_setup
from payments.services.cards import confirm_card
from payments.services.pledges import FIRST_LOOK

if TYPE_CHECKING:
    from collections.abc import Sequence

SLOWEST = dt.timedelta(hours=1)
NO_PAGE_FOR = dt.timedelta(hours=1)  # after which a pledge that never got its card page is given up
BATCH = 20


def check_unknown_cards() -> int:
    """Ask about card pages whose time to be asked has come; return how many."""
    if not configured():
        return 0
    now = clock.now()
    return jobs.each(_claim(now), lambda pledge: _ask(pledge, now))


def _claim(now: dt.datetime) -> Sequence[Pledge]:
    """Take what is due, and put it off: by its age, at least two minutes, at most an hour."""
    with transaction.atomic():
        due = Pledge.objects.select_for_update(skip_locked=True).filter(check_card_at__lte=now)
        rows = list(due.order_by("check_card_at")[:BATCH])
        for pledge in rows:
            pledge.check_card_at = now + min(SLOWEST, max(FIRST_LOOK, now - pledge.created_at))
            pledge.save(update_fields=["check_card_at"])
    return rows


def _ask(pledge: Pledge, now: dt.datetime) -> None:
    if pledge.session_id:
        confirm_card(pledge_id=pledge.pk, now=now)
    elif now - pledge.created_at >= NO_PAGE_FOR:
        apply_setup(pledge_id=pledge.pk, session=None, now=now)
