"""Less was collected than the call asks for: both published policies, on the letters and the public page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.notices.models import Notice
from accounts.notices.services import render
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import jobs
from payments.enums import PledgeStatus
from payments.formula import DEBIT_RISK_DAYS
from payments.matching.models import Reservation
from payments.matching.services import reserve_match
from payments.models import ChargeAttempt, Pledge, Refund, Settlement
from payments.selectors.holdback import debits_free_at, held_back_cents
from payments.services import shortfall
from payments.services.settle import finish_collection
from tests import world
from tests.payments.bank import pledge
from tests.payments.test_matching import RULE, application, call
from tests.world import NOW

pytestmark = pytest.mark.django_db
ENDS = NOW + dt.timedelta(days=7)


def ended(
    *pledges: tuple[int, str], policy: str = "proceed", owner=None, matched: bool = True, **settled
) -> Campaign:
    """A campaign whose window has passed, with pledges (cents, status) as rows; 10,000 of cost, 4,000 of threshold."""
    if matched:
        asked = application(call(rule={"shortfall": policy}))
        reserve_match(application=asked, now=NOW)
        campaign = asked.campaign
        if owner:
            campaign.project.organisation.memberships.create(user=owner, role="owner", since=NOW)
    else:
        campaign = world.campaign(owner)
    Campaign.objects.filter(pk=campaign.pk).update(
        status="collecting", opens_at=NOW - dt.timedelta(days=60), deadline=NOW, recovery_ends_at=ENDS
    )
    for cents, status in pledges:
        given = pledge(campaign, cents=cents, status=status, collected_at=NOW)
        if status in {PledgeStatus.COLLECTED, PledgeStatus.PARTLY_REFUNDED, PledgeStatus.DISPUTED}:
            ChargeAttempt.objects.create(
                pledge=given, n=1, status="succeeded", idempotency_key=f"k{given.pk}", amount_cents=cents,
                payment_intent_id=f"pi_{given.pk}", created_at=NOW,
            )  # fmt: skip
    total = sum(cents for cents, _status in pledges)
    Settlement.objects.create(
        **{"campaign": campaign, "decided_at": NOW, "pledged_cents": total, "pledges": len(pledges),
           "goal_cents": 400_000, "goal_met": True, "recovery_ends_at": ENDS} | settled
    )  # fmt: skip
    return Campaign.objects.get(pk=campaign.pk)


def in_both(notice: Notice) -> tuple[str, str]:
    context = notice.context
    texts = []
    for language in ("it", "en"):
        notice.language = language
        with translation.override(language):
            render(notice)
        texts.append(notice.text.replace("\xa0", " "))
    assert context
    return texts[0], texts[1]


def page(client, campaign: Campaign) -> str:
    with translation.override("en"):
        shown = client.get(reverse("campaign", args=[campaign.slug])).content.decode()
    return " ".join(shown.split())


class TestProceed:
    def test_backers_and_team_are_told_to_the_cent_what_happens(self, client):
        owner = world.person("Piero", language="en")
        campaign = ended((300_000, "collected"), (200_000, "failed"), owner=owner)
        finish_collection(campaign=campaign, now=ENDS)
        settlement = Settlement.objects.get()
        assert (settlement.shortfall, settlement.mark_cents) == ("proceed", 400_000)
        assert settlement.campaign.status == CampaignStatus.FUNDED
        jobs.run_until_quiet(["settlements.tell"])
        italian, english = in_both(Notice.objects.get(event="campaign_goes_on"))
        for figure in ("5.000,00 €", "3.000,00 €", "4.000,00 €", "4.500,00 €", "6.000,00 €"):
            assert figure in italian
        assert "goes on with what was collected" in english
        _italian, team = in_both(Notice.objects.get(event="campaign_funded", user=owner))
        for figure in ("€3,000.00", "€5,000.00", "€4,000.00", "€4,500.00", "€6,000.00"):
            assert figure in team
        shown = page(client, campaign)
        assert "€5,000.00 were pledged at the deadline, €3,000.00 were collected." in shown
        assert "less than the €4,000.00 needed: by the published rule the project goes on" in shown
        assert "€4,500.00 instead of €6,000.00 at most" in shown

    def test_each_backer_is_told_once_a_batch_at_a_time(self, monkeypatch):
        monkeypatch.setattr(shortfall, "BATCH", 2)
        campaign = ended(*[(50_000, "collected")] * 5, (300_000, "failed"))
        finish_collection(campaign=campaign, now=ENDS)
        for _ in range(2):
            jobs.run_until_quiet(["settlements.tell"])
        assert Notice.objects.filter(event="campaign_goes_on").count() == 5
        assert Settlement.objects.get().told_at is not None

    def test_when_enough_was_collected_nobody_is_told_of_a_shortfall(self, client):
        campaign = ended((400_000, "collected"), (100_000, "failed"), owner=world.person("P", language="en"))
        finish_collection(campaign=campaign, now=ENDS)
        jobs.run_until_quiet(["settlements.tell"])
        assert Settlement.objects.get().shortfall == ""
        assert not Notice.objects.filter(event="campaign_goes_on").exists()
        _it, team = in_both(Notice.objects.get(event="campaign_funded"))
        assert "less than" not in team
        assert "less than" not in page(client, campaign)

    def test_without_a_call_the_project_goes_on_and_no_match_is_spoken_of(self):
        campaign = ended((300_000, "collected"), (200_000, "failed"), matched=False)
        finish_collection(campaign=campaign, now=ENDS)
        jobs.run_until_quiet(["settlements.tell"])
        _it, english = in_both(Notice.objects.get(event="campaign_goes_on"))
        assert "€4,000.00 needed" in english or "4.000,00 € needed" in english
        assert "city" not in english.partition("--")[0]


class TestRefund:
    def test_backers_and_team_are_told_and_everybody_is_refunded(self, client):
        owner = world.person("Piero", language="en")
        campaign = ended((300_000, "collected"), (200_000, "failed"), policy="refund", owner=owner)
        finish_collection(campaign=campaign, now=ENDS)
        assert Settlement.objects.get().shortfall == "refund"
        assert Refund.objects.get().amount_cents == 300_000
        italian, english = in_both(Notice.objects.get(event="pledge_shortfall"))
        for figure in ("3.000,00 €", "5.000,00 €", "4.000,00 €"):
            assert figure in italian
        assert "everybody is then refunded, and the city adds nothing" in english
        _it, team = in_both(Notice.objects.get(event="campaign_refunds", user=owner))
        for words in ("€3,000.00", "€5,000.00", "€4,000.00", "€6,000.00", "every backer is refunded"):
            assert words in team
        assert "everybody is refunded, and the city adds nothing" in page(client, campaign)
        assert Reservation.objects.get().status == "released"

    def test_nothing_collected_is_said_as_it_is(self):
        owner = world.person("Piero", language="en")
        campaign = ended((400_000, "failed"), owner=owner)
        finish_collection(campaign=campaign, now=ENDS)
        assert Settlement.objects.get().campaign.status == CampaignStatus.MISSED
        _it, team = in_both(Notice.objects.get(event="campaign_refunds"))
        assert "Nothing could be collected: nobody was charged" in team


class TestWhatCounts:
    def test_what_is_disputed_or_lost_does_not_count(self):
        campaign = ended((300_000, "collected"), (100_000, "disputed"), (50_000, "lost"))
        finish_collection(campaign=campaign, now=ENDS)
        settlement = Settlement.objects.get()
        assert (settlement.collected_cents, settlement.collected_pledges) == (300_000, 1)
        assert settlement.shortfall == "proceed"

    def test_what_went_back_does_not_count(self):
        campaign = ended((300_000, "collected"), (200_000, "partly_refunded"))
        partly = Pledge.objects.get(status="partly_refunded")
        for n, (reason, cents) in enumerate((("decided", 50_000), ("duplicate", 200_000)), start=1):
            Refund.objects.create(
                pledge=partly, n=n, attempt=partly.attempts.get(), amount_cents=cents, reason=reason,
                status="done", refund_id=f"re_{n}", idempotency_key=f"r{n}", created_at=NOW,
            )  # fmt: skip
        finish_collection(campaign=campaign, now=ENDS)
        assert Settlement.objects.get().collected_cents == 450_000


class TestHoldBack:
    def collected(self, *, rule: dict[str, Any] | None = None, **settled: Any) -> Campaign:
        asked = application(call(rule={"data": RULE | (rule or {})}))
        Campaign.objects.filter(pk=asked.campaign.pk).update(
            status="funded", opens_at=NOW - dt.timedelta(days=60), deadline=NOW
        )
        Settlement.objects.create(
            campaign=asked.campaign, decided_at=NOW, pledged_cents=500_000, pledges=3, goal_cents=400_000,
            goal_met=True, **{"finished_at": NOW} | settled,
        )  # fmt: skip
        debit = {"method": "sepa_debit", "mandate_id": "mandate_1", "status": "collected"}
        pledge(asked.campaign, cents=100_001, status="collected", collected_at=NOW)
        pledge(asked.campaign, cents=200_000, collected_at=NOW + dt.timedelta(days=3), **debit)
        pledge(asked.campaign, cents=50_000, collected_at=NOW + dt.timedelta(days=9), **debit)
        return Campaign.objects.get(pk=asked.campaign.pk)

    def test_debits_wait_eight_weeks_each_from_its_own_day(self):
        campaign = self.collected()
        risk = dt.timedelta(days=DEBIT_RISK_DAYS)
        assert DEBIT_RISK_DAYS == 7 * 8
        for day, cents in ((10, 250_000), (58, 250_000), (59, 50_000), (64, 50_000), (65, 0)):
            assert held_back_cents(campaign, NOW + dt.timedelta(days=day)) == cents, day
        assert debits_free_at(campaign) == NOW + dt.timedelta(days=9) + risk
        assert held_back_cents(campaign, NOW, channel="bank") == 0

    def test_a_call_may_accept_the_risk(self):
        assert held_back_cents(self.collected(rule={"accepts_debit_risk": True}), NOW) == 0

    def test_a_percentage_of_the_rest_waits_too_rounded_up(self):
        campaign = self.collected(rule={"hold_back_percent": 10, "hold_back_days": 30})
        assert held_back_cents(campaign, NOW + dt.timedelta(days=29)) == 250_000 + 10_001
        assert held_back_cents(campaign, NOW + dt.timedelta(days=30)) == 250_000

    def test_without_days_a_percentage_waits_sixty(self):
        campaign = self.collected(rule={"hold_back_percent": 100, "accepts_debit_risk": True})
        assert held_back_cents(campaign, NOW + dt.timedelta(days=59)) == 350_001
        assert held_back_cents(campaign, NOW + dt.timedelta(days=60)) == 0

    def test_what_went_back_is_not_held_and_what_is_disputed_is_frozen_anyway(self):
        campaign = self.collected()
        small, large = Pledge.objects.filter(method="sepa_debit").order_by("amount_cents")
        Pledge.objects.filter(pk=small.pk).update(status="disputed")
        Pledge.objects.filter(pk=large.pk).update(status="partly_refunded")
        attempt = ChargeAttempt.objects.create(
            pledge=large, n=1, status="succeeded", idempotency_key="k", amount_cents=200_000, created_at=NOW
        )
        Refund.objects.create(
            pledge=large, n=1, attempt=attempt, amount_cents=80_000, reason="decided", idempotency_key="r",
            created_at=NOW,
        )  # fmt: skip
        assert held_back_cents(campaign, NOW + dt.timedelta(days=10)) == 120_000

    def test_a_campaign_without_a_call_holds_its_debits_too(self):
        campaign = world.campaign(status="funded")
        pledge(
            campaign, cents=7_000, status="collected", collected_at=NOW, method="sepa_debit", mandate_id="m"
        )
        assert held_back_cents(campaign, NOW + dt.timedelta(days=1)) == 7_000
