from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class ReceiptKind(TextChoices):
    """The numbered documents. A correction voids one of the other two and is never voided itself."""

    RECEIPT = "receipt", _("Receipt for a gift")
    CONFIRMATION = "confirmation", _("Payment confirmation for a reward")
    CORRECTION = "correction", _("Correction")


class CorrectionReason(TextChoices):
    """Why a document was voided."""

    REFUND = "refund", _("The money was given back, whole or in part")
    DISPUTE = "dispute", _("The backer's bank took the money back")
    DETAILS = "details", _("The details of who gave were put right")


class TextStatus(TextChoices):
    """The life of an organisation's own text for its receipts."""

    PROPOSED = "proposed", _("Waiting for the municipality")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Not approved")
    REPLACED = "replaced", _("Replaced by a newer one")


TEXT_TRANSITIONS: Transitions = {
    TextStatus.PROPOSED: frozenset({TextStatus.APPROVED, TextStatus.REJECTED, TextStatus.REPLACED}),
    TextStatus.APPROVED: frozenset({TextStatus.REPLACED}),
    TextStatus.REJECTED: frozenset(),
    TextStatus.REPLACED: frozenset(),
}


class RequestStatus(TextChoices):
    """The life of a backer's wish to have the details on a receipt put right."""

    ASKED = "asked", _("Waiting for the organisation")
    GRANTED = "granted", _("Done, with a new receipt")
    DECLINED = "declined", _("Declined")


REQUEST_TRANSITIONS: Transitions = {
    RequestStatus.ASKED: frozenset({RequestStatus.GRANTED, RequestStatus.DECLINED}),
    RequestStatus.GRANTED: frozenset(),
    RequestStatus.DECLINED: frozenset(),
}
