"""Ratios, stage and break-even; the numbers by hand are those of docs/sustainability.md."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.sustainability.formula import (
    AMOUNTS,
    Figures,
    added_up,
    break_even_month,
    income_concentration,
    month_name,
    month_number,
    month_of,
    months_of_cash,
    rounded,
    stage,
    standing,
)

START = month_number("2025-01")
# A community bar: 3,000 of costs a month (300 of them depreciation), 1,500 earned, grants in the first half.
BAR = {
    "earned": 1500_00,
    "public_contracts": 300_00,
    "donations": 200_00,
    "in_kind": 100_00,
    "staff": 1500_00,
    "rent": 600_00,
    "goods": 400_00,
    "services": 100_00,
    "finance": 100_00,
    "depreciation": 300_00,
    "investment": 9999_00,
}


def accounts_of(*months, start=START):
    """Months in a row; None leaves one out."""
    return {
        start + place: Figures(month=start + place, **month)
        for place, month in enumerate(months)
        if month is not None
    }


def a_year():
    half = {**BAR, "public_grants": 1000_00, "private_grants": 500_00, "cash_end": 8100_00}
    rest = {**BAR, "cash_end": 5400_00}
    return accounts_of(*[half] * 6, *[rest] * 6)


def test_a_year_by_hand():
    december = standing(a_year(), START + 11)
    # earned 18,000 of 36,000; contracts 3,600; gifts 6,000 + 3,000 + 2,400 of 33,000 income; 3,000 missing;
    # cash 5,400 over (3,000 - 300); shares 18, 3.6, 6, 3, 2.4 of 33: (324 + 12.96 + 36 + 9 + 5.76) / 1089
    assert december.ratios == {
        "self_sufficiency_ratio": Decimal("0.5000"),
        "operating_self_sufficiency": Decimal("0.6000"),
        "grant_dependency": Decimal("0.3455"),
        "operating_margin": Decimal("-0.0909"),
        "income_concentration": Decimal("0.3560"),
        "months_of_cash": Decimal("2.0000"),
    }
    assert (december.window_months, december.stage, december.reasons) == (12, "partial", {})


def test_a_young_project_uses_what_there_is():
    february = standing(a_year(), START + 1)
    assert february.window_months == 2
    assert february.ratios["self_sufficiency_ratio"] == Decimal("0.5000")
    assert february.ratios["months_of_cash"] == Decimal("3.0000")  # 8,100 over 2,700


def test_the_window_is_a_year_and_no_more():
    months = accounts_of({"earned": 10**9, "staff": 1}, *[BAR] * 12)
    assert standing(months, START + 11).ratios["self_sufficiency_ratio"] == Decimal(
        "303.5302"
    )  # 1,001,650,000 over 3,300,001
    assert standing(months, START + 12).ratios["self_sufficiency_ratio"] == Decimal("0.5000")


def test_a_missing_month_is_a_gap_until_it_leaves_the_window():
    months = accounts_of(BAR, None, *[{**BAR, "cash_end": 2700_00}] * 13)
    early = standing(months, START + 6)
    assert set(early.reasons.values()) == {"gap"}
    assert set(early.reasons) == {*early.ratios, "stage"}
    assert early.stage is None
    seventh = standing(months, START + 7)  # the window of 6 is whole again, the window of 12 isn't
    assert seventh.ratios["months_of_cash"] == Decimal("1.0000")
    assert seventh.reasons.keys() == early.reasons.keys() - {"months_of_cash"}
    assert standing(months, START + 12).ratios["self_sufficiency_ratio"] is None
    assert standing(months, START + 13).ratios["self_sufficiency_ratio"] == Decimal("0.5000")
    with pytest.raises(KeyError):
        standing(months, START + 1)


def test_ratios_without_a_meaning_say_why():
    nothing = standing(accounts_of({"cash_end": 5}), START)
    assert nothing.ratios == dict.fromkeys(nothing.ratios)
    assert nothing.reasons == {
        "self_sufficiency_ratio": "no_costs",
        "operating_self_sufficiency": "no_costs",
        "grant_dependency": "no_income",
        "operating_margin": "no_income",
        "income_concentration": "no_income",
        "months_of_cash": "no_costs",
    }
    assert nothing.stage == "full_philanthropic"
    assert standing(accounts_of({}), START, payers={}).reasons["income_concentration"] == "no_payers"
    assert standing(accounts_of(BAR), START).reasons == {"months_of_cash": "gap"}  # nobody counted the cash


def test_negative_margin_and_negative_cash():
    month = accounts_of({"earned": 100, "staff": 250, "cash_end": -5})
    assert standing(month, START).ratios["operating_margin"] == Decimal("-1.5000")
    assert standing(month, START).ratios["months_of_cash"] == Decimal("0.0000")


def test_depreciation_takes_no_cash():
    assert months_of_cash(Figures(month=0, staff=200, depreciation=100, cash_end=300), 2) == Fraction(3)
    assert months_of_cash(Figures(month=0, depreciation=100, cash_end=300), 2) == "no_costs"


def test_concentration_by_hand():
    year = Figures(month=0, earned=1000, donations=1000)
    assert income_concentration(year) == Fraction(1, 2)
    assert income_concentration(year, {"bar": 1000}) == 1  # one payer
    assert income_concentration(year, {"bar": 500, "scuola": 300}) == Fraction(38, 100)  # .25 + .09 + .04
    assert income_concentration(year, {}) == 1  # nobody named: one payer
    with pytest.raises(ValueError, match="exceed"):
        income_concentration(year, {"bar": 1001})


def test_payers_are_added_up_over_the_window():
    months = accounts_of({"earned": 100}, {"earned": 100})
    payers = {START: {"a": 100}, START + 1: {"a": 50, "b": 50}, START - 1: {"c": 10**9}}
    assert standing(months, START + 1, payers).ratios["income_concentration"] == Decimal("0.6250")


@pytest.mark.parametrize(
    ("earned", "place"),
    [
        (0, "full_philanthropic"),
        (1, "partial"),
        (999, "partial"),
        (1000, "cash_flow"),
        (1099, "cash_flow"),
        (1100, "operating"),
        (1129, "operating"),
        (1130, "financial"),
    ],
)
def test_stages_by_hand(earned, place):
    costs = {"staff": 600, "rent": 100, "goods": 100, "services": 100, "other": 100}
    year = Figures(month=0, earned=earned, in_kind=100, finance=10, depreciation=20, **costs)
    assert stage(year) == place


def monthly(*earned, cost=100):
    return accounts_of(*(None if one is None else {"earned": one, "staff": cost} for one in earned))


@pytest.mark.parametrize(
    ("earned", "place"),
    [
        ([0, 0, 0], None),
        ([100], 0),
        ([100, 100, 100], 0),
        ([0, 100, 200], 2),
        ([0, 0, 100, 100, 100], 4),
        ([200, 200, 0, 0, 0, 300, 100], 5),  # the run of the first three months was broken
        ([200, 200, 0, 0, 0], None),  # covered once, not in the last month
        ([100, 100, None, 100, 100, 100], 5),  # the first whole window after the gap
        ([100, 100, None, 100, 100], None),
    ],
)
def test_break_even_by_hand(earned, place):
    expected = None if place is None else START + place
    assert break_even_month(monthly(*earned)) == expected


def test_no_accounts_break_even_never():
    assert break_even_month({}) is None


def test_months_are_counted():
    assert month_number("2026-01") - month_number("2025-12") == 1
    assert month_name(month_number("2026-12")) == "2026-12"
    assert month_of(date(2026, 11, 22)) == month_number("2026-11")
    for wrong in ("2026-13", "2026-1", "26-01", "2026-01-01", "", "2026/01"):
        with pytest.raises(ValueError, match="not a month"):
            month_number(wrong)
    with pytest.raises(ValueError, match="no months"):
        added_up([])


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (Fraction(5, 100000), "0.0000"),  # half: to the even
        (Fraction(15, 100000), "0.0002"),
        (Fraction(25, 100000), "0.0002"),
        (Fraction(-15, 100000), "-0.0002"),
        (Fraction(1, 3), "0.3333"),
        (Fraction(2, 3), "0.6667"),
        (Fraction(7), "7.0000"),
    ],
)
def test_rounding_half_even(ratio, shown):
    assert rounded(ratio) == Decimal(shown)


MONTH = st.fixed_dictionaries(
    {name: st.integers(0, 10**8) for name in AMOUNTS} | {"cash_end": st.integers(-(10**8), 10**8)}
)
ACCOUNTS = st.lists(st.none() | MONTH, min_size=1, max_size=20).filter(any).map(lambda one: accounts_of(*one))


@given(ACCOUNTS, st.integers(2, 9))
def test_ratios_stay_in_their_bounds_and_forget_the_unit(accounts, times):
    larger = {
        number: Figures(
            month=number,
            cash_end=(month.cash_end or 0) * times,
            **{name: getattr(month, name) * times for name in AMOUNTS},
        )
        for number, month in accounts.items()
    }
    for month in accounts:
        found = standing(accounts, month)
        assert found.ratios == standing(larger, month).ratios
        for name, low, high in (
            ("grant_dependency", 0, 1),
            ("income_concentration", Decimal("0.2"), 1),
            ("operating_margin", None, 1),
            ("self_sufficiency_ratio", 0, None),
            ("months_of_cash", 0, None),
        ):
            ratio = found.ratios[name]
            assert (ratio is None) == (name in found.reasons)
            if ratio is not None:
                assert low is None or ratio >= low
                assert high is None or ratio <= high


@given(ACCOUNTS)
def test_what_went_out_of_the_window_and_investment_change_nothing(accounts):
    last = max(accounts)
    recent = {number: month for number, month in accounts.items() if number > last - 12}
    other = {
        number: Figures(
            month=number,
            cash_end=month.cash_end,
            **{name: getattr(month, name) for name in AMOUNTS if name != "investment"},
        )
        for number, month in recent.items()
    }
    if len(recent) == 12:
        assert standing(other, last) == standing(accounts, last)


@given(ACCOUNTS)
def test_break_even_is_the_start_of_a_run_to_the_end(accounts):
    first = break_even_month(accounts)
    if first is not None:
        shorter = {number: month for number, month in accounts.items() if number <= first}
        assert break_even_month(shorter) == first
        assert set(range(first, max(accounts) + 1)) <= set(accounts)
