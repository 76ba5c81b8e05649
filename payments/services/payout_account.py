"""An organisation's connected account: opened by its owner, and able to receive money or not, as Stripe says."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit import jobs
from crowdfund.kit.errors import Refused
from payments.enums import HeldUpBy, PayoutKind, PayoutStatus
from payments.gateway.client import GatewayError
from payments.gateway.connect import create_account, onboarding_link, transfers_active
from payments.models import Payout, PayoutAccount
from payments.permissions import can_open_payout_account
from payments.services.payout_letters import tell_account_stopped

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import Organisation, User

log = logging.getLogger(__name__)


def unreachable() -> Refused:
    """Say that Stripe can't be asked now."""
    return Refused(
        "stripe_unreachable", _("The payment service can't be reached now. Try again in a few minutes.")
    )


def link_for(organisation: Organisation, account_id: str) -> str:
    """Return the address of Stripe's onboarding of an account, which leads back to the organisation's page."""
    back = settings.SITE_URL + reverse("payout_account", args=[organisation.slug])
    return onboarding_link(account_id=account_id, return_url=back, refresh_url=back)


def open_payout_account(*, organisation: Organisation, by: User, now: dt.datetime) -> str:
    """Return the address where the owner gives Stripe what it asks for before money can be sent. One use.

    The first account is opened so; another one takes two people (`request_account`). Raises `Refused` when Stripe can't
    be reached; asked again it is the same account.
    """
    require(can_open_payout_account(by, organisation))
    try:
        account = PayoutAccount.objects.filter(organisation=organisation).first()
        if account is None:
            found = create_account(organisation_id=organisation.pk, now=now)
            account, _made = PayoutAccount.objects.get_or_create(
                organisation=organisation, defaults={"stripe_account_id": found, "checked_at": now}
            )
        return link_for(organisation, account.stripe_account_id)
    except GatewayError as error:
        log.warning("no onboarding: %s", error, extra={"organisation": organisation.pk})
        raise unreachable() from error


def refresh_payout_account(*, account_id: str, now: dt.datetime) -> None:
    """Read from Stripe whether an account can receive transfers; one that is not ours is ignored.

    One that no longer can is told to its owners and the officers, once; what waited for it leaves when it can again.
    """
    account = PayoutAccount.objects.filter(stripe_account_id=account_id).first()
    if account is None:
        return
    active = transfers_active(account_id)
    with transaction.atomic():
        account = (
            PayoutAccount.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .get(pk=account.pk)
        )
        if account.stripe_account_id != account_id:
            return  # another account has taken its place meanwhile
        _note(account, active, now)


def note_stopped(*, account_id: str, now: dt.datetime) -> None:
    """Note that Stripe has just refused a transfer because this account can't receive any. Inside a transaction."""
    account = (
        PayoutAccount.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(stripe_account_id=account_id)
        .first()
    )
    if account:
        _note(account, active=False, now=now)


def _note(account: PayoutAccount, active: bool, now: dt.datetime) -> None:  # noqa: FBT001 - as Stripe says
    was, account.transfers_active, account.checked_at = account.transfers_active, active, now
    account.save(update_fields=["transfers_active", "checked_at"])
    if was and not active:
        tell_account_stopped(account=account, now=now)
    elif active and not was:
        _let_go(account, now)


def _let_go(account: PayoutAccount, now: dt.datetime) -> None:
    """Let what waited for this account be looked at at once."""
    waiting = Payout.objects.filter(
        kind=PayoutKind.CONNECT_TRANSFER,
        status=PayoutStatus.WAITING,
        error=HeldUpBy.CAPABILITY,
        disbursement__destination=account.stripe_account_id,
    )
    if waiting.update(due_at=now):
        jobs.wake("payouts.execute")
