"""Less was collected than the call asks for: which published policy applies, and the letters that say so.

`proceed`: the project goes on with what was collected and the match shrinks with it. `refund`: everyone is refunded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.calls.enums import RuleKind, Shortfall
from crowdfund.kit import clock
from payments.enums import PledgeStatus
from payments.matching.formula import threshold_cents
from payments.matching.models import Reservation
from payments.models import Pledge, Settlement
from payments.services.announce import SEE_MONEY, tell_goes_on, tell_team

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.calls.models import MatchRule
    from campaigns.models import Campaign

BATCH = 500


def mark_cents(campaign: Campaign, rule: MatchRule | None) -> int:
    """Return what collected money is measured by: the threshold of a threshold share, else the goal. Whole cents."""
    if rule is not None and rule.kind == RuleKind.THRESHOLD_SHARE:
        return threshold_cents(campaign.cost_cents, int(rule.data["crowd_threshold_percent"]))
    goal: int = campaign.goal_cents
    return goal


def policy_for(*, collected_cents: int, mark: int, rule: MatchRule | None) -> str:
    """Return the policy that applies, empty when enough was collected; with nothing collected it is `refund`."""
    if collected_cents >= mark:
        return ""
    if not collected_cents or (rule is not None and rule.shortfall == Shortfall.REFUND):
        return Shortfall.REFUND
    return Shortfall.PROCEED


def match_figures(campaign: Campaign) -> dict[str, int]:
    """Return the match that was set aside at most, and what is proposed of it: 0 and 0 without a call. Whole cents."""
    found = Reservation.objects.filter(campaign=campaign).figures()
    return {"exposure_cents": found["exposure_cents"], "match_cents": found["proposed_cents"]}


def tell_team_of_end(*, settlement: Settlement, now: dt.datetime) -> None:
    """Say to the team what was pledged, what was collected and what happens with the match, to the cent."""
    refunds = settlement.shortfall == Shortfall.REFUND
    figures = match_figures(settlement.campaign)
    tell_team(
        settlement.campaign,
        "campaign_refunds" if refunds else "campaign_funded",
        page="campaign_money",
        label=SEE_MONEY,
        once=str(settlement.pk),
        now=now,
        pledged_cents=settlement.pledged_cents,
        collected_cents=settlement.collected_cents,
        fees_cents=settlement.fees_cents,
        mark_cents=settlement.mark_cents,
        short=bool(settlement.shortfall),
        nothing=not settlement.collected_cents,
        has_match=bool(figures["exposure_cents"]),
        **figures,
    )


def tell_backers() -> int:
    """Tell the backers of campaigns that go on with less, a batch at a time (the drain `settlements.tell`)."""
    now = clock.now()
    waiting = Settlement.objects.filter(shortfall=Shortfall.PROCEED, told_at__isnull=True)
    return sum(_tell_some(pk, now) for pk in waiting.values_list("pk", flat=True))


def _tell_some(settlement_id: int, now: dt.datetime) -> int:
    """Write to the next backers, in the order of their pledges; return the rows worked on."""
    with transaction.atomic():
        settlement = (
            Settlement.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("campaign__project")
            .filter(pk=settlement_id, told_at__isnull=True)
            .first()
        )
        if settlement is None:
            return 0
        collected = Pledge.objects.filter(
            campaign=settlement.campaign, status=PledgeStatus.COLLECTED, pk__gt=settlement.told_through
        ).select_related("campaign__project", "reward", "backer")
        batch = list(collected.order_by("pk")[:BATCH])
        figures = match_figures(settlement.campaign)
        for pledge in batch:
            tell_goes_on(pledge=pledge, settlement=settlement, now=now, **figures)
        if batch:
            settlement.told_through = batch[-1].pk
        if len(batch) < BATCH:
            settlement.told_at = now
        settlement.save(update_fields=["told_through", "told_at"])
    return len(batch) + (settlement.told_at is not None)
