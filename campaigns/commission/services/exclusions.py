"""An officer finds an application inadmissible before anybody scores it, or takes that back."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.services.checks import reason_needed
from campaigns.commission.enums import EVALUATED
from campaigns.commission.locks import lock_commission
from campaigns.commission.models import Exclusion
from campaigns.commission.permissions import can_exclude, commission_for
from campaigns.commission.services.commissions import check_no_list
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from accounts.permissions import Visitor
    from campaigns.calls.models import Application


def exclude_application(*, application: Application, reason: str, by: Visitor, now: dt.datetime) -> Exclusion:
    """Exclude an application from being scored; the list says so with the reason.

    Raises `NotAllowed` unless `by` is an officer from outside the organisation; `Invalid` without a reason; `Refused`
    without a commission (`no_commission`), when it is not in any more, was excluded before, or a list waits.
    """
    require(can_exclude(by, application))
    reason = reason_needed(reason)
    with transaction.atomic():
        _hold(application)
        if application.status not in EVALUATED:
            raise Refused("not_read", _("This application is not read: it was withdrawn or excluded."))
        try:
            with transaction.atomic():
                return Exclusion.objects.create(
                    application=application, reason=reason, by=cast("User", by), at=now
                )
        except IntegrityError as error:
            raise Refused("excluded", _("This application is excluded already.")) from error


def lift_exclusion(*, exclusion: Exclusion, why: str, by: Visitor, now: dt.datetime) -> Exclusion:
    """Let an excluded application be scored after all. Raises as `exclude_application`."""
    require(can_exclude(by, exclusion.application))
    if not why.strip():
        raise Invalid("reason_missing", _("Say why."), field="why")
    with transaction.atomic():
        _hold(exclusion.application)
        standing = Exclusion.objects.filter(pk=exclusion.pk, lifted_at__isnull=True)
        if not standing.update(lifted_at=now, lifted_by=by, lifted_why=why.strip()[:200]):
            raise Refused("lifted", _("This application is no longer excluded."))
    exclusion.refresh_from_db()
    return exclusion


def _hold(application: Application) -> None:
    commission = commission_for(application)
    if commission is None:
        raise Refused("no_commission", _("No commission has been formed for this application."))
    check_no_list(lock_commission(commission))
    application.refresh_from_db(fields=["status"])
