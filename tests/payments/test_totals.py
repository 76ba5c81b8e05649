"""Totals are a cache: folded from what pledges append, and derived anew to the cent."""

from __future__ import annotations

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from campaigns.models import Campaign
from payments.models import Pledge, TotalsDelta
from payments.selectors.backer import pledged_exactly
from payments.services.totals import Totals, derived_totals, fold, totals_that_disagree
from tests import world
from tests.payments.conftest import place


def shown(campaign: Campaign) -> Totals:
    campaign.refresh_from_db()
    return Totals(
        campaign.pledged_cents,
        campaign.promised_cents,
        campaign.collected_cents,
        campaign.match_cents,
        campaign.backers,
    )


def as_rows(campaign: Campaign, **amounts: int) -> None:
    """Pledges by status, as rows."""
    for status, cents in amounts.items():
        pledge = place(campaign, amount_cents=cents)
        collected_at = world.NOW if status == "collected" else None
        Pledge.objects.filter(pk=pledge.pk).update(
            status=status, payment_method_id="pm_1", collected_at=collected_at
        )


@pytest.mark.django_db
def test_folding_adds_what_was_appended_and_takes_it_away():
    one, other = world.campaign(), world.campaign()
    for campaign, cents in ((one, 2_500), (one, 1_000), (other, 700)):
        TotalsDelta.objects.create(campaign=campaign, pledged_cents=cents, backers=1)
    TotalsDelta.objects.create(campaign=one, pledged_cents=-1_000, backers=-1)
    TotalsDelta.objects.create(campaign=one, collected_cents=2_500, match_cents=90)
    assert fold() == 5
    assert shown(one) == Totals(2_500, 0, 2_500, 90, 1)
    assert shown(other) == Totals(700, 0, 0, 0, 1)
    assert fold() == 0
    assert shown(one) == Totals(2_500, 0, 2_500, 90, 1)


@pytest.mark.django_db
def test_folding_takes_one_statement_and_one_more_for_each_campaign(django_assert_num_queries):
    campaign = world.campaign()
    TotalsDelta.objects.bulk_create(TotalsDelta(campaign=campaign, pledged_cents=1) for _ in range(200))
    with django_assert_num_queries(4):  # savepoint, take, update, release
        assert fold() == 200


@pytest.mark.django_db
def test_exact_sums_read_the_pledges_not_the_cache():
    campaign = world.campaign()
    as_rows(campaign, active=2_500, collected=1_000, failed=300, released=500, cancelled=9_000)
    place(campaign, amount_cents=8_000)
    Campaign.objects.filter(pk=campaign.pk).update(pledged_cents=1)
    found = pledged_exactly(campaign.pk)
    assert (found.cents, found.pledges) == (4_300, 4)
    assert pledged_exactly(world.campaign().pk).cents == 0


@pytest.mark.django_db
def test_the_totals_agree_with_what_they_are_derived_from(capsys):
    campaign = world.campaign()
    as_rows(campaign, active=2_500, collected=1_000)
    TotalsDelta.objects.create(campaign=campaign, pledged_cents=3_500, collected_cents=1_000, backers=2)
    assert totals_that_disagree() == {}, "what is not folded yet is counted"
    fold()
    assert derived_totals()[campaign.pk] == shown(campaign) == Totals(3_500, 0, 1_000, 0, 2)
    call_command("check_totals")
    assert "The totals agree." in capsys.readouterr().out


@pytest.mark.django_db
def test_totals_that_went_astray_are_found_and_repaired(capsys):
    campaign, fine = world.campaign(), world.campaign()
    as_rows(campaign, active=2_500)
    Campaign.objects.filter(pk=campaign.pk).update(pledged_cents=2_501, backers=1)
    TotalsDelta.objects.create(campaign=fine, pledged_cents=5)
    with pytest.raises(CommandError, match=f"campaign {campaign.pk}:"):
        call_command("check_totals")
    call_command("check_totals", "--repair")
    assert "repaired: 1" in capsys.readouterr().out
    assert shown(campaign) == Totals(2_500, 0, 0, 0, 1)
    assert shown(fine) == Totals()
    call_command("check_totals")


@pytest.mark.django_db(transaction=True)
def test_two_folds_at_once_lose_and_double_nothing():
    campaigns = [world.campaign() for _ in range(3)]
    TotalsDelta.objects.bulk_create(
        TotalsDelta(campaign=campaigns[n % 3], pledged_cents=1, backers=1) for n in range(3_000)
    )
    start = threading.Barrier(4)
    folded: list[int] = []

    def run() -> None:
        try:
            start.wait()
            folded.extend(fold() for _ in range(5))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(folded) == 3_000
    assert [shown(campaign).pledged_cents for campaign in campaigns] == [1_000] * 3


@pytest.mark.django_db(transaction=True)
def test_a_fold_does_not_wait_for_a_pledge_that_is_not_committed():
    campaign = world.campaign()
    TotalsDelta.objects.create(campaign=campaign, pledged_cents=1)
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                TotalsDelta.objects.create(campaign=campaign, pledged_cents=10)
                written.set()
                go_on.wait(5)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(5)
    assert fold() == 1
    go_on.set()
    thread.join()
    assert fold() == 1
    assert shown(campaign).pledged_cents == 11
