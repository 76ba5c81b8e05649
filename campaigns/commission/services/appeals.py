"""A team appeals against what a list says of its application; an officer answers with a reason."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.services.checks import reason_needed
from campaigns.commission.enums import APPEAL_TRANSITIONS, AppealStatus
from campaigns.commission.models import Appeal, RankedList
from campaigns.commission.permissions import can_answer_appeal, can_appeal
from campaigns.commission.selectors.reads import standing_entry
from campaigns.commission.services.letters import tell_of_answer
from crowdfund.kit import states
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.permissions import Visitor
    from campaigns.calls.models import Application


def file_appeal(*, application: Application, text: str, by: Visitor, now: dt.datetime) -> Appeal:
    """File a team's appeal note, one for an application; it is shown with the list.

    Raises `NotAllowed` unless `by` is owner or editor of the organisation; `Invalid` without a text; `Refused` before a
    list is published (`no_list`), after the call's days (`appeal_over`), or a second time (`appealed`).
    """
    require(can_appeal(by, application))
    text = text.strip()
    if not text:
        raise Invalid("text_missing", _("Write what is wrong, and why."), field="text")
    entry = standing_entry(application)
    if entry is None:
        raise Refused("no_list", _("No list has been published for this application."))
    days = dt.timedelta(days=entry.ranked_list.commission.call.grid.appeal_days)
    if not RankedList.objects.filter(pk=entry.ranked_list_id, published_at__gt=now - days).exists():
        raise Refused("appeal_over", _("The days for an appeal are over."))
    appeal = Appeal(
        application=application,
        ranked_list=entry.ranked_list,
        text=text,
        filed_by=cast("User", by),
        filed_at=now,
    )
    try:
        with transaction.atomic():
            appeal.save(force_insert=True)
            states.record_birth(appeal, now=now, by=by)
    except IntegrityError as error:
        raise Refused("appealed", _("Your team has appealed already.")) from error
    return appeal


def answer_appeal(*, appeal: Appeal, upheld: bool, reason: str, by: Visitor, now: dt.datetime) -> Appeal:
    """Answer an appeal for good, with the reason, and tell the team. An upheld one is followed by a new version.

    Raises `NotAllowed` unless `by` is an officer from outside the organisation; `Invalid`; `IllegalTransition`.
    """
    require(can_answer_appeal(by, appeal))
    answer = reason_needed(reason)
    status = AppealStatus.UPHELD if upheld else AppealStatus.DISMISSED
    with transaction.atomic():
        states.advance(
            appeal,
            status,
            table=APPEAL_TRANSITIONS,
            now=now,
            by=by,
            why=answer[:200],
            answer=answer,
            answered_at=now,
        )
        tell_of_answer(appeal=appeal, now=now)
    return appeal
