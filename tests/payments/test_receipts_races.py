"""Numbers without a gap and without a double, whoever issues at the same time, rolls back or dies."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from payments.locks import lock_pledge
from payments.models import Pledge
from payments.receipts import locks
from payments.receipts.models import Receipt, ReceiptSeries
from payments.receipts.services.drains import issue_due
from payments.receipts.services.issue import issue_documents
from tests.payments.receipt_rows import collected, funded
from tests.race import SECONDS, race
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 16


def issue(pledge: Pledge) -> int:
    with transaction.atomic():
        return len(issue_documents(pledge=lock_pledge(pledge.pk), now=NOW))


def numbers() -> list[int]:
    return list(Receipt.objects.order_by("number").values_list("number", flat=True))


def test_sixteen_at_once_take_sixteen_numbers_in_a_row():
    campaign = funded()
    pledges = [collected(campaign) for _ in range(THREADS)]
    assert race(THREADS, lambda n: issue(pledges[n])) == [1] * THREADS
    assert numbers() == list(range(1, THREADS + 1))


def test_without_the_lock_all_but_one_come_away_with_nothing(monkeypatch):
    """The control: the series only read. The database still lets no number be taken twice, so documents are missing."""
    campaign = funded()
    pledges = [collected(campaign) for _ in range(THREADS)]
    series = ReceiptSeries.objects.create(organisation=campaign.project.organisation, year=NOW.year)
    all_have_read = threading.Barrier(THREADS)

    def only_read(organisation: Any, year: int) -> ReceiptSeries:
        found = ReceiptSeries.objects.get(pk=series.pk)
        all_have_read.wait(SECONDS)
        return found

    monkeypatch.setattr(locks, "lock_series", only_read)
    ends = race(THREADS, lambda n: issue(pledges[n]))
    assert sum(isinstance(end, DatabaseError) for end in ends) == THREADS - 1
    assert numbers() == [1]


def test_one_that_is_rolled_back_leaves_no_gap():
    campaign = funded()
    first, second = collected(campaign), collected(campaign)
    with pytest.raises(RuntimeError), transaction.atomic():
        issue_documents(pledge=lock_pledge(first.pk), now=NOW)
        raise RuntimeError
    assert issue(second) == 1
    assert numbers() == [1]


def test_one_whose_connection_dies_leaves_no_gap():
    campaign = funded()
    pledges = [collected(campaign), collected(campaign)]

    def die(_n: int) -> None:
        transaction.set_autocommit(False)
        issue_documents(pledge=lock_pledge(pledges[0].pk), now=NOW)
        connection.connection.close()

    race(1, die)
    assert issue(pledges[1]) == 1
    assert numbers() == [1]


def test_two_workers_issue_each_document_once_and_in_order():
    campaign = funded()
    pledges = [collected(campaign, collected_at=NOW + dt.timedelta(seconds=n)) for n in range(12)]
    race(4, lambda _n: issue_due())
    issue_due()
    assert list(Receipt.objects.order_by("number").values_list("pledge", flat=True)) == [
        p.pk for p in pledges
    ]


def test_a_pledge_that_somebody_holds_is_left_for_the_next_time():
    campaign = funded()
    pledges = [collected(campaign), collected(campaign)]
    with transaction.atomic():
        lock_pledge(pledges[0].pk)
        assert race(1, lambda _n: issue_due()) == [1]
    assert issue_due() == 1
    assert list(Receipt.objects.order_by("number").values_list("pledge", flat=True)) == [
        pledges[1].pk,
        pledges[0].pk,
    ]
