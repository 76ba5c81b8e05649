"""Close a month; a closed one changes only by corrections that say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_person, require
from campaigns.sustainability.locks import lock_month
from campaigns.sustainability.models import BOOKED_KINDS, FIGURES, Correction, MonthlyAccount
from campaigns.sustainability.permissions import can_keep_books
from campaigns.sustainability.services.months import check_amount
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor

LONGEST_REASON = 2000


def close_month(*, account: MonthlyAccount, by: Visitor | None, now: dt.datetime) -> None:
    """Close a month that is over: from now on it counts in the public ratios.

    Raises `Refused` while the month runs, and when it is closed already.
    """
    require(can_keep_books(by, account.books.project))
    today = now.astimezone(CIVIL).date()
    if (account.month.year, account.month.month) >= (today.year, today.month):
        raise Refused("month_running", _("This month is not over yet."))
    closed_by = by if is_person(by) else None
    still_open = MonthlyAccount.objects.filter(pk=account.pk, closed_at__isnull=True)
    if not still_open.update(closed_at=now, closed_by=closed_by):
        raise Refused("month_closed", _("This month is closed already."))
    account.closed_at, account.closed_by = now, closed_by


def correct_month(
    *,
    account: MonthlyAccount,
    figure: str,
    after_cents: int,
    reason: str,
    by: Visitor | None,
    now: dt.datetime,
) -> Correction:
    """Change one figure of a closed month to `after_cents` (whole cents); what stood there stays on record.

    `figure` is one of `FIGURES` or `cash_end`. Raises `Invalid` with its field, `Refused` while the month is open.
    """
    require(can_keep_books(by, account.books.project))
    if figure not in {*FIGURES, "cash_end"}:
        raise Invalid("unknown_figure", _("There is no such figure."), field="figure")
    try:
        check_amount(after_cents, figure)
    except Invalid as error:
        error.field = "after_cents"
        raise
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON:
        raise Invalid("no_reason", _("Say why, in a few sentences at most."), field="reason")
    column = f"{figure}_cents"
    with transaction.atomic():
        locked = lock_month(account)
        before = getattr(locked, column)
        if not locked.closed_at:
            raise Refused("month_open", _("This month is still open: change it directly."))
        _check_booked(locked, figure, after_cents)
        if before == after_cents:
            raise Invalid("nothing_changed", _("This is what stands there already."), field="after_cents")
        setattr(locked, column, after_cents)
        locked.save(update_fields=[column])
        correction = Correction.objects.create(
            account=locked,
            figure=figure,
            before_cents=before,
            after_cents=after_cents,
            reason=why,
            by=by if is_person(by) else None,
            at=now,
        )
    setattr(account, column, after_cents)
    return correction


def _check_booked(account: MonthlyAccount, figure: str, after_cents: int) -> None:
    """Raise `Invalid` when a figure would be less than what the service booked of it."""
    booked = account.booked_cents(figure)
    if figure in BOOKED_KINDS and after_cents < booked:
        raise Invalid(
            "below_booked",
            _("The service itself booked %(amount)s here: the whole can't be less."),
            field="after_cents",
            amount=format_euro(booked, get_language() or "it"),
        )
