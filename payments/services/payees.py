"""Where an organisation's money goes: an owner asks, an officer checks back, an approver decides, 48 hours pass.

Every owner and the organisation's own address are told at each step, and may stop it until it takes effect.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from stdnum import iban as iban_numbers

from accounts.permissions import require
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth
from payments.enums import PAYEE_CHANGE_TRANSITIONS, PayeeChangeStatus, PayeeKind
from payments.gateway.client import GatewayError
from payments.gateway.connect import create_account, transfers_active
from payments.models import PayeeChange, PayoutAccount, PayoutIban
from payments.models.payouts import LONGEST_HOLDER
from payments.permissions import (
    can_decide_payee_change,
    can_object,
    can_propose_payee_change,
    can_reject_payee_change,
    can_request_payee,
)
from payments.services.payout_account import link_for, unreachable
from payments.services.payout_letters import tell_payee_change

if TYPE_CHECKING:
    from accounts.models import Organisation, User
    from accounts.permissions import Visitor

log = logging.getLogger(__name__)
WAITS = dt.timedelta(hours=48)


def check_iban(number: str) -> str:
    """Return an IBAN without spaces, in capitals. Raises `Invalid` when its check digits or its length are wrong."""
    compact = "".join(number.split()).upper()
    if not iban_numbers.is_valid(compact):
        raise Invalid("iban", _("This IBAN is not right: check it."), field="iban")
    return compact


def request_iban(
    *,
    organisation: Organisation,
    holder: str,
    iban: str,
    reason: str,
    evidence: str,
    by: User,
    now: dt.datetime,
) -> PayeeChange:
    """Ask that money which came by transfer or in cash goes to this IBAN, the first one or another.

    Owners only. Raises `Invalid` for what is missing or wrong, `Refused` when it is the same or a change is under way.
    """
    require(can_request_payee(by, organisation))
    holder = " ".join(holder.split())
    if not holder or len(holder) > LONGEST_HOLDER or not holder.isprintable():
        raise Invalid("holder", _("Write the account holder's name as the bank knows it."), field="holder")
    compact = check_iban(iban)
    before = PayoutIban.objects.filter(organisation=organisation).first()
    if before and (before.iban, before.holder) == (compact, holder):
        raise Refused("same_payee", _("This is where the money goes already."), field="iban")
    return _request(
        organisation,
        PayeeKind.IBAN,
        reason,
        evidence,
        by,
        now,
        iban=compact,
        holder=holder,
        replaces=before.iban if before else "",
    )


def request_account(
    *, organisation: Organisation, reason: str, evidence: str, by: User, now: dt.datetime
) -> str:
    """Ask that card money goes to another connected account; return where the owner opens it. One use.

    Owners only. The row stands before Stripe is asked; when Stripe can't be reached, `open_requested_account` goes on.
    """
    require(can_request_payee(by, organisation))
    before = PayoutAccount.objects.filter(organisation=organisation).first()
    if before is None:
        raise Refused("no_account_yet", _("Open the first account: that takes no change."))
    change = _request(
        organisation, PayeeKind.ACCOUNT, reason, evidence, by, now, replaces=before.stripe_account_id
    )
    return open_requested_account(change=change, by=by, now=now)


def open_requested_account(*, change: PayeeChange, by: User, now: dt.datetime) -> str:
    """Return where the owner gives Stripe what it asks for of the account that was asked for. One use."""
    require(can_request_payee(by, change.organisation))
    if change.kind != PayeeKind.ACCOUNT or change.status != PayeeChangeStatus.REQUESTED:
        raise Refused("change_over", _("This change is not waiting for an account."))
    try:
        if not change.stripe_account_id:
            found = create_account(organisation_id=change.organisation_id, change_id=change.pk, now=now)
            PayeeChange.objects.filter(pk=change.pk, stripe_account_id="").update(stripe_account_id=found)
            change.refresh_from_db()
        return link_for(change.organisation, change.stripe_account_id)
    except GatewayError as error:
        log.warning("no onboarding: %s", error, extra={"change": change.pk})
        raise unreachable() from error


def _request(
    organisation: Organisation,
    kind: PayeeKind,
    reason: str,
    evidence: str,
    by: User,
    now: dt.datetime,
    **payee: Any,
) -> PayeeChange:
    for name, text in (("reason", reason), ("evidence", evidence)):
        if not text.strip():
            raise Invalid("missing", _("This is needed."), field=name)
    try:
        with transaction.atomic():
            change = PayeeChange.objects.create(
                organisation=organisation,
                kind=kind,
                reason=reason.strip()[:200],
                evidence=evidence.strip(),
                requested_by=by,
                requested_person_id=by.person_id,
                requested_at=now,
                **payee,
            )
            record_birth(change, now=now, by=by)
            tell_payee_change(change=change, now=now)
    except IntegrityError as error:
        raise Refused(
            "change_under_way", _("A change is under way already: it has to end, or you stop it.")
        ) from error
    return change


def propose_payee_change(*, change: PayeeChange, checked_back: str, by: User, now: dt.datetime) -> None:
    """Propose a change after checking back with the organisation by a way known before (not the request's own).

    Raises `Invalid` unless it is said how, `Refused` when an account that was asked for can't receive money yet.
    """
    require(can_propose_payee_change(by, change))
    if not checked_back.strip():
        raise Invalid(
            "missing", _("Say whom you asked, and by which number or address."), field="checked_back"
        )
    if change.kind == PayeeKind.ACCOUNT and not _is_ready(change):
        raise Refused(
            "account_not_ready", _("The owner has not completed this account at the payment service yet.")
        )
    advance(
        change,
        PayeeChangeStatus.PROPOSED,
        table=PAYEE_CHANGE_TRANSITIONS,
        now=now,
        by=by,
        checked_back=checked_back.strip()[:300],
        **PayeeChange.proposal(by, now),
    )


def _is_ready(change: PayeeChange) -> bool:
    try:
        return bool(change.stripe_account_id) and transfers_active(change.stripe_account_id)
    except GatewayError as error:
        raise unreachable() from error


def approve_payee_change(*, change: PayeeChange, by: User, now: dt.datetime) -> None:
    """Approve a change that was checked back: it takes effect in 48 hours, unless an owner objects."""
    require(can_decide_payee_change(by, change))
    with transaction.atomic():
        advance(
            change,
            PayeeChangeStatus.APPROVED,
            table=PAYEE_CHANGE_TRANSITIONS,
            now=now,
            by=by,
            effective_at=now + WAITS,
            due_at=now + WAITS,
            **PayeeChange.decision(by, now),
        )
        tell_payee_change(change=change, now=now)


def reject_payee_change(*, change: PayeeChange, why: str, by: User, now: dt.datetime) -> None:
    """Turn a change down, with the reason: the officer who checks back, or the approver."""
    require(can_reject_payee_change(by, change))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    with transaction.atomic():
        advance(
            change,
            PayeeChangeStatus.REJECTED,
            table=PAYEE_CHANGE_TRANSITIONS,
            now=now,
            by=by,
            why=why.strip()[:200],
            **PayeeChange.decision(by, now),
        )
        tell_payee_change(change=change, now=now)


def object_to_payee_change(
    *, change: PayeeChange, by: Visitor | None, now: dt.datetime, token: str = ""
) -> None:
    """Stop a change before it takes effect: an owner, or whoever holds the link that the organisation was sent.

    Raises `IllegalTransition` when it is over, or in effect.
    """
    require(can_object(by, change, token))
    with transaction.atomic():
        advance(
            change,
            PayeeChangeStatus.WITHDRAWN,
            table=PAYEE_CHANGE_TRANSITIONS,
            now=now,
            by=by,
            why="" if getattr(by, "is_authenticated", False) else "by the link of the email",
            due_at=None,
        )
        tell_payee_change(change=change, now=now)
