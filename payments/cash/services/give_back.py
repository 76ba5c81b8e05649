"""Cash that goes back: handed over at a desk against a signature, or by bank transfer when its donor asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError as NumberError

from accounts.permissions import is_person, require
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro
from crowdfund.kit.states import advance
from payments import postings
from payments.cash.enums import ReceiptKind
from payments.cash.locks import lock_desk
from payments.cash.models import ReturnByTransfer
from payments.cash.permissions import can_ask_for_transfer, can_operate
from payments.cash.services.letters import tell_handed_back
from payments.cash.services.receipts import check_works, issue
from payments.enums import REFUND_TRANSITIONS, Channel, RefundStatus
from payments.ledger.selectors import debit_balance
from payments.locks import lock_channel, lock_pledge, lock_refund
from payments.services.checks import LONGEST_NAME, NOT_IN_NAMES
from payments.services.refund import finish_refund

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from accounts.permissions import Visitor
    from payments.cash.models import CashDesk, DeskReceipt
    from payments.models import Refund

LONGEST_HOLDER = 70
WAITING = (RefundStatus.CREATED, RefundStatus.FAILED)
"""Refunds of cash that nobody has handed back yet."""


def check_signature(name: str) -> str:
    """Return the name of who signs. Raises `Invalid` when it is missing or is no name."""
    name = " ".join(name.split())
    if not name:
        raise Invalid("missing", _("Write who signs for the cash."), field="signature_name")
    if len(name) > LONGEST_NAME or NOT_IN_NAMES & set(name) or not name.isprintable():
        raise Invalid("bad_name", _("Write a name of at most 120 letters."), field="signature_name")
    return name


def return_cash(
    *, refund: Refund, desk: CashDesk, signature_name: str, by: User, now: dt.datetime
) -> DeskReceipt:
    """Hand back cash that is owed, at any desk whose till holds enough, against the signature of `signature_name`.

    Raises `Invalid`, `NotAllowed` or `Refused`.
    """
    require(can_operate(by, desk))
    signature_name = check_signature(signature_name)
    with transaction.atomic():
        lock_channel(refund.pledge.campaign_id, Channel.CASH)
        pledge = lock_pledge(refund.pledge_id)
        owed = lock_refund(refund.pk)
        _check_owed(owed)
        locked = lock_desk(desk.pk)
        check_works(locked, now)
        check_till(locked, owed.amount_cents)
        receipt = issue(
            kind=ReceiptKind.RETURNED,
            desk=locked,
            pledge=pledge,
            amount_cents=owed.amount_cents,
            by=by,
            now=now,
            refund=owed,
            signed_by=signature_name,
        )
        why = f"handed back at desk {locked.pk}"
        advance(owed, RefundStatus.UNKNOWN, table=REFUND_TRANSITIONS, now=now, by=by, why=why)
        finish_refund(refund=owed, proof=receipt.full_number, now=now, leaves=postings.desk(locked.pk))
        tell_handed_back(receipt=receipt, now=now)
    return receipt


def _check_owed(refund: Refund) -> None:
    if refund.channel != Channel.CASH:
        raise Refused("not_cash", _("This money did not come in cash: it goes back the way it came."))
    if refund.status not in WAITING:
        raise Refused("returned_already", _("This cash has been handed back already."))
    if ReturnByTransfer.objects.filter(refund=refund).exists():
        raise Refused("by_transfer", _("This money goes back by bank transfer: its donor asked for it."))


def check_till(desk: CashDesk, cents: int) -> None:
    """Refuse to take out of a till more than it holds. The desk is locked. Raises `Refused`."""
    holds = debit_balance(postings.desk(desk.pk))
    if holds < cents:
        raise Refused(
            "till_too_low",
            _("The till holds %(amount)s. Offer a bank transfer, or another desk."),
            amount=format_euro(holds, get_language() or "it"),
        )


def ask_for_transfer(
    *, refund: Refund, iban: str, holder: str, by: Visitor | None, now: dt.datetime, token: str = ""
) -> ReturnByTransfer:
    """Let cash go back by bank transfer, to an account that its donor names; asked again, the last one counts.

    Raises `Invalid`, `NotAllowed` or `Refused`.
    """
    require(can_ask_for_transfer(by, refund.pledge, token))
    iban, holder = check_account(iban, holder)
    with transaction.atomic():
        owed = lock_refund(refund.pk)
        if owed.channel != Channel.CASH:
            raise Refused("not_cash", _("This money did not come in cash: it goes back the way it came."))
        if owed.status not in WAITING:
            raise Refused("returned_already", _("This cash has been handed back already."))
        asked, _new = ReturnByTransfer.objects.update_or_create(
            refund=owed,
            defaults={
                "iban": iban,
                "holder": holder,
                "asked_by": by if is_person(by) else None,
                "asked_at": now,
            },
        )
    return asked


def check_account(iban: str, holder: str) -> tuple[str, str]:
    """Return an IBAN in its compact form and its holder. Raises `Invalid`."""
    try:
        compact = ibans.validate(iban.upper())
    except NumberError as error:
        raise Invalid("iban", _("This IBAN is not right: check it."), field="iban") from error
    holder = " ".join(holder.split())
    if not holder or len(holder) > LONGEST_HOLDER or not holder.isprintable():
        raise Invalid("holder", _("Write whose account it is, in at most 70 letters."), field="holder")
    return compact, holder
