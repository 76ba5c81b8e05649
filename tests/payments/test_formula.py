"""Days of banks, fees and what is held back: arithmetic alone."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.formula import business_days_later, fee_cents, is_business_day, percent_held


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (dt.date(2026, 11, 20), True),
        (dt.date(2026, 11, 21), False),  # Saturday
        (dt.date(2026, 12, 24), True),
        (dt.date(2026, 12, 25), False),
        (dt.date(2027, 1, 1), False),
        (dt.date(2027, 1, 6), True),  # a feast in Italy, not for banks' euro
        (dt.date(2027, 3, 26), False),  # Good Friday
        (dt.date(2027, 3, 29), False),  # Easter Monday
        (dt.date(2038, 4, 23), False),  # the latest Easter there is
        (dt.date(2027, 5, 1), False),
    ],
)
def test_the_calendar_of_t2(day, open_):
    assert is_business_day(day) is open_


def test_fifteen_business_days_over_christmas():
    assert business_days_later(dt.date(2026, 12, 14), 15) == dt.date(2027, 1, 6)
    assert business_days_later(dt.date(2026, 11, 22), 0) == dt.date(2026, 11, 22)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2060, 12, 31)), st.integers(1, 30))
def test_so_many_business_days_lie_between(day, days):
    later = business_days_later(day, days)
    between = [day + dt.timedelta(days=n) for n in range(1, (later - day).days + 1)]
    assert sum(map(is_business_day, between)) == days
    assert is_business_day(later)


@pytest.mark.parametrize(
    ("cents", "method", "fee"), [(2_500, "card", 63), (100_000, "card", 1_525), (2_500, "sepa_debit", 35)]
)
def test_the_published_fees(cents, method, fee):
    assert fee_cents(cents, method) == fee


@given(st.integers(0, 10**12), st.integers(0, 100))
def test_never_less_is_held_than_the_percentage(cents, percent):
    held = percent_held(cents, percent)
    assert cents * percent <= held * 100 < cents * percent + 100
    assert held <= cents
