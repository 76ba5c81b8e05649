"""Why a bank said no and what to do about it, in plain words: for emails and the page of a recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

register = template.Library()

ANOTHER_CARD = _("Pay with another card.")
A_CARD = _("Pay with a card instead.")
UNSAID = (
    _("Your bank declined the charge without saying why."),
    _("Pay with another card, or ask your bank."),
)
LIMIT = (_("The card has reached its limit."), _("Ask your bank to raise it, or pay with another card."))
FAULT = (_("Your bank had a fault while it was asked."), _("Try the same card once more."))
NOT_MEANT = (_("The card does not allow this kind of payment."), ANOTHER_CARD)

# A lost or stolen card is not named, nor one thought to be used by fraud: the reader may not be its holder
CARD: dict[str, tuple[_StrOrPromise, _StrOrPromise]] = {
    "authentication_required": (
        _("Your bank asks you to confirm this payment yourself."),
        _("Pay with the same card: your bank asks you to confirm, in its app for example."),
    ),
    "insufficient_funds": (
        _("There was not enough money on the card."),
        _("Put money on it, or pay with another card."),
    ),
    "expired_card": (_("The card has expired."), _("Pay with the new card, or with another one.")),
    "incorrect_cvc": (_("The card's security code was wrong."), _("Give the card once more, with its code.")),
    "processing_error": FAULT,
    "issuer_not_available": FAULT,
    "try_again_later": FAULT,
    "card_not_supported": NOT_MEANT,
    "currency_not_supported": NOT_MEANT,
    "transaction_not_allowed": NOT_MEANT,
    "card_velocity_exceeded": LIMIT,
    "withdrawal_count_limit_exceeded": LIMIT,
    "never_sent": (
        _("Our payment service could not be reached: your bank was not asked."),
        _("Pay with the same card or another one."),
    ),
}

REFUSED_DEBIT = (_("Your bank refused the debit without saying why."), A_CARD)
NO_SUCH_ACCOUNT = (_("Your bank says that this account can't be debited."), A_CARD)
ABOVE_LIMIT = (_("The debit is above a limit of your account or of the payment service."), A_CARD)
NO_MANDATE = (_("Your bank says that this debit was not authorised."), A_CARD)
DEBIT: dict[str, tuple[_StrOrPromise, _StrOrPromise]] = {
    "insufficient_funds": (_("There was not enough money on the account."), A_CARD),
    "account_closed": (_("The account has been closed."), A_CARD),
    "bank_account_closed": (_("The account has been closed."), A_CARD),
    "bank_account_restricted": NO_SUCH_ACCOUNT,
    "bank_account_invalid_details": NO_SUCH_ACCOUNT,
    "bank_ownership_changed": NO_SUCH_ACCOUNT,
    "incorrect_account_holder_name": NO_SUCH_ACCOUNT,
    "invalid_account_number": NO_SUCH_ACCOUNT,
    "no_account": NO_SUCH_ACCOUNT,
    "debit_not_authorized": NO_MANDATE,
    "authorization_revoked": NO_MANDATE,
    "payment_intent_mandate_invalid": NO_MANDATE,
    "amount_too_large": ABOVE_LIMIT,
    "charge_exceeds_source_limit": ABOVE_LIMIT,
    "charge_exceeds_weekly_limit": ABOVE_LIMIT,
    "charge_exceeds_transaction_limit": ABOVE_LIMIT,
    "never_sent": (
        _("Our payment service could not be reached: your bank was not asked."),
        A_CARD,
    ),
}


def _words(code: str, debit: object) -> tuple[_StrOrPromise, _StrOrPromise]:
    return DEBIT.get(code, REFUSED_DEBIT) if debit else CARD.get(code, UNSAID)


@register.filter
def decline_reason(code: str, debit: object = False) -> str:  # noqa: FBT002 - filters take no names
    """Say why the bank said no, in a sentence; `debit` tells an account from a card."""
    return str(_words(code, debit)[0])


@register.filter
def decline_advice(code: str, debit: object = False) -> str:  # noqa: FBT002 - filters take no names
    """Say what to do about it, in a sentence."""
    return str(_words(code, debit)[1])
