"""Rows of the table of permissions: who may do what with pots, extensions and corrections."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from payments.matching import services as matching
from payments.matching.models import Reservation
from payments.models import Settlement
from payments.services import corrections
from tests.payments import bank
from tests.payments.pots import closing, foundation, sponsored
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

    Stage = Any

MORE = {"until": NOW.date() + dt.timedelta(days=400), "office": "o", "number": "1", "dated_on": NOW.date()}


def sponsor(by: User, call: Any, giver: Any) -> Any:
    terms = matching.FundTerms(name="n", priority=20)
    return matching.propose_sponsor_fund(
        call=call, organisation=giver, amount_cents=1, terms=terms, reason="r", by=by, now=NOW
    )


def extension(stage: Stage) -> Any:
    campaign = reserved(stage)
    return matching.record_extension(campaign=campaign, by=stage.officer, now=NOW, **MORE)


def reserved(stage: Stage) -> Campaign:
    campaign: Campaign = stage.proposed_match().campaign
    Reservation.objects.filter(campaign=campaign).update(status="reserved", proposed_cents=None)
    return campaign


def too_much(stage: Stage) -> Campaign:
    """A funded campaign of which € 1,000 went back after its match was bound."""
    act = stage.recorded_act()
    matching.confirm_act(act=act, by=stage.people["approver"], now=NOW)
    campaign: Campaign = act.reservation.campaign
    Campaign.objects.filter(pk=campaign.pk).update(
        status=CampaignStatus.FUNDED, opens_at=NOW - dt.timedelta(days=70), deadline=NOW
    )
    Settlement.objects.create(
        campaign=campaign, decided_at=NOW, pledged_cents=400_000, pledges=9, goal_cents=400_000, goal_met=True,
        finished_at=NOW, collected_cents=400_000, collected_pledges=9, fees_cents=0,
    )  # fmt: skip
    bank.pledge(campaign, cents=300_000, status="collected", collected_at=NOW)
    return campaign


def correction(stage: Stage) -> Any:
    return corrections.propose_correction(campaign=too_much(stage), reason="r", by=stage.officer, now=NOW)


def paid(stage: Stage) -> Campaign:
    campaign = too_much(stage)
    matching.disburse_tranche(campaign_id=campaign.pk, cents=1_000, reference="payout:1", now=NOW)
    return campaign


def closing_of(stage: Stage) -> Any:
    """A sponsor's pot of a call whose window is over."""
    fund = sponsored(stage.call(), 1_000)
    change = closing(fund)
    matching.reject_fund_change(change=change, why="r", by=stage.people["approver"], now=NOW)
    return fund


OFFICER, APPROVER = {"officer"}, {"approver"}
ROWS: dict[str, tuple[Callable[[Stage], Any], Callable[[Any, Any], Any], set[str]]] = {
    "propose_sponsor_fund": (
        lambda s: (s.call(), foundation()),
        lambda given, by: sponsor(by, *given),
        OFFICER,
    ),
    "propose_fund_closing": (
        closing_of,
        lambda f, by: matching.propose_fund_closing(fund=f, reason="r", by=by, now=NOW),
        OFFICER,
    ),
    "approve_fund_closing": (
        lambda s: closing(sponsored(s.call(), 1_000)),
        lambda c, by: matching.approve_fund_change(change=c, by=by, now=NOW),
        APPROVER,
    ),
    "record_extension": (
        reserved,
        lambda c, by: matching.record_extension(campaign=c, by=by, now=NOW, **MORE),
        OFFICER,
    ),
    "confirm_extension": (
        extension,
        lambda e, by: matching.confirm_extension(extension=e, by=by, now=NOW),
        APPROVER,
    ),
    "reject_extension": (
        extension,
        lambda e, by: matching.reject_extension(extension=e, why="r", by=by, now=NOW),
        APPROVER,
    ),
    "propose_correction": (
        too_much,
        lambda c, by: corrections.propose_correction(campaign=c, reason="r", by=by, now=NOW),
        OFFICER,
    ),
    "approve_correction": (
        correction,
        lambda c, by: corrections.approve_correction(correction=c, by=by, now=NOW),
        APPROVER,
    ),
    "reject_correction": (
        correction,
        lambda c, by: corrections.reject_correction(correction=c, why="r", by=by, now=NOW),
        APPROVER,
    ),
    "return_match": (
        paid,
        lambda c, by: matching.return_match(campaign=c, cents=1, reference="unspent:1", by=by, now=NOW),
        OFFICER | APPROVER,
    ),
}
