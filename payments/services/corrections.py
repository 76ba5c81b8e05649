"""Correcting the match of a funded campaign whose backers had money back: one person proposes, another approves."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import CampaignStatus
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance, record_birth
from payments.enums import COUNTS_AS_COLLECTED, Channel, PledgeStatus
from payments.locks import lock_campaign, lock_channel
from payments.matching.enums import FUND_CHANGE_TRANSITIONS, FundChangeStatus, ReservationStatus
from payments.matching.formula import Crowd
from payments.matching.locks import lock_funds_of
from payments.matching.models import MatchCorrection, Reservation
from payments.matching.permissions import can_decide_for_campaign, can_propose_for_campaign
from payments.matching.services import crowds_left, match_of, return_paid, save_unpaid, saveable
from payments.models import Settlement
from payments.selectors.collected import collected_now
from payments.selectors.releasable import unpaid_by_pot
from payments.services.announce import SEE_MONEY, tell_team
from payments.services.proposals import clean_reason

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Campaign
    from payments.matching.formula import Match

STILL_THERE = COUNTS_AS_COLLECTED | {PledgeStatus.DISPUTED}
"""What is disputed counts until a bank has decided."""


@dataclasses.dataclass(frozen=True)
class Surplus:
    """What a campaign's match is now, what it was fixed at, and what of the difference can go back; whole cents."""

    match: Match
    match_cents: int
    fixed_cents: int
    economy_cents: int
    paid_cents: int

    @property
    def cents(self) -> int:
        """What is too much."""
        return max(0, self.fixed_cents - self.match_cents)


def surplus_of(campaign: Campaign) -> Surplus | None:
    """Compute the match anew on what is left of the collected money; None where no match was fixed."""
    rows = [
        row
        for row in Reservation.objects.of_campaign(campaign.pk).select_related("fund__call__rule")
        if row.proposed_cents is not None
    ]
    settlement = Settlement.objects.filter(campaign=campaign).first()
    if not rows or settlement is None:
        return None
    pledged, collected = crowds_left(campaign) or _by_pledges(settlement)
    match = match_of(
        campaign=campaign, call=rows[0].fund.call, pledged=pledged, collected=collected, decided=True
    )
    if match is None:  # no round was held yet
        return None
    fixed = sum(row.proposed_cents or 0 for row in rows)
    over = max(0, fixed - match.cents)
    unpaid = sum(max(0, cents) for _row, cents in saveable(rows, unpaid_by_pot(campaign)))
    return Surplus(match, min(match.cents, fixed), fixed, min(over, unpaid), max(0, over - unpaid))


def _by_pledges(settlement: Settlement) -> tuple[Crowd, Crowd]:
    """Count pledges for backers: of a campaign that was decided on before counts by backer were kept."""
    now = collected_now(settlement.campaign_id, STILL_THERE)
    return Crowd(settlement.pledged_cents, settlement.pledges), Crowd(now.cents, now.pledges)


def propose_correction(
    *, campaign: Campaign, reason: str, receipt: str = "", by: User, now: dt.datetime
) -> MatchCorrection:
    """Propose to give back what a funded campaign's match has too much of, after refunds.

    What was not paid yet goes back to its pots; what was paid, only once it was given back: `receipt` names the
    treasurer's receipt, or the line of the statement. Raises `Invalid` without a reason, `Refused` when the campaign is
    not funded, an act waits, nothing is too much, all of it was paid, or another correction waits.
    """
    require(can_propose_for_campaign(by, campaign))
    text = clean_reason(reason)
    with transaction.atomic():
        found = _surplus_under_lock(campaign.pk)
        row = MatchCorrection(
            campaign=campaign,
            reason=text,
            receipt=receipt.strip()[:60],
            **_amounts(found, receipt.strip()),
            **MatchCorrection.proposal(by, now),
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise Refused("change_waiting", _("Another correction waits for its decision.")) from error
        record_birth(row, now=now, by=by)
    return row


def _surplus_under_lock(campaign_id: int) -> Surplus:
    campaign = lock_campaign(campaign_id)
    if campaign.status != CampaignStatus.FUNDED:
        raise Refused("not_funded", _("Only a funded campaign's match is corrected."))
    lock_channel(campaign_id, Channel.MATCH)
    rows = lock_funds_of(campaign_id)
    if any(row.status == ReservationStatus.RECORDED for row in rows):
        raise Refused("act_waiting", _("An act waits for its confirmation: confirm it, or send it back."))
    found = surplus_of(campaign)
    if found is None or not found.cents:
        raise Refused("nothing_to_correct", _("The match is what the collected money asks for."))
    return found


def _amounts(found: Surplus, receipt: str) -> dict[str, int]:
    returned = found.paid_cents if receipt else 0
    if not found.economy_cents and not returned:
        raise Refused(
            "all_paid",
            _("All of it was paid: once the organisation has given it back, write by which receipt."),
            field="receipt",
        )
    return {
        "match_cents": found.match_cents,
        "economy_cents": found.economy_cents,
        "returned_cents": returned,
    }


def approve_correction(*, correction: MatchCorrection, by: User, now: dt.datetime) -> None:
    """Approve a correction: the match is what it is on what is left, and the rest is free in its pots.

    Raises `Refused` when the figures are no longer what was proposed.
    """
    require(can_decide_for_campaign(by, correction))
    with transaction.atomic():
        found = _surplus_under_lock(correction.campaign_id)
        if any(
            getattr(correction, name) != value for name, value in _amounts(found, correction.receipt).items()
        ):
            raise Refused("amount_changed", _("The figures have changed since this was proposed. Reject it."))
        _decide(correction, FundChangeStatus.APPROVED, by, now)
        _give_back(correction, found, now)
        tell_team(
            correction.campaign,
            "match_corrected",
            page="campaign_money",
            label=SEE_MONEY,
            once=str(correction.pk),
            now=now,
            match_cents=found.fixed_cents - correction.economy_cents - correction.returned_cents,
            before_cents=found.fixed_cents,
            why=correction.reason,
        )


def _give_back(correction: MatchCorrection, found: Surplus, now: dt.datetime) -> None:
    facts: dict[str, Any] = {
        "campaign_id": correction.campaign_id,
        "reference": f"correction:{correction.pk}",
        "now": now,
    }
    if correction.economy_cents:
        unpaid = unpaid_by_pot(correction.campaign)
        save_unpaid(cents=correction.economy_cents, unpaid=unpaid, **facts)
    if correction.returned_cents:
        return_paid(cents=correction.returned_cents, **facts)
    steps = [dataclasses.asdict(step) for step in found.match.steps]
    mine = Reservation.objects.filter(campaign=correction.campaign_id, proposed_cents__isnull=False)
    mine.update(steps=steps)


def reject_correction(*, correction: MatchCorrection, why: str, by: User, now: dt.datetime) -> None:
    """Turn a proposed correction down, with the reason."""
    require(can_decide_for_campaign(by, correction))
    _decide(correction, FundChangeStatus.REJECTED, by, now, clean_reason(why, field="why"))


def _decide(
    correction: MatchCorrection, status: FundChangeStatus, by: User, now: dt.datetime, why: str = ""
) -> None:
    decision = MatchCorrection.decision(by, now)
    advance(correction, status, table=FUND_CHANGE_TRANSITIONS, now=now, by=by, why=why, **decision)
