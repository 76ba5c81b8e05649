"""Pledges in words: where each stands, and what its backer may do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.money import format_euro
from payments.enums import Channel, PledgeStatus
from payments.formula import fee_cents

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from payments.models import Pledge


@dataclasses.dataclass(frozen=True)
class InWords:
    """A state: the badge's shape and label, and a sentence that says what it means for the backer."""

    kind: str
    label: _StrOrPromise
    text: _StrOrPromise


_S = PledgeStatus
_WORDS = {
    _S.PENDING_CARD: InWords(
        "attention", _("Card missing"), _("Save your card: until then it does not count.")
    ),
    _S.ACTIVE: InWords(
        "ok", _("Promised"), _("Nothing is charged now. You can change or cancel until the campaign ends.")
    ),
    _S.AWAITING_TRANSFER: InWords(
        "attention", _("Transfer awaited"), _("Make the transfer: your pledge counts when it arrives.")
    ),
    _S.RECEIVED: InWords(
        "ok", _("Received"), _("Your money has arrived. If the goal is missed, all of it goes back to you.")
    ),
    _S.EXPIRED: InWords(
        "stop", _("Transfer not arrived"), _("Your transfer did not come in time: nothing was taken.")
    ),
    _S.RETURNING: InWords("info", _("Being given back"), _("Your money is on its way back to you.")),
    _S.CHARGING: InWords("wait", _("Being charged"), _("The goal was reached: your card is being charged.")),
    _S.PROCESSING: InWords("wait", _("On its way"), _("Your bank is carrying out the charge.")),
    _S.REQUIRES_ACTION: InWords(
        "attention", _("Needs you"), _("Your bank did not accept the charge: complete your support.")
    ),
    _S.COLLECTED: InWords("ok", _("Collected"), _("Your card was charged. Thank you!")),
    _S.FAILED: InWords("stop", _("Not collected"), _("The charge did not succeed: you have paid nothing.")),
    _S.CANCELLED: InWords("stop", _("Cancelled"), _("This pledge was cancelled: nothing is charged.")),
    _S.RELEASED: InWords("stop", _("Released"), _("The goal was not reached: nothing is charged.")),
    _S.PARTLY_REFUNDED: InWords("info", _("Partly refunded"), _("Part of your money was given back.")),
    _S.REFUNDED: InWords("info", _("Refunded"), _("Your money was given back.")),
    _S.DISPUTED: InWords(
        "info", _("Disputed"), _("You asked your bank about this charge: it is being looked at.")
    ),
    _S.LOST: InWords("info", _("Given back by the bank"), _("Your bank gave your money back.")),
}


_BY_DEBIT = {
    _S.PENDING_CARD: InWords(
        "attention", _("Account missing"), _("Save your account: until then it does not count.")
    ),
    _S.PROCESSING: InWords(
        "wait",
        _("On its way"),
        _("Your account is being debited: it takes at most 14 working days. There is nothing to do."),
    ),
    _S.CHARGING: InWords("wait", _("Being debited"), _("The goal was reached: the debit is being prepared.")),
    _S.REQUIRES_ACTION: InWords(
        "attention",
        _("Needs you"),
        _("Your bank did not accept the debit: complete your support with a card."),
    ),
    _S.COLLECTED: InWords(
        "ok",
        _("Collected"),
        _("Your account was debited. Thank you! For 8 weeks you can ask your bank to give it back."),
    ),
    _S.FAILED: InWords("stop", _("Not collected"), _("The debit did not succeed: you have paid nothing.")),
}
_WITHOUT_A_CARD = {
    _S.COLLECTED: InWords("ok", _("Collected"), _("The goal was reached: your money is for the project.")),
    _S.CANCELLED: InWords("stop", _("Cancelled"), _("This pledge was cancelled.")),
}


def pledge_in_words(pledge: Pledge) -> InWords:
    """Say where a pledge stands, and what its backer does about it if anything."""
    status = PledgeStatus(pledge.status)
    if pledge.channel != Channel.CARD:
        return _WITHOUT_A_CARD.get(status, _WORDS[status])
    return _BY_DEBIT.get(status, _WORDS[status]) if pledge.by_debit else _WORDS[status]


def fee_in_words(pledge: Pledge) -> str:
    """Say what the payment service keeps of a pledge through it, and out of whose money; empty for other pledges.

    An estimate until it is collected, then what was really kept.
    """
    language = get_language() or "it"
    if pledge.channel != Channel.CARD:
        return ""
    collected = bool(pledge.collected_at)
    cents = pledge.fee_cents if collected else fee_cents(pledge.amount_cents, pledge.method)
    amount = format_euro(cents, language)
    if not pledge.campaign.fees_borne_by_campaign:
        return gettext("%(amount)s, paid by the city") % {"amount": amount}
    if collected:
        return gettext("%(amount)s of it, in the campaign's budget") % {"amount": amount}
    return gettext("about %(amount)s of it, in the campaign's budget") % {"amount": amount}


_DISPUTE_REASONS = {
    "bank_cannot_process": _("The bank could not carry it out"),
    "credit_not_processed": _("The holder says a refund was promised and did not come"),
    "customer_initiated": _("The holder asked their bank for the money back"),
    "debit_not_authorized": _("The holder says the debit was not allowed"),
    "duplicate": _("The holder says it was charged twice"),
    "fraudulent": _("The holder says they did not make this payment"),
    "insufficient_funds": _("The account did not hold enough"),
    "product_not_received": _("The holder says they got nothing for it"),
    "product_unacceptable": _("The holder says it is not what was promised"),
    "subscription_canceled": _("The holder says they had cancelled"),
    "unrecognized": _("The holder does not recognise the payment"),
}


def dispute_reason(code: str) -> _StrOrPromise:
    """Say in words why a charge is disputed, by Stripe's reason."""
    return _DISPUTE_REASONS.get(code, _("The bank gives no reason"))
