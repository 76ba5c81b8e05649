"""Money that was received and not spent: two people say what goes back, the team is asked for it, and it arrives.

The rule stands in `docs/reporting.md`: what is left is split in the proportion in which match and residents' money were
received. The match's part is returned to the pot it came from; the residents' part stays with the project's purpose.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro
from crowdfund.kit.states import record_birth
from payments.enums import Channel, DisbursementStatus, ProposalStatus, ReturnWay
from payments.locks import lock_campaign, lock_channel
from payments.matching.enums import FundMoney
from payments.matching.models import MatchFund
from payments.matching.services import return_match
from payments.models import Disbursement, MatchReturn, UnspentDecision
from payments.permissions import (
    can_decide_match_return,
    can_decide_unspent,
    can_propose_match_return,
    can_propose_unspent,
)
from payments.selectors.unspent import Received, received, reports_settled
from payments.services import proposals
from payments.services.announce import tell_team_unspent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from campaigns.models import Campaign
    from payments.matching.services import Taken

RETURN_WITHIN: Final = dt.timedelta(days=30)
LONGEST_USE: Final = 500
CHANNEL_OF: Final = {ReturnWay.TREASURY: Channel.MATCH, ReturnWay.BANK: Channel.SPONSOR}


def propose_unspent(
    *, campaign: Campaign, reason: str, by: User, now: dt.datetime, crowd_use: str = ""
) -> UnspentDecision:
    """Propose what a project gives back, as the accepted reports say; the figures never change afterwards.

    `crowd_use` says what the residents' part is for, when there is one. Raises `Invalid` without it, `Refused` before
    the final report is accepted, while a tranche is on its way, or when nothing is left.
    """
    require(can_propose_unspent(by, campaign))
    why = proposals.clean_reason(reason)
    with transaction.atomic():
        locked = lock_campaign(campaign.pk)
        lock_channel(locked.pk, Channel.MATCH)
        found = _settled(locked)
        use = _clean_use(crowd_use, found)
        try:
            with transaction.atomic():
                decision = UnspentDecision.objects.create(
                    campaign=locked,
                    reason=why,
                    crowd_use=use,
                    due_on=now.astimezone(CIVIL).date() + RETURN_WITHIN,
                    **_figures(found),
                    **UnspentDecision.proposal(by, now),
                )
        except IntegrityError as error:
            raise Refused("decided_before", _("This was proposed or decided before.")) from error
        record_birth(decision, now=now, by=by)
    return decision


def _settled(campaign: Campaign) -> Received:
    """Read what is left once nothing moves any more. Raises `Refused` otherwise."""
    if not reports_settled(campaign):
        raise Refused("reports_open", _("What is left is known once every report was accepted."))
    open_ones = [DisbursementStatus.PROPOSED, DisbursementStatus.APPROVED]
    if Disbursement.objects.filter(campaign=campaign, status__in=open_ones).exists():
        raise Refused("tranches_open", _("A tranche is still to be decided or paid."))
    found = received(campaign)
    if not found.unspent.total_cents:
        raise Refused("nothing_left", _("All that was received was spent: nothing goes back."))
    return found


def _clean_use(crowd_use: str, found: Received) -> str:
    if not found.unspent.crowd_cents:
        return ""
    use = " ".join(crowd_use.split())
    if not use or len(use) > LONGEST_USE:
        raise Invalid("use_missing", _("Say what the residents' part will be used for."), field="crowd_use")
    return use


def _figures(found: Received) -> dict[str, int]:
    unspent = found.unspent
    return {
        "received_match_cents": found.match_cents,
        "received_crowd_cents": found.crowd_cents,
        "eligible_cents": found.eligible_cents,
        "match_cents": unspent.match_cents,
        "crowd_cents": unspent.crowd_cents,
    }


def approve_unspent(*, decision: UnspentDecision, by: User, now: dt.datetime) -> None:
    """Approve: the team is asked to return the match's part. Void, and `Refused`, when the figures have changed."""
    require(can_decide_unspent(by, decision))
    with transaction.atomic():
        campaign = lock_campaign(decision.campaign_id)
        lock_channel(campaign.pk, Channel.MATCH)
        decision.refresh_from_db()
        same = _figures(received(campaign)) == {name: getattr(decision, name) for name in _NAMES}
        if same:
            proposals.approve(decision, by=by, now=now)
            tell_team_unspent(decision=decision, now=now)
        else:
            proposals.let_lapse(decision, why="the figures have changed", now=now)
    if not same:
        raise proposals.lapsed()


_NAMES = ("received_match_cents", "received_crowd_cents", "eligible_cents", "match_cents", "crowd_cents")


