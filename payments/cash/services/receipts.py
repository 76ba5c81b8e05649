"""Numbers and receipts of a desk: the last things written of what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused
from payments.cash.enums import ClosingStatus
from payments.cash.locks import lock_series
from payments.cash.models import DeskReceipt

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.cash.enums import ReceiptKind
    from payments.cash.models import CashDesk
    from payments.models import Pledge

LONGEST_REASON = 200


def civil_day(now: dt.datetime) -> dt.date:
    """Give the day in the city: a desk's days are civil days."""
    return now.astimezone(CIVIL).date()


def check_works(desk: CashDesk, now: dt.datetime) -> None:
    """Refuse at a desk that is shut, or whose day is closed already. The desk is held or locked. Raises `Refused`."""
    if not desk.is_open:
        raise Refused("desk_shut", _("This cash desk is shut."))
    if desk.closings.filter(day=civil_day(now)).exclude(status=ClosingStatus.REJECTED).exists():
        raise Refused(
            "day_closed", _("This desk has closed its day: no cash goes in or out before tomorrow.")
        )


def check_reason(why: str) -> str:
    """Return why something is done. Raises `Invalid` when nothing is said."""
    why = " ".join(why.split())[:LONGEST_REASON]
    if not why:
        raise Invalid("missing", _("Say why."), field="why")
    return why


def issue(
    *,
    kind: ReceiptKind,
    desk: CashDesk,
    pledge: Pledge,
    amount_cents: int,
    by: User,
    now: dt.datetime,
    **more: Any,
) -> DeskReceipt:
    """Write the next receipt of a desk, with its words as they are now.

    Called inside the transaction of the deed, with the desk held or locked; the series stays locked until it ends, so
    that a deed that is undone leaves no gap.
    """
    today = civil_day(now)
    organisation = pledge.campaign.project.organisation
    series = lock_series(desk.pk, today.year)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return DeskReceipt.objects.create(
        kind=kind,
        desk=desk,
        year=series.year,
        number=series.last_number,
        pledge=pledge,
        amount_cents=amount_cents,
        donor=pledge.name,
        project=pledge.campaign.project.title,
        beneficiary=" · ".join(filter(None, [organisation.name, organisation.tax_code])),
        desk_name=desk.name,
        desk_address=desk.address,
        issued_by=by,
        operator=str(by),
        issued_at=now,
        issued_on=today,
        **more,
    )
