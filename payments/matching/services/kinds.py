"""What the four kinds of rule do differently at admission and at the end of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from campaigns.calls.selectors.terms import rule_data_of
from crowdfund.kit.errors import Refused
from payments.matching import formula
from payments.matching.models import CountedPledge, MatchDraw, MatchRound, RoundMatch
from payments.selectors.collected import left_of_pledges

if TYPE_CHECKING:
    from campaigns.calls.models import Application, Call
    from campaigns.models import Campaign


def check_admission(*, application: Application, rule: formula.Rule) -> None:
    """Refuse an admission that reserves nothing and leaves part of the cost to nobody, or comes after the round.

    Under `per_pledge` a goal counts with the match that it can draw at most; under `quadratic` nobody knows the match
    before the end, so goal and other money must reach the cost. Raises `Refused`.
    """
    campaign = application.campaign
    if campaign is None:
        raise Refused("no_campaign", _("There is no campaign to reserve for."))
    found = MatchRound.objects.filter(call=application.call_id, session=application.session_id)
    if found.exists():
        raise Refused("round_over", _("The pot of this call has been shared out already."))
    match = formula.match_at(rule, campaign.goal_cents) if isinstance(rule, formula.PerPledge) else 0
    if campaign.goal_cents + match + application.other_source_cents >= campaign.cost_cents:
        return
    if isinstance(rule, formula.PerPledge):
        sentence = _("Goal and match together don't reach the cost.")
    else:
        sentence = _("The match is known only at the end: the goal and other money must reach the cost.")
    raise Refused("cost_uncovered", sentence, field="goal_cents")


def match_drawn(*, campaign: Campaign, rule: formula.PerPledge) -> formula.Match:
    """Tell what a campaign's pledges have drawn and given back, each draw in the order of the book."""
    drawn = back = 0
    for cents in MatchDraw.objects.filter(campaign=campaign).values_list("cents", flat=True):
        drawn, back = (drawn + cents, back) if cents > 0 else (drawn, back - cents)
    collected = sum(
        cents or 0
        for cents in CountedPledge.objects.filter(campaign=campaign).values_list("collected_cents", flat=True)
    )
    return formula.draws_told(rule, collected_cents=collected, drawn_cents=drawn, back_cents=back)


def match_left(*, campaign: Campaign, rule: formula.PerPledge) -> formula.Match:
    """Compute what the draws of a campaign come to on what is left of its pledges, refunds taken off."""
    drawn = MatchDraw.objects.filter(campaign=campaign).order_by().values_list("pledge")
    held = {pk: cents for pk, cents in drawn.annotate(cents=Sum("cents")) if cents}
    left = left_of_pledges(held)
    cents = sum(min(cents, formula.wanted_cents(rule, left.get(pk, 0))) for pk, cents in held.items())
    return formula.draws_told(
        rule,
        collected_cents=sum(left.values()),
        drawn_cents=sum(held.values()),
        back_cents=sum(held.values()) - cents,
    )


def match_of(
    *,
    campaign: Campaign,
    call: Call,
    pledged: formula.Crowd,
    collected: formula.Crowd,
    decided: bool = False,
) -> formula.Match | None:
    """Compute a campaign's match on collected money, with every step; None where only the round can tell.

    `decided`: the campaign goes on, whatever the rule says of too little: that was decided when its collection ended.
    Then, under `per_pledge`, what pledges drew counts for what is left of them, and a round that was held stands.
    """
    rule = formula.read_rule(rule_data_of(campaign) or call.rule.as_data)
    if isinstance(rule, formula.Quadratic):
        held = RoundMatch.objects.filter(campaign=campaign).first() if decided else None
        return formula.Match(held.cents, reached=True, steps=()) if held else None
    if isinstance(rule, formula.PerPledge):
        return (
            match_left(campaign=campaign, rule=rule) if decided else match_drawn(campaign=campaign, rule=rule)
        )
    return formula.match_on_collected(
        rule,
        cost_cents=campaign.cost_cents,
        pledged=pledged,
        collected=collected,
        on_shortfall="refund" if call.rule.shortfall == "refund" and not decided else "proceed",
    )
