"""What pages and answers read of disputes: the rows, and the facts a bank should know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.notices.models import Notice
from payments.models import Dispute, DisputeAcceptance

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from payments.models import DisputeFile

MOST_LINES = 30


def disputes() -> QuerySet[Dispute]:
    """Return every dispute with what a page shows of it, newest first."""
    return Dispute.objects.select_related(
        "attempt", "answer", "draft_by", "pledge__campaign__project__organisation", "pledge__consent"
    )


def acceptances() -> QuerySet[DisputeAcceptance]:
    """Return the proposals to accept disputes, newest first."""
    return DisputeAcceptance.objects.select_related(
        "dispute__pledge__campaign__project",
        "dispute__attempt",
        "proposed_by",
        "proposed_person",
        "decided_by",
    )


def files_of(dispute: Dispute) -> QuerySet[DisputeFile]:
    """Return a dispute's files for the bank, without their bytes."""
    return dispute.files.defer("content").select_related("dispute__pledge__campaign__project")


def facts_of(dispute: Dispute) -> dict[str, str]:
    """Collect what we know of a disputed charge, in Stripe's fields of evidence: no addresses, no devices.

    What was agreed to and when, what was charged when, and which letters went to the backer.
    """
    pledge, attempt = dispute.pledge, dispute.attempt
    project, consent = pledge.campaign.project, pledge.consent
    charged = attempt.finished_at or attempt.created_at
    return {
        "customer_email_address": pledge.email,
        "customer_name": pledge.name or pledge.email,
        "product_description": f"Contribution to the campaign “{project.title}” of {project.organisation}.",
        "service_date": _day(charged),
        "cancellation_policy_disclosure": (
            f"Agreed to on {_moment(consent.given_at)} (version {consent.version}): {consent.text}"
        ),
        "access_activity_log": "\n".join(_timeline(dispute, charged)),
    }


def _timeline(dispute: Dispute, charged: dt.datetime) -> list[str]:
    pledge, attempt = dispute.pledge, dispute.attempt
    lines = [(pledge.created_at, f"Pledge made: {_euro(pledge.amount_cents)}")]
    if pledge.activated_at:
        lines.append((pledge.activated_at, "Card saved by its holder on the payment page"))
    lines.append((charged, f"Charged: {_euro(attempt.amount_cents)}"))
    letters = Notice.objects.filter(
        email=pledge.email, dedupe__regex=rf"^pledge_[a-z_]+:{pledge.pk}(:|$)", sent_at__isnull=False
    )
    for letter in letters.order_by("-sent_at")[:MOST_LINES]:
        assert letter.sent_at  # noqa: S101 - asked for above
        lines.append((letter.sent_at, f"Email to the holder: {letter.subject}"))
    return [f"{_moment(at)} {what}" for at, what in sorted(lines)]


def _euro(cents: int) -> str:
    return f"EUR {cents // 100}.{cents % 100:02d}"


def _day(when: dt.datetime) -> str:
    return f"{when:%Y-%m-%d}"


def _moment(when: dt.datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
