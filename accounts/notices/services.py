"""Write notices as rows; send them from the queue."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from accounts.notices.models import Notice, NoticeStatus
from crowdfund.kit import clock, jobs

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 6


def notify(
    *,
    event: str,
    email: str,
    language: str,
    context: Mapping[str, Any],
    now: dt.datetime,
    dedupe: str | None = None,
    user: Any = None,
) -> None:
    """Queue an email, inside the transaction of the deed it tells of. With `dedupe`, a second one is dropped."""
    row = Notice(
        event=event,
        email=email,
        user=user,
        language=language,
        context=dict(context),
        dedupe=dedupe,
        created_at=now,
        due_at=now,
    )
    Notice.objects.bulk_create([row], ignore_conflicts=dedupe is not None)
    jobs.wake("notices.send")


def render(notice: Notice) -> None:
    """Fill in subject, text and html in the reader's language."""
    with translation.override(notice.language):
        context = {**notice.context, "site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        base = f"emails/{notice.event}"
        notice.subject = " ".join(render_to_string(f"{base}-subject.txt", context).split())[:200]
        notice.text = render_to_string(f"{base}-text.txt", context).strip() + "\n"
        notice.html = render_to_string(f"{base}-html.html", context)


def _send(notice: Notice, now: dt.datetime) -> None:
    try:
        render(notice)
        message = EmailMultiAlternatives(notice.subject, notice.text, None, [notice.email])
        message.attach_alternative(notice.html, "text/html")
        message.send()
    except Exception:
        log.exception("notice %s failed", notice.pk)
        notice.status = NoticeStatus.FAILED if notice.attempts + 1 >= MAX_ATTEMPTS else NoticeStatus.QUEUED
        notice.due_at = now + dt.timedelta(minutes=2**notice.attempts)
    else:
        notice.status, notice.sent_at = NoticeStatus.SENT, now
    notice.attempts += 1
    notice.leased_until = None
    with transaction.atomic():
        if jobs.still_mine(notice):
            notice.save(
                update_fields=[
                    "status",
                    "sent_at",
                    "attempts",
                    "due_at",
                    "leased_until",
                    "subject",
                    "text",
                    "html",
                ]
            )


def send_due_notices() -> int:
    """Send what is queued; return how many were tried."""
    now = clock.now()
    rows = jobs.claim(Notice, Q(status=NoticeStatus.QUEUED), now=now)
    return jobs.each(rows, lambda row: _send(row, now))
