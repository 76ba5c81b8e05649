"""What is looked at before a transfer is promised: each fault has its own code and sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError as NumberError

from accounts.permissions import is_person
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro
from payments.bank.formula.pain import sepa_text
from payments.bank.models.transfers import LONGEST_HOLDER

if TYPE_CHECKING:
    from accounts.permissions import Visitor


def _euro(cents: int) -> str:
    return format_euro(cents, get_language() or settings.LANGUAGE_CODE)


def check_channel_open() -> None:
    """Refuse transfers while the installation has no account. Raises `Refused`."""
    if not settings.BANK_ACCOUNT_IBAN:
        raise Refused("transfers_off", _("Bank transfers are not possible here: no account is set up."))


def check_transfer_amount(amount_cents: int, by: Visitor | None) -> None:
    """Hold a transfer's amount within the limits; a large one takes a login. Raises `Invalid` or `Refused`."""
    if type(amount_cents) is not int:
        raise Invalid("amount_not_whole", _("Give the amount in whole cents."), field="amount_cents")
    if amount_cents < settings.TRANSFER_MIN_CENTS:
        raise Invalid(
            "amount_too_small",
            _("The smallest pledge by bank transfer is %(amount)s."),
            field="amount_cents",
            amount=_euro(settings.TRANSFER_MIN_CENTS),
        )
    if amount_cents > settings.TRANSFER_LIMIT_CENTS:
        raise Invalid(
            "amount_too_large",
            _("The largest pledge by bank transfer is %(amount)s."),
            field="amount_cents",
            amount=_euro(settings.TRANSFER_LIMIT_CENTS),
        )
    if amount_cents > settings.TRANSFER_PERSON_CENTS and not is_person(by):
        raise Refused(
            "person_needed",
            _("Log in to pledge more than %(amount)s: for such a sum we have to know who you are."),
            field="amount_cents",
            amount=_euro(settings.TRANSFER_PERSON_CENTS),
        )


def check_account(iban: str, holder: str) -> tuple[str, str]:
    """Return an IBAN in its compact form and its holder with single spaces. Raises `Invalid`."""
    compact = iban_number.compact(iban)
    try:
        iban_number.validate(compact)
    except NumberError as error:
        raise Invalid("iban", _("This IBAN is not right: check it."), field="iban") from error
    if compact == settings.BANK_ACCOUNT_IBAN:
        raise Invalid("iban_is_ours", _("This is our account: write yours."), field="iban")
    holder = " ".join(holder.split())
    if not sepa_text(holder, LONGEST_HOLDER) or len(holder) > LONGEST_HOLDER:
        raise Invalid(
            "holder",
            _("Write who holds the account, in Latin letters, 70 at most."),
            field="holder",
        )
    return compact, holder
