"""What a quadratic round would give if it ended today: computed by a drain, never on a page view."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from campaigns.calls.enums import PUBLIC_CALLS, RuleKind
from campaigns.calls.models import Call
from campaigns.enums import CampaignStatus
from crowdfund.kit import clock
from payments.enums import COUNTS_AS_PLEDGED
from payments.matching.formula import TooManyPairsError
from payments.matching.models import CountedPledge, RoundEstimate
from payments.matching.selectors.rounds import (
    OVER,
    Gifts,
    RoundKey,
    applications_of,
    pots_of,
    round_of,
    rounds_of,
    share_of_each,
)
from payments.matching.services.rounds import steps_of
from payments.models import Pledge
from payments.selectors.backer import not_taken_back

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.calls.models import Application
    from payments.matching.formula import Pot


def estimate_rounds() -> int:
    """Compute anew the estimates whose campaigns or pots have moved (the drain `matching.estimates`); return how many.

    A round is computed at most once a turn of the drain, however many pledges came and however many people look.
    """
    now = clock.now()
    running = Call.objects.filter(status__in=PUBLIC_CALLS, rule__kind=RuleKind.QUADRATIC).select_related(
        "rule"
    )
    keys = [key for call in running.order_by("pk") for key in rounds_of(call) if round_of(key) is None]
    return sum(_estimate(key, now) for key in keys)


def _estimate(key: RoundKey, now: dt.datetime) -> bool:
    applications = list(applications_of(key))
    pots = pots_of(key, applications)
    mark = _mark(applications, pots)
    there = RoundEstimate.objects.filter(call=key.call, session=key.session)
    if there.filter(mark=mark).exists():
        return False
    matches: dict[str, Any] = {}
    too_many = None
    try:
        shared = share_of_each(key, _gifts_today(applications), pots)
    except TooManyPairsError as error:
        too_many = error.pairs
    else:
        matches = {
            one.slug: {"cents": one.share.match.cents, "raw_cents": one.raw_cents, "steps": steps_of(one)}
            for one in shared
        }
    RoundEstimate.objects.update_or_create(
        call=key.call,
        session=key.session,
        defaults={"mark": mark, "matches": matches, "too_many_pairs": too_many, "computed_at": now},
    )
    return True


def _mark(applications: list[Application], pots: list[Pot]) -> str:
    """Say in a few letters what an estimate is computed from: other campaigns' sums or pots make another mark."""
    campaigns = [
        [row.campaign.slug, row.campaign.status, row.campaign.pledged_cents, row.campaign.backers]
        for row in applications
        if row.campaign
    ]
    text = json.dumps([campaigns, [[pot.cents, pot.campaigns] for pot in pots]])
    return hashlib.sha256(text.encode()).hexdigest()


def _gifts_today(applications: list[Application]) -> dict[str, Gifts]:
    """Return what is pledged today by campaign and backer; of campaigns that have collected, what was collected."""
    status = {row.campaign_id: row.campaign.status for row in applications if row.campaign}
    funded = [pk for pk, at in status.items() if at == CampaignStatus.FUNDED]
    running = [pk for pk, at in status.items() if at not in OVER]
    collected = CountedPledge.objects.filter(campaign__in=funded, collected_cents__gt=0).order_by()
    pledged = not_taken_back(
        Pledge.objects.filter(campaign__in=running, status__in=COUNTS_AS_PLEDGED)
    ).order_by()
    rows = [
        *collected.values_list("campaign__slug", "pledge__backer", "pledge__email", "pledge__name").annotate(
            cents=Sum("collected_cents")
        ),
        *pledged.values_list("campaign__slug", "backer", "email", "name").annotate(cents=Sum("amount_cents")),
    ]
    accounts = {email: f"u:{account}" for _slug, account, email, _name, _cents in rows if account and email}
    sums: dict[str, dict[object, int]] = {row.campaign.slug: {} for row in applications if row.campaign}
    for slug, account, email, name, cents in rows:
        guest = accounts.get(email, f"e:{email}") if email else f"n:{name.lower()}"
        who = f"u:{account}" if account else guest
        sums[slug][who] = sums[slug].get(who, 0) + cents
    return {slug: Gifts(own) for slug, own in sums.items()}
