"""A launch whose fees the call bears leans on the platform's reserve: it must carry this one beside the others."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from accounts.models import User
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from campaigns.selectors.readiness import fees_estimate_cents
from campaigns.services.campaigns import launch_campaign
from crowdfund.kit.errors import Refused
from payments.enums import PledgeStatus
from payments.postings import charge_collected, charge_fee, reversal_impossible
from payments.selectors.reserve import reserve_left_cents
from payments.services import launch
from tests import world
from tests.payments.bank import pledge
from tests.race import race
from tests.world import NOW

NEEDED = fees_estimate_cents(400_000)


def approved(owner: User, **fields) -> Campaign:
    return world.campaign(
        owner,
        **{"status": CampaignStatus.APPROVED, "fees_borne_by_campaign": False, "opens_at": None, "deadline": None}
        | fields,
    )  # fmt: skip


def status(campaign: Campaign) -> str:
    return Campaign.objects.values_list("status", flat=True).get(pk=campaign.pk)


@pytest.mark.django_db
class TestTheReserve:
    def test_without_one_nothing_is_launched_and_the_words_say_why(self):
        owner = world.person()
        campaign = approved(owner)
        with pytest.raises(Refused) as refused:
            launch_campaign(campaign=campaign, by=owner, now=NOW)
        assert refused.value.code == "reserve_too_small"
        assert "74,00" in str(refused.value)
        assert "0,00" in str(refused.value)
        assert status(campaign) == CampaignStatus.APPROVED

    def test_a_campaign_that_bears_its_fees_needs_none(self):
        owner = world.person()
        campaign = approved(owner, fees_borne_by_campaign=True)
        launch_campaign(campaign=campaign, by=owner, now=NOW)
        assert status(campaign) == CampaignStatus.LIVE

    @pytest.mark.parametrize(("cents", "launched"), [(NEEDED - 1, False), (NEEDED, True)])
    def test_to_the_cent(self, cents, launched):
        owner = world.person()
        campaign = approved(owner)
        world.fund_reserve(cents)
        if launched:
            launch_campaign(campaign=campaign, by=owner, now=NOW)
        else:
            with pytest.raises(Refused):
                launch_campaign(campaign=campaign, by=owner, now=NOW)
        assert (status(campaign) == CampaignStatus.LIVE) is launched

    def test_money_at_the_bank_is_no_reserve_at_stripe(self):
        owner = world.person()
        world.fund_reserve(NEEDED, into="cash:bank")
        with pytest.raises(Refused):
            launch_campaign(campaign=approved(owner), by=owner, now=NOW)

    def test_what_another_campaign_will_cost_is_spoken_for(self):
        first, second = world.person(), world.person()
        world.fund_reserve(NEEDED)
        launch_campaign(campaign=approved(first), by=first, now=NOW)
        with pytest.raises(Refused):
            launch_campaign(campaign=approved(second), by=second, now=NOW)

    def test_what_it_has_cost_already_is_in_the_books_and_no_longer_to_come(self):
        owner = world.person()
        world.fund_reserve(2 * NEEDED)
        other = world.campaign(status=CampaignStatus.COLLECTING, fees_borne_by_campaign=False)
        pledge(other, cents=300_000, status=PledgeStatus.COLLECTED, fee_cents=NEEDED)
        charge_collected(campaign_id=other.pk, cents=300_000, reference="k", now=NOW)
        charge_fee(campaign_id=other.pk, cents=NEEDED, campaign_bears=False, reference="k", now=NOW)
        assert reserve_left_cents("stripe") == NEEDED
        launch_campaign(campaign=approved(owner), by=owner, now=NOW)

    def test_what_an_organisation_owes_is_missing(self):
        owner = world.person()
        world.fund_reserve(NEEDED)
        campaign = approved(owner)
        reversal_impossible(
            organisation_id=1, campaign_id=campaign.pk, channel="card", cents=1, reference="x", now=NOW
        )
        with pytest.raises(Refused):
            launch_campaign(campaign=campaign, by=owner, now=NOW)


@pytest.mark.django_db(transaction=True)
class TestTwoLaunchesAtOnce:
    def _two(self) -> list[tuple[Campaign, User]]:
        world.fund_reserve(NEEDED)
        owners = [world.person(), world.person()]
        return [(approved(owner), owner) for owner in owners]

    def _launched(self, pairs) -> int:
        race(2, lambda n: launch_campaign(campaign=pairs[n][0], by=pairs[n][1], now=NOW))
        return sum(status(campaign) == CampaignStatus.LIVE for campaign, _owner in pairs)

    def test_one_gets_the_reserve(self):
        assert self._launched(self._two()) == 1

    def test_the_control_without_the_lock_promises_it_twice(self, monkeypatch):
        pairs = self._two()
        both = threading.Barrier(2)

        def no_lock() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1")

        real = launch.spoken_for_cents

        def read_together(**asked) -> int:
            found = real(**asked)
            both.wait(5)
            return found

        monkeypatch.setattr(launch, "lock_reserve", no_lock)
        monkeypatch.setattr(launch, "spoken_for_cents", read_together)
        assert self._launched(pairs) == 2
