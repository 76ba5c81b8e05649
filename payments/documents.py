"""Pledges in words: where each stands, and what its backer may do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from payments.enums import PledgeStatus

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
        "attention", _("Needs you"), _("Your bank did not accept the charge: look at the email we sent you.")
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


def pledge_in_words(pledge: Pledge) -> InWords:
    """Say where a pledge stands."""
    return _WORDS[PledgeStatus(pledge.status)]
