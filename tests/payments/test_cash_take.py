"""Cash over the counter: a numbered receipt, a pledge received at once, and the books that say so."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from accounts.notices.models import Notice
from accounts.notices.services import render
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.cash.enums import DeskStatus, ReceiptKind
from payments.cash.models import CashDesk, DeskReceipt, DeskSeries
from payments.cash.selectors.desks import missing_numbers
from payments.cash.services.take import cancel_receipt
from payments.enums import PledgeStatus
from payments.ledger.models import LedgerTransfer
from payments.models import Pledge, TotalsDelta
from payments.services.settle import settle_campaign
from payments.services.totals import fold, totals_that_disagree
from tests import world
from tests.payments import counter
from tests.payments.counter import take, till
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> CashDesk:
    return counter.desk()


@pytest.fixture
def nina(desk):
    return counter.operator(desk)


@pytest.fixture
def campaign() -> Campaign:
    return world.campaign()


def nothing_written() -> bool:
    return not (Pledge.objects.exists() or DeskReceipt.objects.exists() or LedgerTransfer.objects.exists())


def test_cash_counts_at_once(desk, nina, campaign):
    receipt = take(desk, nina, campaign, email="dario@example.org")
    pledge = receipt.pledge
    assert (receipt.full_number, receipt.kind, receipt.amount_cents) == (
        f"{desk.pk}/2026/1",
        ReceiptKind.RECEIVED,
        5_000,
    )
    assert (pledge.channel, pledge.method, pledge.status) == ("cash", "", PledgeStatus.RECEIVED)
    assert pledge.received_on == dt.date(2026, 11, 22)
    assert (pledge.name, pledge.show_name, pledge.backer) == ("Dario Fo", False, None)
    assert (till(desk), counter.held(campaign)) == (5_000, 5_000)
    assert "€" in pledge.consent.text
    fold()
    campaign.refresh_from_db()
    assert (campaign.pledged_cents, campaign.backers, campaign.collected_cents) == (5_000, 1, 0)
    assert not totals_that_disagree()


def test_the_receipt_keeps_its_words(desk, nina, campaign):
    receipt = take(desk, nina, campaign)
    CashDesk.objects.filter(pk=desk.pk).update(name="Altrove")
    receipt.refresh_from_db()
    organisation = campaign.project.organisation
    assert receipt.desk_name == desk.name
    assert receipt.beneficiary == f"{organisation.name} · {organisation.tax_code}"
    assert (receipt.project, receipt.operator) == (campaign.project.title, "Nina")


def test_numbers_have_no_gaps_and_begin_anew_each_year(desk, nina, campaign):
    other = counter.desk()
    there = counter.operator(other)
    first = [take(desk, nina, campaign).number for _ in range(3)]
    with pytest.raises(Refused), transaction.atomic():
        take(desk, nina, campaign, reward=_gone(campaign))
    elsewhere = take(other, there, campaign).number
    Campaign.objects.filter(pk=campaign.pk).update(deadline=NOW + dt.timedelta(days=90))
    # half past midnight in the city, still the old year in UTC
    new_year = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)
    next_year = take(desk, nina, campaign, now=new_year)
    assert (first, elsewhere, next_year.full_number) == ([1, 2, 3], 1, f"{desk.pk}/2027/1")
    assert not missing_numbers(desk, 2026)


def _gone(campaign: Campaign) -> Reward:
    return Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000, stock=1, claimed=1)


def test_a_donor_may_stay_unnamed_and_without_email(desk, nina, campaign):
    receipt = take(desk, nina, campaign, donor="")
    assert (receipt.donor, receipt.pledge.email) == ("", "")
    assert not Notice.objects.exists()


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_receipt_is_sent_to_who_left_an_address(desk, nina, campaign, language):
    with translation.override(language):
        take(desk, nina, campaign, email="Dario@Example.org", language=language)
    notice = Notice.objects.get(event="cash_received")
    render(notice)
    assert notice.email == "dario@example.org"
    assert f"{desk.pk}/2026/1" in notice.subject
    assert ("nessuna agevolazione" if language == "it" else "no tax benefit") in notice.text
    assert "/en/cash/" in notice.text if language == "en" else "/cassa/" in notice.text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cents": 0}, "amount_not_positive"),
        ({"cents": -5}, "amount_not_positive"),
        ({"cents": 10.0}, "amount_not_whole"),
        ({"cents": 100_001}, "amount_too_large"),
        ({"donor": "<b>"}, "bad_name"),
        ({"donor": "", "show_name": True}, "name_missing"),
        ({"email": "dario"}, "bad_email"),
        ({"language": "fr"}, "unknown_language"),
    ],
)
def test_bad_input_changes_nothing(desk, nina, campaign, fields, code):
    with pytest.raises(Invalid) as caught:
        take(desk, nina, campaign, **fields)
    assert caught.value.code == code
    assert nothing_written()


def test_where_the_limit_is_raised_the_donor_has_a_name_above_the_usual_one(desk, nina, campaign, settings):
    settings.CASH_LIMIT_CENTS = 200_000
    take(desk, nina, campaign, cents=100_000, donor="")
    with pytest.raises(Invalid) as caught:
        take(desk, nina, campaign, cents=100_001, donor="")
    assert (caught.value.code, caught.value.field) == ("donor_missing", "donor")
    assert take(desk, nina, campaign, cents=100_001).donor == "Dario Fo"


def test_only_a_live_campaign_takes_cash(desk, nina, campaign):
    ended = campaign.deadline
    for change in ({"status": CampaignStatus.CLOSING}, {"status": CampaignStatus.LIVE, "deadline": NOW}):
        Campaign.objects.filter(pk=campaign.pk).update(**change)
        with pytest.raises(Refused) as caught:
            take(desk, nina, campaign)
        assert caught.value.code == "campaign_closed"
    Campaign.objects.filter(pk=campaign.pk).update(deadline=ended, opens_at=NOW + dt.timedelta(days=1))
    with pytest.raises(Refused):
        take(desk, nina, campaign)
    assert nothing_written()


def test_only_who_works_at_the_desk_takes_cash(desk, nina, campaign):
    elsewhere = counter.operator(counter.desk())
    no_role = world.person()
    desk.operators.create(user=no_role, assigned_by=nina, assigned_at=NOW)
    for who in (elsewhere, no_role):
        with pytest.raises(NotAllowed):
            take(desk, who, campaign)
    desk.operators.filter(user=nina).update(ended_at=NOW, ended_by=nina)
    with pytest.raises(NotAllowed):
        take(desk, nina, campaign)
    assert nothing_written()


def test_a_shut_desk_takes_nothing(desk, nina, campaign):
    CashDesk.objects.filter(pk=desk.pk).update(status=DeskStatus.SHUT)
    with pytest.raises(Refused) as caught:
        take(desk, nina, campaign)
    assert caught.value.code == "desk_shut"
    assert nothing_written()


def test_a_form_sent_twice_gives_one_receipt(desk, nina, campaign):
    once = uuid.uuid4()
    first = take(desk, nina, campaign, once=once)
    assert take(desk, nina, campaign, once=once) == first
    with pytest.raises(Refused) as caught:
        take(desk, nina, campaign, cents=9_900, once=once)
    assert caught.value.code == "form_used"
    assert DeskReceipt.objects.count() == 1
    assert till(desk) == 5_000


def test_a_limited_reward_is_taken_and_runs_out(desk, nina, campaign):
    reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000, stock=1)
    assert take(desk, nina, campaign, reward=reward).pledge.reward == reward
    for problem in ({"reward": reward}, {"reward": reward.pk, "cents": 500}):
        with pytest.raises(Refused):
            take(desk, nina, campaign, **problem)
    assert Pledge.objects.count() == 1


def test_a_mistake_is_cancelled_the_same_day_by_another_receipt(desk, nina, campaign):
    reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000, stock=1)
    receipt = take(desk, nina, campaign, email="dario@example.org", reward=reward)
    cancellation = cancel_receipt(receipt=receipt, why="cinque, non cinquanta", by=nina, now=NOW)
    assert (cancellation.number, cancellation.kind) == (2, ReceiptKind.CANCELLED)
    assert (cancellation.cancels, cancellation.why) == (receipt, "cinque, non cinquanta")
    receipt.pledge.refresh_from_db()
    reward.refresh_from_db()
    assert (receipt.pledge.status, reward.claimed) == (PledgeStatus.CANCELLED, 0)
    assert (till(desk), counter.held(campaign)) == (0, 0)
    fold()
    campaign.refresh_from_db()
    assert (campaign.pledged_cents, campaign.backers) == (0, 0)
    assert not totals_that_disagree()
    assert Notice.objects.filter(event="cash_cancelled").count() == 1
    with pytest.raises(Refused):
        cancel_receipt(receipt=receipt, why="ancora", by=nina, now=NOW)
    with pytest.raises(Refused):
        cancel_receipt(receipt=cancellation, why="ancora", by=nina, now=NOW)
    assert DeskReceipt.objects.count() == 2


def test_a_receipt_of_another_day_or_of_an_ended_campaign_stands(desk, nina, campaign):
    receipt = take(desk, nina, campaign)
    with pytest.raises(Refused) as caught:
        cancel_receipt(receipt=receipt, why="x", by=nina, now=NOW + dt.timedelta(days=1))
    assert caught.value.code == "another_day"
    with pytest.raises(Invalid):
        cancel_receipt(receipt=receipt, why="  ", by=nina, now=NOW)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.CLOSING)
    with pytest.raises(Refused) as caught:
        cancel_receipt(receipt=receipt, why="x", by=nina, now=NOW)
    assert caught.value.code == "campaign_closed"
    assert (DeskReceipt.objects.count(), till(desk)) == (1, 5_000)


def test_cash_is_collected_once_the_goal_is_reached(desk, nina, settings):
    settings.CASH_LIMIT_CENTS = 400_000
    campaign = world.campaign()
    receipt = take(desk, nina, campaign, cents=400_000)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.CLOSING)
    settlement = settle_campaign(campaign=campaign, now=NOW)
    receipt.pledge.refresh_from_db()
    assert (settlement.goal_met, settlement.pledged_cents) == (True, 400_000)
    assert receipt.pledge.status == PledgeStatus.COLLECTED
    assert counter.held(campaign) == 400_000
    assert TotalsDelta.objects.filter(collected_cents=400_000).exists()


def test_the_database_refuses_to_change_a_receipt(desk, nina, campaign):
    receipt = take(desk, nina, campaign)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        DeskReceipt.objects.filter(pk=receipt.pk).update(amount_cents=1)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        DeskReceipt.objects.filter(pk=receipt.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        DeskSeries.objects.update(last_number=0)
        take(desk, nina, campaign)
    receipt.refresh_from_db()
    assert receipt.amount_cents == 5_000
