"""The forecast, tried on series whose future is known."""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.sustainability.formula import (
    Figures,
    Forecast,
    Span,
    forecast,
    forecast_series,
    month_number,
)

START = month_number("2023-01")


def accounts_of(earned, costs):
    return {
        START + place: Figures(month=START + place, earned=income, staff=cost)
        for place, (income, cost) in enumerate(zip(earned, costs, strict=True))
    }


def flat(random, months):
    return [100_000 + random.gauss(0, 8_000) for _ in range(months)]


def growing(random, months):
    return [50_000 + 2_000 * place + random.gauss(0, 8_000) for place in range(months)]


def seasonal(random, months):
    start = random.random()
    return [
        100_000 + 30_000 * math.sin(2 * math.pi * (place / 12 + start)) + random.gauss(0, 6_000)
        for place in range(months)
    ]


def passing_shock(random, months):
    closed = random.randrange(4, months - 20)
    return [
        (100_000 + 500 * place) * (0.3 if closed <= place < closed + 3 else 1) + random.gauss(0, 8_000)
        for place in range(months)
    ]


def lasting_shock(random, months):
    change = random.randrange((months - 12) // 3, 2 * (months - 12) // 3)
    return [(60_000 if place >= change else 100_000) + random.gauss(0, 8_000) for place in range(months)]


def coverage(series, history, tries=30):
    random = Random(f"{series.__name__} {history}")
    held = 0
    for _ in range(tries):
        months = [max(0, round(one)) for one in series(random, history + 12)]
        points = forecast_series(months[:history], after=0)
        held += sum(one.low <= came <= one.high for one, came in zip(points, months[history:], strict=True))
    return held / (12 * tries)


@pytest.mark.parametrize("history", [24, 36])
@pytest.mark.parametrize("series", [flat, growing, seasonal, passing_shock, lasting_shock])
def test_the_interval_holds_8_times_in_10(series, history):
    assert 0.70 <= coverage(series, history) <= 0.90


@pytest.mark.parametrize("series", [flat, growing])
def test_a_year_of_history_is_enough_for_an_honest_interval(series):
    assert 0.70 <= coverage(series, 12) <= 0.90


def test_a_straight_line_goes_on_as_it_was():
    points = forecast_series([1000 + 50 * place for place in range(10)], after=START)
    assert [one.month for one in points] == list(range(START + 1, START + 13))
    assert [one.mid for one in points] == [1000 + 50 * place for place in range(10, 22)]
    assert all(one.low == one.mid == one.high for one in points)


def test_one_wild_month_tilts_nothing():
    months = [1000] * 12
    months[10] = 50_000
    assert {one.mid for one in forecast_series(months, after=0)} == {1000}


def test_a_season_seen_twice_comes_again():
    year = [100, 100, 100, 100, 100, 100, 100, 10, 100, 100, 100, 200]
    assert [one.mid for one in forecast_series([1000 * one for one in year] * 3, after=0)] == [
        1000 * one for one in year
    ]


def test_after_a_step_the_new_level_goes_on():
    assert {one.mid for one in forecast_series([1000] * 15 + [400] * 10, after=0)} == {400}


def test_growth_by_a_percentage_goes_on_by_it():
    months = [round(50_000 * 1.05**place) for place in range(36)]
    points = forecast_series(months, after=0)
    for place, one in enumerate(points, start=36):
        assert one.mid == pytest.approx(50_000 * 1.05**place, rel=0.01)


def test_nothing_falls_below_zero():
    points = forecast_series([1000, 800, 600, 400, 200, 0], after=0)
    assert {(one.low, one.mid) for one in points} == {(0, 0)}


def test_below_six_months_it_is_too_early():
    for months in range(6):
        assert forecast(accounts_of([100] * months, [100] * months)) == "too_early"
    assert isinstance(forecast(accounts_of([100] * 6, [100] * 6)), Forecast)


def test_a_gap_leaves_the_months_after_it():
    accounts = accounts_of([0] * 10 + [100] * 6, [50] * 16)
    del accounts[START + 9]
    found = forecast(accounts)
    assert isinstance(found, Forecast)
    assert {one.mid for one in found.earned} == {100}
    del accounts[START + 12]
    assert forecast(accounts) == "gap"


def test_when_earned_income_will_cover_the_costs():
    # earned 10, 20, ... 80 of 100 a month; months 9, 10 and 11 will earn 90, 100, 110: 300 of 300 in the 11th
    rising = forecast(accounts_of([1000 * place for place in range(1, 9)], [10_000] * 8))
    assert isinstance(rising, Forecast)
    assert rising.break_even == Span(START + 10, START + 10, START + 10)
    falling = forecast(accounts_of([5000] * 8, [10_000] * 8))
    assert isinstance(falling, Forecast)
    assert falling.break_even == Span(None, None, None)
    standing = forecast(accounts_of([5000, *[10_000] * 8], [10_000] * 9))
    assert isinstance(standing, Forecast)
    assert standing.break_even.mid == START + 3  # it was covered from the fourth month, and stays so


def test_an_uncertain_break_even_has_an_early_and_a_late_end():
    random = Random(7)
    earned = [max(0, round(20_000 + 3_000 * place + random.gauss(0, 4_000))) for place in range(24)]
    found = forecast(accounts_of(earned, [100_000] * 24))
    assert isinstance(found, Forecast)
    mid, low, high = found.break_even
    assert mid is not None
    assert low is not None
    assert START + 23 < low < mid
    assert high is None or high > mid


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 10**8), min_size=6, max_size=30))
def test_any_series_has_an_ordered_forecast_and_always_the_same(months):
    points = forecast_series(months, after=0)
    assert len(points) == 12
    assert all(0 <= one.low <= one.mid <= one.high for one in points)
    assert points == forecast_series(months, after=0)
