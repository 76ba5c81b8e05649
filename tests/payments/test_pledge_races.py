"""A card learnt of in the moment the settlement decides: counted before or given back, never in between."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Consent
from campaigns.enums import CAMPAIGN_TRANSITIONS, CampaignStatus
from campaigns.models import Campaign, Reward
from crowdfund.kit.states import advance
from payments import locks
from payments.enums import PledgeStatus
from payments.gateway.setup import CardSession
from payments.locks import CampaignToPledge, HeldCampaign
from payments.models import Pledge, TotalsDelta
from payments.selectors.backer import pledged_exactly
from payments.services import card_setup, checks
from payments.services.card_setup import Outcome, apply_setup
from payments.services.close import begin_close
from payments.services.consents import CHARGE_VERSION
from payments.services.pledges import place_once
from tests import world
from tests.payments.conftest import place
from tests.race import race as all_at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def saved(pledge: Pledge) -> CardSession:
    return CardSession(
        id=f"cs_{pledge.pk}",
        url="",
        status="complete",
        mode="setup",
        setup_intent_id="seti_1",
        setup_status="succeeded",
        payment_method_id=f"pm_{pledge.pk}",
        card_brand="visa",
        card_last4="4242",
    )


def learn(pledge: Pledge) -> Outcome:
    try:
        return apply_setup(pledge_id=pledge.pk, session=saved(pledge), now=NOW)
    finally:
        connection.close()


def decide(campaign: Campaign, before_commit: threading.Event, learnt: threading.Event) -> int:
    """What the settlement does: leave `closing`, then add up once."""
    try:
        campaign.refresh_from_db()
        before_commit.wait(10)
        advance(campaign, CampaignStatus.SETTLING, table=CAMPAIGN_TRANSITIONS, now=NOW)
        counted = pledged_exactly(campaign.pk).cents
        learnt.set()
        return counted
    finally:
        connection.close()


def race(monkeypatch, *, held: bool) -> tuple[int, int]:
    """Let a card be learnt of exactly while the settlement decides; return what it counted and what then stood.

    The learner stops after it has looked at the campaign: holding it, or (the control) only having read it.
    """
    campaign = world.campaign(status=CampaignStatus.CLOSING)
    pledge = place_closed(campaign)
    looked, decided = threading.Event(), threading.Event()
    real = locks.hold_campaign

    def look(campaign_id, now) -> HeldCampaign:
        found = (
            real(campaign_id, now)
            if held
            else HeldCampaign(
                Campaign.objects.values_list("status", flat=True).get(pk=campaign_id), over=True
            )
        )
        looked.set()
        decided.wait(1)  # held: the settlement can't get through, and this ends in a second
        return found

    monkeypatch.setattr(card_setup, "hold_campaign", look)
    with ThreadPoolExecutor(2) as pool:
        counted = pool.submit(decide, campaign, looked, decided)
        learnt = pool.submit(learn, pledge)
        result = counted.result(20)
        learnt.result(20)
    return result, pledged_exactly(campaign.pk).cents


def place_closed(campaign: Campaign) -> Pledge:
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.LIVE)
    pledge = place(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.CLOSING)
    return pledge


def test_the_settlement_counts_every_card_that_counts(monkeypatch):
    counted, standing = race(monkeypatch, held=True)
    assert counted == standing


def test_without_the_lock_a_pledge_slips_in_behind_the_settlement(monkeypatch):
    """The control: it shows what the lock is for."""
    counted, standing = race(monkeypatch, held=False)
    assert (counted, standing) == (0, 2_500)


def test_a_card_learnt_of_by_eight_at_once_counts_once():
    campaign = world.campaign()
    pledge = place(campaign)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(learn, [pledge] * 8))
    assert outcomes.count(Outcome.ACTIVATED) == 1
    assert outcomes.count(Outcome.NOTHING) == 7
    assert TotalsDelta.objects.count() == 1
    assert pledge.events.count() == 2


def test_the_last_reward_is_given_once():
    campaign = world.campaign()
    reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000, stock=3)
    pledges = [place(campaign, reward=reward, email=f"p{n}@example.org") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(learn, pledges))
    assert outcomes == [Outcome.ACTIVATED] * 8
    assert Pledge.objects.filter(status=PledgeStatus.ACTIVE, reward=reward).count() == 3
    reward.refresh_from_db()
    assert reward.claimed == 3


def close_while_placing(monkeypatch, *, held: bool) -> tuple[int, int]:
    """Let a campaign close while a pledge is being placed; return the pledges when it had closed, and in the end.

    The placer stops after it has read the campaign as live: holding it, or (the control) only having read it.
    """
    campaign = world.campaign()
    looked, closed = threading.Event(), threading.Event()
    real = locks.hold_to_pledge

    def look(which, now) -> CampaignToPledge | None:
        if held:
            found = real(which, now)
        else:
            row = Campaign.objects.select_related("project").get(pk=which.pk)
            found = CampaignToPledge(row, not_yet=False, over=False)
        looked.set()
        closed.wait(1)  # held: the close can't get through, and this ends in a second
        return found

    def place_it() -> None:
        try:
            place(campaign)
        finally:
            connection.close()

    def close_it() -> int:
        try:
            row = Campaign.objects.get(pk=campaign.pk)
            looked.wait(10)
            assert begin_close(campaign=row, now=NOW)
            there = Pledge.objects.filter(campaign=campaign).count()
            closed.set()
            return there
        finally:
            connection.close()

    monkeypatch.setattr(checks, "hold_to_pledge", look)
    with ThreadPoolExecutor(2) as pool:
        placing, closing = pool.submit(place_it), pool.submit(close_it)
        at_the_close = closing.result(20)
        placing.result(20)
    return at_the_close, Pledge.objects.filter(campaign=campaign).count()


def test_no_pledge_is_placed_behind_the_close(monkeypatch):
    at_the_close, in_the_end = close_while_placing(monkeypatch, held=True)
    assert at_the_close == in_the_end == 1


def test_without_holding_the_campaign_one_slips_in_behind_the_close(monkeypatch):
    """The control: it shows what the lock is for."""
    assert close_while_placing(monkeypatch, held=False) == (0, 1)


def test_a_form_sent_twice_at_once_places_one_pledge():
    campaign = world.campaign()
    deed = {
        "campaign": campaign.slug,
        "amount_cents": 2_500,
        "email": "ada@example.org",
        "language": "it",
        "consent_version": CHARGE_VERSION,
        "by": None,
        "now": NOW,
    }
    placed = all_at_once(4, lambda _n: place_once(form_key="the same form", **deed).pk)
    assert len(set(placed)) == 1
    assert Pledge.objects.get().pk == placed[0]
    assert Consent.objects.count() == 1
