"""The one clock: the database's, moved by tests and the demonstration only."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from crowdfund.kit import clock

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def test_it_is_the_databases_time_even_within_a_transaction():
    with connection.cursor() as cursor:
        cursor.execute("SELECT now(), clock_timestamp()")
        began, before = cursor.fetchone()
    seen = clock.now()
    assert seen.tzinfo is not None
    assert began < before < seen < before + dt.timedelta(seconds=30)
    assert clock.now() > seen  # time goes on inside a transaction, unlike SQL's now()


def test_moved_within_a_block_and_back_after_an_error():
    with pytest.raises(ZeroDivisionError), clock.moved(400 * DAY):
        assert clock.offset() == 400 * DAY
        assert dt.timedelta() <= clock.now() - clock.real_now() - 399 * DAY < 2 * DAY
        with clock.moved(-DAY):
            assert clock.now() < clock.real_now()
        assert clock.offset() == 400 * DAY
        raise ZeroDivisionError
    assert clock.offset() == dt.timedelta()


def test_real_time_never_moves():
    with clock.moved(400 * DAY):
        assert abs(clock.real_now() - dt.datetime.now(dt.UTC)) < DAY


def test_production_refuses_to_move_it(settings):
    settings.CLOCK_MAY_MOVE = False
    with pytest.raises(ImproperlyConfigured):
        clock.move(DAY)
    with pytest.raises(ImproperlyConfigured), clock.moved(DAY):
        pass
    assert clock.offset() == dt.timedelta()


def test_only_the_settings_of_development_and_tests_allow_it():
    from crowdfund.settings import base, dev

    assert base.CLOCK_MAY_MOVE is False
    assert dev.CLOCK_MAY_MOVE is True


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (dt.datetime(2026, 3, 28, 22, 59, tzinfo=dt.UTC), dt.date(2026, 3, 28)),  # winter: one hour ahead
        (dt.datetime(2026, 3, 28, 23, 1, tzinfo=dt.UTC), dt.date(2026, 3, 29)),
        (dt.datetime(2026, 7, 1, 21, 59, tzinfo=dt.UTC), dt.date(2026, 7, 1)),  # summer: two
        (dt.datetime(2026, 7, 1, 22, 1, tzinfo=dt.UTC), dt.date(2026, 7, 2)),
    ],
)
def test_the_day_is_the_citys(moment, day):
    with clock.moved(moment - clock.real_now()):
        assert clock.today() == day
