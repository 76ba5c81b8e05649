"""What the four kinds of rule do differently at admission and at the end of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from campaigns.calls.selectors.terms import rule_data_of
from crowdfund.kit.errors import Refused
from payments.matching import formula
from payments.matching.models import CountedPledge, MatchDraw, MatchRound

if TYPE_CHECKING:
    from campaigns.calls.models import Application, Call
    from campaigns.models import Campaign

LATER = (formula.PerPledge, formula.Quadratic)
"""Rules that reserve nothing at admission: pledges draw one by one, or a round shares the pot out at the end."""


def reserves_later(rule: formula.Rule) -> bool:
    """Say whether a rule reserves nothing at admission."""
    return isinstance(rule, LATER)


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


def match_of(
    *, campaign: Campaign, call: Call, pledged: formula.Crowd, collected: formula.Crowd
) -> formula.Match | None:
    """Compute a campaign's match on collected money, with every step; None where only the round can tell."""
    rule = formula.read_rule(rule_data_of(campaign) or call.rule.as_data)
    if isinstance(rule, formula.Quadratic):
        return None
    if isinstance(rule, formula.PerPledge):
        return match_drawn(campaign=campaign, rule=rule)
    return formula.match_on_collected(
        rule,
        cost_cents=campaign.cost_cents,
        pledged=pledged,
        collected=collected,
        on_shortfall="refund" if call.rule.shortfall == "refund" else "proceed",
    )
