"""Receipts that are due, and receipts that no longer say the truth: found by queries, written one pledge at a time."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Final

from django.db import transaction

from crowdfund.kit import clock
from crowdfund.kit.errors import Refused
from payments.locks import lock_pledge
from payments.receipts.locks import may_issue_for
from payments.receipts.selectors.standing import pledges_due, pledges_to_correct
from payments.receipts.services.issue import issue_documents

if TYPE_CHECKING:
    from payments.models import Pledge
    from payments.receipts.enums import CorrectionReason

log = logging.getLogger(__name__)
BATCH: Final = 100
MOST: Final = 1_000
RECENT: Final = dt.timedelta(days=90)
"""The quick sweep looks at collections that ended within this; the hourly one at all of them."""


def issue_due() -> int:
    """Issue what is due of recent collections (the drain `receipts.issue`); return for how many pledges."""
    now = clock.now()
    return _issue(now, since=now - RECENT)


def issue_all() -> int:
    """Issue whatever is due, of any age (the drain `receipts.issue_all`): a dispute may end after months."""
    return _issue(clock.now(), since=None)


def _issue(now: dt.datetime, *, since: dt.datetime | None) -> int:
    owners = pledges_due(since=since).order_by().values_list("campaign__project__organisation", flat=True)
    return sum(_issue_for(organisation_id, now, since) for organisation_id in owners.distinct())


def _issue_for(organisation_id: int, now: dt.datetime, since: dt.datetime | None) -> int:
    """Issue for one organisation in batches, each a transaction; what fails is logged and left for the next time."""
    done, failed = 0, set[int]()
    while done < MOST:
        with transaction.atomic():
            if not may_issue_for(organisation_id):
                return done
            due = pledges_due(since=since).filter(campaign__project__organisation=organisation_id)
            batch = list(due.exclude(pk__in=failed).select_for_update(skip_locked=True, of=("self",))[:BATCH])
            if not batch:
                return done
            issued = {pledge.pk for pledge in batch if _issue_one(pledge, now)}
        failed |= {pledge.pk for pledge in batch} - issued
        done += len(issued)
    return done


def _issue_one(pledge: Pledge, now: dt.datetime) -> bool:
    try:
        with transaction.atomic():
            return bool(issue_documents(pledge=pledge, now=now))
    except Refused as refused:
        log.warning("no receipt yet", extra={"pledge": pledge.pk, "code": refused.code})
    except Exception:
        log.exception("receipt failed", extra={"pledge": pledge.pk})
    return False


def correct_due() -> int:
    """Void what refunds and lost disputes have made wrong and issue what remains (the drain `receipts.correct`)."""
    now = clock.now()
    return sum(_correct_one(pledge_id, reason, now) for pledge_id, reason in pledges_to_correct())


def _correct_one(pledge_id: int, reason: CorrectionReason, now: dt.datetime) -> bool:
    try:
        with transaction.atomic():
            pledge = lock_pledge(pledge_id)
            return bool(issue_documents(pledge=pledge, now=now, reason=reason))
    except Exception:
        log.exception("correction failed", extra={"pledge": pledge_id})
    return False
