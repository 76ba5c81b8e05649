"""Cash taken back before the deadline: its donor has changed their mind, and gets it at a desk or by transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance
from payments.cash.permissions import can_withdraw_cash
from payments.enums import PLEDGE_TRANSITIONS, Channel, PledgeStatus, RefundReason
from payments.locks import hold_campaign, lock_pledge
from payments.matching.services import follow_pledge
from payments.models import TotalsDelta
from payments.services.pledges import give_reward_back
from payments.services.refund import decide_refund

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from payments.models import Pledge, Refund


def withdraw_cash(*, pledge: Pledge, by: Visitor | None, now: dt.datetime, token: str = "") -> Refund:
    """Owe cash back to a donor who takes it back, until the deadline; it no longer counts.

    Asked by the donor, with the receipt's link, or by an operator before whom they stand with the receipt. Raises
    `NotAllowed` or `Refused`.
    """
    require(can_withdraw_cash(by, pledge, token))
    with transaction.atomic():
        held = hold_campaign(pledge.campaign_id, now)
        locked = lock_pledge(pledge.pk)
        if not held.may_change:
            raise Refused(
                "campaign_closed", _("The campaign has ended: this pledge can't be changed any more.")
            )
        if locked.channel != Channel.CASH or locked.status != PledgeStatus.RECEIVED:
            raise Refused("pledge_settled", _("This pledge can't be changed in its present state."))
        advance(
            locked,
            PledgeStatus.RETURNING,
            table=PLEDGE_TRANSITIONS,
            now=now,
            by=by,
            why="by the backer",
        )
        refund = decide_refund(
            pledge=locked, cents=locked.amount_cents, reason=RefundReason.WITHDRAWN, now=now
        )
        TotalsDelta.objects.create(
            campaign_id=locked.campaign_id, pledged_cents=-locked.amount_cents, backers=-1
        )
        give_reward_back(locked)
        follow_pledge(pledge=locked, cents=0, now=now)
    return refund
