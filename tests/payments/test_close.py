"""The deadline: decided once, on the exact sum, by one worker; a goal missed charges nobody."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connections, transaction

from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, CampaignEvent
from crowdfund.kit import jobs
from payments.enums import PledgeStatus
from payments.gateway.setup import expire_card_session
from payments.ledger.models import LedgerTransfer
from payments.locks import hold_campaign
from payments.matching.models import Reservation
from payments.matching.services import reserve_match
from payments.models import Pledge, Settlement
from payments.services import close
from payments.services.card_setup import apply_setup
from payments.services.cards import open_card_session
from payments.services.settle import settle_campaign
from tests import world
from tests.payments.bank import pledge
from tests.payments.conftest import place
from tests.payments.test_matching import application, call
from tests.world import NOW

DEADLINE = NOW + dt.timedelta(days=59)
CLOSE = ["campaigns.close"]
ALL = ["campaigns.close", "pledges.charge", "pledges.release", "pledges.cleanup"]


@pytest.mark.django_db
class TestTheDecision:
    @pytest.mark.parametrize(
        ("amounts", "met"),
        [
            ([], False),
            ([399_999], False),
            ([400_000], True),
            ([400_001], True),
            ([200_000, 199_999], False),
            ([200_000, 200_000], True),
            ([1] * 3 + [399_997], True),
        ],
    )
    def test_the_goal_to_the_cent(self, amounts, met):
        campaign = world.campaign(status=CampaignStatus.CLOSING)
        for cents in amounts:
            pledge(campaign, cents=cents)
        settlement = settle_campaign(campaign=campaign, now=DEADLINE)
        campaign.refresh_from_db()
        assert (settlement.goal_met, settlement.pledged_cents, settlement.pledges) == (
            met,
            sum(amounts),
            len(amounts),
        )
        assert campaign.status == (CampaignStatus.COLLECTING if met else CampaignStatus.MISSED)
        assert campaign.recovery_ends_at == (DEADLINE + dt.timedelta(days=7) if met else None)

    def test_only_active_pledges_of_this_campaign_count(self):
        campaign = world.campaign(status=CampaignStatus.CLOSING)
        pledge(campaign, cents=400_000, status=PledgeStatus.CANCELLED)
        pledge(world.campaign(), cents=400_000)
        assert settle_campaign(campaign=campaign, now=DEADLINE).pledged_cents == 0

    def test_the_display_cache_decides_nothing(self):
        campaign = world.campaign(status=CampaignStatus.CLOSING, pledged_cents=999_999)
        assert not settle_campaign(campaign=campaign, now=DEADLINE).goal_met

    def test_nothing_is_decided_while_a_card_is_unknown(self):
        campaign = world.campaign(status=CampaignStatus.CLOSING)
        pledge(campaign, cents=400_000, status=PledgeStatus.PENDING_CARD)
        assert settle_campaign(campaign=campaign, now=DEADLINE) is None
        assert not Settlement.objects.exists()

    def test_it_is_decided_once(self):
        campaign = world.campaign(status=CampaignStatus.CLOSING)
        assert settle_campaign(campaign=campaign, now=DEADLINE)
        assert settle_campaign(campaign=campaign, now=DEADLINE) is None
        assert Notice.objects.filter(event="campaign_decided").count() == 0  # a team of nobody

    def test_the_rule_of_the_call_sets_the_window(self):
        asked = application(call(rule={"recovery_days": 12}))
        Campaign.objects.filter(pk=asked.campaign.pk).update(
            status="closing", opens_at=NOW - dt.timedelta(days=1), deadline=DEADLINE
        )
        pledge(asked.campaign, cents=400_000)
        settlement = settle_campaign(campaign=asked.campaign, now=DEADLINE)
        assert settlement.recovery_ends_at == DEADLINE + dt.timedelta(days=12)


@pytest.mark.django_db
class TestTheClose:
    def test_nothing_closes_before_the_deadline(self, bank, at):
        campaign = world.campaign()
        at(DEADLINE - dt.timedelta(minutes=1))
        assert jobs.run_until_quiet(CLOSE) == 0
        campaign.refresh_from_db()
        assert campaign.status == CampaignStatus.LIVE

    def test_a_goal_missed_charges_nobody_and_tells_everybody(self, bank, at):
        asked = application(call())
        reserve_match(application=asked, now=NOW)
        campaign = asked.campaign
        Campaign.objects.filter(pk=campaign.pk).update(
            status="live", opens_at=NOW - dt.timedelta(days=1), deadline=DEADLINE
        )
        ada = world.person("Ada")
        given = [pledge(campaign, bank, cents=100_000), pledge(campaign, bank, cents=100_000, backer=ada)]
        at(DEADLINE)
        jobs.run_until_quiet(ALL)
        campaign.refresh_from_db()
        assert campaign.status == CampaignStatus.MISSED
        assert {row.status for row in Pledge.objects.all()} == {PledgeStatus.RELEASED}
        assert not any(bank.charges(row) for row in given)
        assert not LedgerTransfer.objects.filter(book="cash").exists()
        assert Notice.objects.filter(event="campaign_missed").count() == 2
        reservation = Reservation.objects.get()
        assert (reservation.status, reservation.reserved_cents) == ("released", 0)
        assert reservation.fund.free_cents == reservation.fund.opened_cents
        for row in given:  # their cards were given back
            assert bank.stripe.payment_methods.retrieve(row.payment_method_id).customer is None

    def test_a_goal_met_charges_everybody_once(self, bank, at):
        campaign = world.campaign(goal_cents=200_000)
        given = [pledge(campaign, bank, cents=100_000) for _ in range(2)]
        at(DEADLINE)
        jobs.run_until_quiet(ALL)
        campaign.refresh_from_db()
        assert campaign.status == CampaignStatus.COLLECTING
        assert [len(bank.charges(row)) for row in given] == [1, 1]

    def test_a_card_saved_at_the_last_moment_counts(self, bank, at):
        """The card was saved at Stripe; no webhook and no return page has told us."""
        campaign = world.campaign(goal_cents=2_500)
        late = place(campaign)
        bank.pay(open_card_session(pledge=late, now=NOW))
        late.refresh_from_db()
        assert late.status == PledgeStatus.PENDING_CARD
        at(DEADLINE)
        jobs.run_until_quiet(CLOSE)
        late.refresh_from_db()
        assert late.status == PledgeStatus.ACTIVE
        assert Settlement.objects.get().goal_met

    def test_an_open_card_page_is_closed_and_its_pledge_cancelled(self, bank, at):
        campaign = world.campaign(goal_cents=2_500)
        late = place(campaign)
        open_card_session(pledge=late, now=NOW)
        never_opened = place(campaign)
        at(DEADLINE)
        jobs.run_until_quiet(CLOSE)
        late.refresh_from_db()
        never_opened.refresh_from_db()
        assert late.status == never_opened.status == PledgeStatus.CANCELLED
        assert bank.stripe.checkout.sessions.retrieve(late.session_id).status == "expired"
        assert not Settlement.objects.get().goal_met

    def test_an_open_page_for_another_card_does_not_lose_the_pledge(self, bank, at):
        campaign = world.campaign(goal_cents=2_500)
        given = place(campaign)
        bank.pay(open_card_session(pledge=given, now=NOW))
        apply_setup(pledge_id=given.pk, session=expire_card_session(Pledge.objects.get().session_id), now=NOW)
        open_page = open_card_session(pledge=_another_page(given), now=NOW)
        at(DEADLINE)
        jobs.run_until_quiet(CLOSE)
        given.refresh_from_db()
        assert given.status == PledgeStatus.ACTIVE
        assert Settlement.objects.get().goal_met
        assert open_page.rpartition("/")[2] == given.session_id

    def test_without_stripe_it_waits_a_day_then_counts_what_is_sure(self, bank, at, settings):
        campaign = world.campaign(goal_cents=100_000)
        pledge(campaign, bank)
        open_card_session(pledge=place(campaign), now=NOW)
        settings.STRIPE_API_BASE = "http://127.0.0.1:9"
        for hours in (0, 12, 23):
            at(DEADLINE + dt.timedelta(hours=hours))
            jobs.run_until_quiet(CLOSE)
            campaign.refresh_from_db()
            assert campaign.status == CampaignStatus.CLOSING
        at(DEADLINE + dt.timedelta(hours=25))
        jobs.run_until_quiet(CLOSE)
        campaign.refresh_from_db()
        assert campaign.status == CampaignStatus.COLLECTING
        assert Settlement.objects.get().pledges == 1


def _another_page(given: Pledge) -> Pledge:
    from payments.services.cards import _next_page

    return _next_page(Pledge.objects.get(pk=given.pk))


def _race(work) -> list[Any]:
    """Let two workers, each with a connection of its own, do the same thing at the same time."""
    barrier, results = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - what a worker meets is the result
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
class TestTheDoubleClose:
    def _closing(self) -> Campaign:
        campaign = world.campaign(deadline=NOW, opens_at=NOW - dt.timedelta(days=2), goal_cents=100_000)
        pledge(campaign)
        return campaign

    def test_one_worker_closes(self):
        for _ in range(5):
            campaign = self._closing()
            stale = [Campaign.objects.get(pk=campaign.pk) for _ in range(2)]
            won = _race(lambda rows=stale: close.begin_close(campaign=rows.pop(), now=NOW))
            assert sorted(won) == [False, True]
            assert CampaignEvent.objects.filter(campaign=campaign, to_status="closing").count() == 1

    def test_one_worker_settles(self):
        for _ in range(5):
            campaign = self._closing()
            close.begin_close(campaign=campaign, now=NOW)
            results = _race(lambda one=campaign: settle_campaign(campaign=one, now=NOW))
            assert sorted(result is None for result in results) == [False, True]
            assert CampaignEvent.objects.filter(campaign=campaign, to_status="collecting").count() == 1

    def test_the_control_without_compare_and_swap_closes_twice(self):
        """The damage that compare-and-swap prevents: both workers read `live` and both act on it."""
        campaign = self._closing()
        both_read = threading.Barrier(2)

        def careless() -> bool:
            row = Campaign.objects.get(pk=campaign.pk)
            if row.status != CampaignStatus.LIVE:
                return False
            both_read.wait()
            row.status = CampaignStatus.CLOSING
            row.save(update_fields=["status"])
            row.events.create(at=NOW, from_status="live", to_status="closing")
            return True

        assert _race(careless) == [True, True]
        assert CampaignEvent.objects.filter(campaign=campaign, to_status="closing").count() == 2

    @pytest.mark.parametrize("holds", [True, False])
    def test_a_pledge_in_flight_is_waited_for(self, holds):
        """A card learnt of in a transaction that has not committed: it counts, because it holds the campaign.

        The control, without holding, is added up without it.
        """
        campaign = self._closing()
        close.begin_close(campaign=campaign, now=NOW)
        written, go_on = threading.Event(), threading.Event()

        def slow_activation() -> None:
            with transaction.atomic():
                if holds:
                    assert hold_campaign(campaign.pk, NOW).counts_cards
                pledge(campaign, cents=50_000)
                written.set()
                go_on.wait(5)
            connections.close_all()

        worker = threading.Thread(target=slow_activation)
        worker.start()
        assert written.wait(5)
        threading.Timer(0.3, go_on.set).start()
        settlement = settle_campaign(campaign=campaign, now=NOW)
        worker.join()
        assert settlement.pledged_cents == (150_000 if holds else 100_000)
