"""Whether a dispute can still be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Refused
from payments.enums import OPEN_DISPUTES, SendStatus
from payments.models import DisputeAnswer

if TYPE_CHECKING:
    import datetime as dt

    from payments.models import Dispute


def check_open(dispute: Dispute, now: dt.datetime) -> None:
    """Raise `Refused` when a dispute is over, was answered, or its time has passed. The dispute is locked."""
    answer = DisputeAnswer.objects.filter(dispute=dispute).first()
    if dispute.status not in OPEN_DISPUTES or (answer and answer.status != SendStatus.FAILED):
        raise Refused("answered", _("This dispute is over, or was answered already."))
    if dispute.answer_by and now >= dispute.answer_by:
        raise Refused("too_late", _("The time to answer has passed."))
