"""A campaign's totals: a display cache that payments folds. No decision reads them."""

from __future__ import annotations

from django.db.models import F

from campaigns.models import Campaign


def fold_totals(
    *,
    campaign_id: int,
    pledged_cents: int,
    promised_cents: int,
    collected_cents: int,
    match_cents: int,
    backers: int,
) -> None:
    """Add what changed, in whole cents, to a campaign's totals; call inside the transaction that takes it away."""
    Campaign.objects.filter(pk=campaign_id).update(
        pledged_cents=F("pledged_cents") + pledged_cents,
        promised_cents=F("promised_cents") + promised_cents,
        collected_cents=F("collected_cents") + collected_cents,
        match_cents=F("match_cents") + match_cents,
        backers=F("backers") + backers,
    )


def set_totals(
    *,
    campaign_id: int,
    pledged_cents: int,
    promised_cents: int,
    collected_cents: int,
    match_cents: int,
    backers: int,
) -> None:
    """Set a campaign's totals, in whole cents, to what was derived anew."""
    Campaign.objects.filter(pk=campaign_id).update(
        pledged_cents=pledged_cents,
        promised_cents=promised_cents,
        collected_cents=collected_cents,
        match_cents=match_cents,
        backers=backers,
    )
