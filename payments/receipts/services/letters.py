"""Emails about receipts: each with a signed link that opens the receipts of one pledge, or one year, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.notices.services import notify
from crowdfund.kit.money import format_euro
from payments.receipts.enums import ReceiptKind
from payments.receipts.permissions import receipts_token, summary_token

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from payments.models import Pledge
    from payments.receipts.models import CorrectionRequest, Receipt


def receipts_url(pledge: Pledge) -> str:
    """Give the signed address of a pledge's receipts, in its backer's language."""
    with translation.override(pledge.language):
        return f"{settings.SITE_URL}{reverse('receipts_by_link', args=[receipts_token(pledge)])}"


def _write(
    pledge: Pledge, event: str, *, once: str, now: dt.datetime, **more: str | list[dict[str, str]]
) -> None:
    if not pledge.email:
        return  # cash given by somebody who left no address
    with translation.override(pledge.language):
        label = _("Open your receipts")
    context = {
        "name": pledge.name,
        "campaign": pledge.campaign.project.title,
        "organisation": pledge.campaign.project.organisation.name,
        "action_url": receipts_url(pledge),
        "action_label": label,
        **more,
    }
    notify(
        event=event,
        email=pledge.email,
        user=pledge.backer,
        language=pledge.language,
        context=context,
        dedupe=f"{event}:{once}",
        now=now,
    )


def tell_issued(*, pledge: Pledge, made: Sequence[Receipt], now: dt.datetime) -> None:
    """Say that documents are ready, or that earlier ones are void and why."""
    if not made or made[0].donor.restricted_at:
        return
    voided = [receipt for receipt in made if receipt.kind == ReceiptKind.CORRECTION]
    with translation.override(pledge.language):
        details = [
            {
                "label": f"{receipt.get_kind_display()} {receipt.label}",
                "value": format_euro(receipt.amount_cents, pledge.language),
            }
            for receipt in made
        ]
    event = "receipt_corrected" if voided else "receipt_ready"
    reason = voided[0].reason if voided else ""
    _write(pledge, event, once=str(made[0].pk), now=now, details=details, reason_code=reason)


def tell_declined(*, request: CorrectionRequest, now: dt.datetime) -> None:
    """Say that the organisation did not put the details right, and why."""
    _write(request.pledge, "receipt_request_declined", once=str(request.pk), now=now, why=request.answer)


def send_summary(*, pledge: Pledge, year: int, now: dt.datetime) -> None:
    """Send the link of a year's summary to the pledge's address; asked again within the day, nothing is sent twice."""
    with translation.override(pledge.language):
        url = settings.SITE_URL + reverse("summary_by_link", args=[summary_token(pledge.email, year)])
        label = _("Open the summary of %(year)d") % {"year": year}
    notify(
        event="receipt_summary",
        email=pledge.email,
        user=pledge.backer,
        language=pledge.language,
        context={"year": str(year), "action_url": url, "action_label": label},
        dedupe=f"receipt_summary:{pledge.pk}:{year}:{now:%Y%m%d}",
        now=now,
    )
