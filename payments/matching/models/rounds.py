from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.calls.models import Call, Session
from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField


class MatchRound(models.Model):
    """The one deed that shares a quadratic pot out, once all campaigns of a call (or session) have collected or failed.

    `pots` says what was shared out among whom: cents, and the campaigns' slugs. Never changed, by trigger.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="rounds")
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="rounds"
    )
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    pots = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "session"], nulls_distinct=False, name="match_round_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}"


class RoundMatch(models.Model):
    """What a round gave one campaign, with every step."""

    round = models.ForeignKey(MatchRound, on_delete=models.PROTECT, related_name="matches")
    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="round_match")
    crowd_cents = CentsField()
    backers = models.PositiveIntegerField()
    raw_cents = CentsField()
    cents = CentsField()
    steps = models.JSONField()

    class Meta:
        ordering = ["-cents", "campaign_id"]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.cents}"


class RoundEstimate(models.Model):
    """What a round would give if it ended today: a cache, computed anew by a drain when its campaigns have moved.

    `matches` holds an entry a campaign, by its id; `mark` tells what it was computed from.
    `too_many_pairs` is set when the bound on pairs has more to compare than it can.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="round_estimates")
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    mark = models.CharField(max_length=64)
    matches = models.JSONField(default=dict)
    too_many_pairs = models.BigIntegerField(null=True, blank=True)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "session"], nulls_distinct=False, name="round_estimate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}: {self.mark}"