def reject_unspent(*, decision: UnspentDecision, why: str, by: User, now: dt.datetime) -> None:
    """Turn it down, with the reason: it can be proposed anew."""
    require(can_decide_unspent(by, decision))
    with transaction.atomic():
        proposals.reject(decision, why=why, by=by, now=now)


def propose_match_return(
    *,
    decision: UnspentDecision,
    amount_cents: int,
    way: str,
    document: str,
    arrived_on: dt.date,
    reason: str,
    by: User,
    now: dt.datetime,
) -> MatchReturn:
    """Say that match came back: `document` is the number of the treasurer's receipt, or of the bank's booking.

    Raises `Invalid` for more than is still to come back that way, a day to come, no number or one used before;
    `Refused` until the decision is approved.
    """
    require(can_propose_match_return(by, decision))
    why = proposals.clean_reason(reason)
    proposals.check_amount(amount_cents)
    number = _check_return(way, document, arrived_on, now)
    with transaction.atomic():
        locked = _lock(decision)
        if locked.status != ProposalStatus.APPROVED:
            raise Refused("not_decided", _("It is not decided yet what goes back."))
        _check_left(locked, way, amount_cents)
        try:
            with transaction.atomic():
                made = MatchReturn.objects.create(
                    unspent=locked,
                    amount_cents=amount_cents,
                    way=way,
                    document=number,
                    arrived_on=arrived_on,
                    reason=why,
                    **MatchReturn.proposal(by, now),
                )
        except IntegrityError as error:
            raise Invalid(
                "document_used", _("A return with this number was recorded before."), field="document"
            ) from error
        record_birth(made, now=now, by=by)
    return made


def _check_return(way: str, document: str, arrived_on: dt.date, now: dt.datetime) -> str:
    if way not in ReturnWay.values:
        raise Invalid("unknown_way", _("Choose where the money came back to."), field="way")
    number = " ".join(document.split())
    if not number:
        raise Invalid("missing", _("Write the number of the receipt."), field="document")
    if arrived_on > now.astimezone(CIVIL).date():
        raise Invalid("future_date", _("This day has not come yet."), field="arrived_on")
    return number


def _lock(decision: UnspentDecision) -> UnspentDecision:
    found = UnspentDecision.objects.select_for_update(of=("self",))
    return found.select_related("campaign__project__organisation").get(pk=decision.pk)


def _check_left(decision: UnspentDecision, way: str, amount_cents: int) -> None:
    """Hold a return to what is still to come back, and to what was paid that way."""
    waiting = decision.returns.filter(status=ProposalStatus.PROPOSED)
    left = decision.left_cents - _sum(waiting)
    paid = Disbursement.objects.filter(
        campaign=decision.campaign_id, channel=CHANNEL_OF[ReturnWay(way)], status=DisbursementStatus.PAID
    )
    standing = decision.returns.filter(way=way, status__in=[ProposalStatus.PROPOSED, ProposalStatus.APPROVED])
    left = min(left, _sum(paid) - _sum(standing))
    if amount_cents > left:
        raise Invalid(
            "above_owed",
            _("At most %(amount)s are still to come back this way."),
            field="amount_cents",
            amount=format_euro(max(0, left), get_language() or "it"),
        )


def _sum(rows: Any) -> int:
    return int(rows.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def approve_match_return(*, match_return: MatchReturn, by: User, now: dt.datetime) -> None:
    """Confirm that the match came back: the pot it was taken from has it again, and so has the ladder."""
    require(can_decide_match_return(by, match_return))
    with transaction.atomic():
        decision = _lock(match_return.unspent)
        lock_channel(decision.campaign_id, Channel.MATCH)
        proposals.approve(match_return, by=by, now=now)
        cents, reference = match_return.amount_cents, f"match_return:{match_return.pk}"
        taken = return_match(campaign=decision.campaign, cents=cents, reference=reference, now=now, by=by)
        _check_pots(match_return, taken)
        decision.returned_cents += cents
        decision.save(update_fields=["returned_cents"])


def _check_pots(match_return: MatchReturn, taken: Sequence[Taken]) -> None:
    """Hold a return to the pots of its own money: the last pot is filled first, whichever that is."""
    wanted = FundMoney.HELD if match_return.way == ReturnWay.BANK else FundMoney.TREASURY
    other = MatchFund.objects.filter(pk__in=[one.fund_id for one in taken]).exclude(money=wanted)
    if other.exists():
        raise Refused(
            "other_pots_first",
            _("Other pots get their money back first: record what came back to them before this."),
        )


def reject_match_return(*, match_return: MatchReturn, why: str, by: User, now: dt.datetime) -> None:
    """Say that the return can't be confirmed, with the reason: it is still owed."""
    require(can_decide_match_return(by, match_return))
    with transaction.atomic():
        proposals.reject(match_return, why=why, by=by, now=now)
