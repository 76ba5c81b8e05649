"""Where an organisation's money goes now, and the changes of it that are under way."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from payments.enums import PAID_BY_CARD_ACCOUNT, PAID_BY_IBAN, PayeeKind
from payments.models import PayeeChange, PayoutAccount, PayoutIban

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import Organisation
    from payments.models import Disbursement

LONGEST_PAYEE = 200
SHOWN = 4


@dataclasses.dataclass(frozen=True)
class Payee:
    """Who is paid: the organisation as it is named, and the account (`destination`, empty while there is none)."""

    payee: str
    holder: str = ""
    destination: str = ""


def payee_now(organisation: Organisation, channel: str) -> Payee:
    """Read who would be paid in this channel now; one query."""
    tail = f" · {organisation.tax_code}" if organisation.tax_code else ""
    name = organisation.name[: LONGEST_PAYEE - len(tail)] + tail
    if channel in PAID_BY_CARD_ACCOUNT:
        account = PayoutAccount.objects.filter(organisation=organisation).first()
        return Payee(name, destination=account.stripe_account_id if account else "")
    if channel in PAID_BY_IBAN:
        bank = PayoutIban.objects.filter(organisation=organisation).first()
        return Payee(name, bank.holder, bank.iban) if bank else Payee(name)
    return Payee(name)


def decided_payee(decision: Disbursement) -> Payee:
    """Give who was to be paid when a disbursement was proposed."""
    return Payee(decision.payee, decision.holder, decision.destination)


def same_payee(decision: Disbursement) -> bool:
    """Whether who would be paid now is who was to be paid when it was proposed. Its organisation must be loaded."""
    return payee_now(decision.campaign.project.organisation, decision.channel) == decided_payee(decision)


def channels_of(kind: str) -> tuple[str, ...]:
    """Name the channels that are paid by an IBAN, or by a connected account."""
    return PAID_BY_IBAN if kind == PayeeKind.IBAN else PAID_BY_CARD_ACCOUNT


def payee_changes() -> QuerySet[PayeeChange]:
    """Return every change of payee with what a page shows of it, newest first."""
    return PayeeChange.objects.select_related(
        "organisation", "requested_by", "proposed_by", "proposed_person", "decided_by"
    )


def last_digits(payee: str) -> str:
    """Show the end of an IBAN or account: enough to recognise it, worth nothing to who reads along."""
    return f"…{payee[-SHOWN:]}" if payee else ""


def in_fours(iban: str) -> str:
    """Write an IBAN in groups of four, as people read it."""
    return " ".join(_chunks(iban))


def _chunks(text: str) -> Iterable[str]:
    return (text[at : at + 4] for at in range(0, len(text), 4))
