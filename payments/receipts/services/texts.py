"""An organisation's own words on its receipts: written by its owner, decided on by an officer, never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.permissions import require
from crowdfund.kit.errors import Invalid
from crowdfund.kit.states import advance, record_birth
from payments.receipts.enums import TEXT_TRANSITIONS, TextStatus
from payments.receipts.models import ReceiptText
from payments.receipts.permissions import can_decide_text, can_write_text

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

LONGEST: Final = 1_500


def write_text(*, organisation: Organisation, text: str, by: User, now: dt.datetime) -> ReceiptText:
    """Hand in what the organisation's receipts shall say; it replaces one that still waits. The owner's.

    Raises `Invalid` when it is empty or longer than 1,500 characters.
    """
    require(can_write_text(by, organisation))
    words = text.strip().replace("\r\n", "\n")
    if not words:
        raise Invalid("missing", _("Write the text."), field="text")
    if len(words) > LONGEST:
        raise Invalid("too_long", _("At most %(most)d characters."), field="text", most=LONGEST)
    with transaction.atomic():
        _replace(organisation, TextStatus.PROPOSED, now=now, by=by)
        made = ReceiptText.objects.create(
            organisation=organisation, text=words, written_by=by, written_at=now
        )
        record_birth(made, now=now, by=by)
    return made


def approve_text(*, text: ReceiptText, by: User, now: dt.datetime) -> None:
    """Let the text stand on receipts issued from now on, in place of the one before. An officer's, not a member's."""
    require(can_decide_text(by, text))
    with transaction.atomic():
        _replace(text.organisation, TextStatus.APPROVED, now=now, by=by)
        advance(
            text, TextStatus.APPROVED, table=TEXT_TRANSITIONS, now=now, by=by, decided_by=by, decided_at=now
        )


def reject_text(*, text: ReceiptText, why: str, by: User, now: dt.datetime) -> None:
    """Turn the text down, and say why. An officer's, not a member's."""
    require(can_decide_text(by, text))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    with transaction.atomic():
        advance(
            text,
            TextStatus.REJECTED,
            table=TEXT_TRANSITIONS,
            now=now,
            by=by,
            decided_by=by,
            decided_at=now,
            why=why.strip()[:200],
            answer=why.strip()[:200],
        )


def _replace(organisation: Organisation, status: TextStatus, *, now: dt.datetime, by: User) -> None:
    """Make room for another text in this state. Locks the organisation: two who do this come one after the other."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    for old in ReceiptText.objects.filter(organisation=organisation, status=status):
        advance(old, TextStatus.REPLACED, table=TEXT_TRANSITIONS, now=now, by=by)
