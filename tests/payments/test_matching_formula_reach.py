"""`threshold_share` and `lump_sum`; the numbers by hand are those of docs/matching.md."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.matching.formula import (
    Crowd,
    LumpSum,
    RuleError,
    Step,
    ThresholdShare,
    default_goal_cents,
    match_for,
    match_on_collected,
    maximum_exposure,
    read_rule,
    threshold_cents,
    uncovered_cents,
)

EDITION_2020 = ThresholdShare(40, 60, match_cap_cents=60_000_00, pot_cents=550_000_00)
WITHIN = ThresholdShare(40, 60, match_cap_cents=60_000_00, within_cost=True)
COST = st.integers(1, 10**10)
PERCENT = st.integers(1, 100)
CAP = st.none() | st.integers(0, 10**10)
SHARES = st.builds(ThresholdShare, PERCENT, PERCENT, CAP, st.booleans())
LUMPS = st.builds(LumpSum, st.integers(1, 10**8), st.none() | st.integers(1, 500), st.integers(1, 10**8))
CROWDS = st.builds(Crowd, st.integers(0, 2 * 10**10), st.integers(0, 1000))


def codes(match):
    return [step.code for step in match.steps]


def test_a_rule_is_read_from_its_data():
    data = {
        "kind": "threshold_share",
        "crowd_threshold_percent": 40,
        "match_share_percent": 60,
        "match_cap_cents": 6000000,
        "pot_cents": 55000000,
        "campaign_days": 60,
    }
    assert read_rule(data) == EDITION_2020
    assert read_rule(data | {"match_cap_cents": None}) == ThresholdShare(40, 60, pot_cents=550_000_00)
    with pytest.raises(RuleError, match="match_share_percent: out_of_range") as error:
        read_rule(data | {"match_share_percent": 0, "pot_cents": -1})
    assert [problem.field for problem in error.value.problems] == ["match_share_percent", "pot_cents"]


@pytest.mark.parametrize(
    ("cost", "percent", "threshold"),
    [(50_000_00, 40, 20_000_00), (33333, 40, 13334), (1, 1, 1), (100, 100, 100), (101, 50, 51)],
)
def test_threshold_by_hand(cost, percent, threshold):
    assert threshold_cents(cost, percent) == threshold


@given(COST, PERCENT)
def test_the_threshold_is_the_smallest_crowd_that_reaches_it(cost, percent):
    threshold = threshold_cents(cost, percent)
    assert threshold * 100 >= cost * percent
    assert (threshold - 1) * 100 < cost * percent


@pytest.mark.parametrize(
    ("rule", "cost", "crowd", "cents"),
    [
        (EDITION_2020, 50_000_00, 20_000_00, 30_000_00),
        (EDITION_2020, 50_000_00, 19_999_99, 0),
        (EDITION_2020, 120_000_00, 48_000_00, 60_000_00),  # 60 % is 72,000: the cap
        (EDITION_2020, 33333, 13334, 19999),  # 60 % is 19,999.8 cents: down
        (EDITION_2020, 33333, 13333, 0),
        (EDITION_2020, 50_000_00, 60_000_00, 30_000_00),
        (WITHIN, 50_000_00, 20_000_00, 30_000_00),
        (WITHIN, 50_000_00, 25_000_00, 25_000_00),
        (WITHIN, 50_000_00, 60_000_00, 0),
        (LumpSum(5_000_00, at_backers=50), 10_000_00, Crowd(1, 50), 5_000_00),
        (LumpSum(5_000_00, at_backers=50), 10_000_00, Crowd(10**9, 49), 0),
        (LumpSum(5_000_00, at_amount_cents=2_000_00), 10_000_00, 2_000_00, 5_000_00),
        (LumpSum(5_000_00, at_amount_cents=2_000_00), 10_000_00, 1_999_99, 0),
        (LumpSum(5_000_00, 50, 2_000_00), 10_000_00, Crowd(2_000_00, 49), 0),
        (LumpSum(5_000_00, 50, 2_000_00), 10_000_00, Crowd(2_000_00, 50), 5_000_00),
    ],
)
def test_matches_by_hand(rule, cost, crowd, cents):
    crowd = crowd if isinstance(crowd, Crowd) else Crowd(crowd)
    match = match_for(rule, cost_cents=cost, crowd=crowd)
    assert match.cents == cents
    assert match.steps[-1].cents == cents


def test_every_step_is_told():
    match = match_for(WITHIN, cost_cents=120_000_00, crowd=Crowd(70_000_00))
    assert match.steps == (
        Step(
            "threshold",
            {"cost_cents": 12000000, "percent": 40, "threshold_cents": 4800000, "crowd_cents": 7000000},
        ),
        Step("reached"),
        Step("share", {"cost_cents": 12000000, "percent": 60}, 7200000),
        Step("cap", {"cap_cents": 6000000}, 6000000),
        Step("within_cost", {"cost_cents": 12000000, "crowd_cents": 7000000}, 5000000),
    )
    match = match_for(EDITION_2020, cost_cents=50_000_00, crowd=Crowd(5))
    assert codes(match) == ["threshold", "not_reached"]
    match = match_for(LumpSum(500, 2, 300), cost_cents=1000, crowd=Crowd(300, 2))
    assert match.steps == (
        Step("backers_asked", {"asked": 2, "backers": 2}),
        Step("amount_asked", {"asked_cents": 300, "crowd_cents": 300}),
        Step("reached"),
        Step("sum", {}, 500),
    )


@pytest.mark.parametrize(
    ("rule", "collected", "cents", "last"),
    [
        (EDITION_2020, Crowd(19_000_00), 28_500_00, "shortfall"),  # 30,000 x 19,000 / 20,000
        (EDITION_2020, Crowd(19_999_99), 29_999_98, "shortfall"),  # 29,999.985: down
        (EDITION_2020, Crowd(20_000_00), 30_000_00, "cap"),
        (EDITION_2020, Crowd(0), 0, "shortfall"),
        (WITHIN, Crowd(19_000_00), 28_500_00, "shortfall"),
        (WITHIN, Crowd(21_000_00), 29_000_00, "within_cost"),
        (LumpSum(5_000_00, at_backers=50), Crowd(18_000_00, 45), 4_500_00, "shortfall"),
        (LumpSum(5_000_00, at_amount_cents=20_000_00), Crowd(18_000_00, 1), 4_500_00, "shortfall"),
        (LumpSum(5_000_00, 50, 20_000_00), Crowd(18_000_00, 40), 4_000_00, "shortfall"),
        (LumpSum(5_000_00, 50, 20_000_00), Crowd(16_000_00, 45), 4_000_00, "shortfall"),
        (LumpSum(5_000_00, 50, 20_000_00), Crowd(30_000_00, 45), 4_500_00, "shortfall"),
    ],
)
def test_on_collected_money_by_hand(rule, collected, cents, last):
    match = match_on_collected(rule, cost_cents=50_000_00, pledged=Crowd(21_000_00, 60), collected=collected)
    assert (match.cents, match.reached, match.steps[-1].code) == (cents, True, last)
    assert match.steps[-1].cents == cents


def test_a_shortfall_with_refund_gives_nothing():
    match = match_on_collected(
        EDITION_2020,
        cost_cents=50_000_00,
        pledged=Crowd(21_000_00),
        collected=Crowd(19_000_00),
        on_shortfall="refund",
    )
    assert (match.cents, match.steps[-1]) == (0, Step("refunded", {}, 0))


def test_what_was_missed_at_the_deadline_stays_missed():
    match = match_on_collected(
        EDITION_2020, cost_cents=50_000_00, pledged=Crowd(19_000_00), collected=Crowd(30_000_00)
    )
    assert (match.cents, match.reached) == (0, False)


def test_exposure_and_goal_by_hand():
    assert maximum_exposure(EDITION_2020, 50_000_00) == 30_000_00
    assert maximum_exposure(EDITION_2020, 120_000_00) == 60_000_00
    assert maximum_exposure(ThresholdShare(60, 60, within_cost=True), 50_000_00) == 20_000_00
    assert maximum_exposure(LumpSum(5_000_00, at_backers=1), 1) == 5_000_00
    assert default_goal_cents(EDITION_2020, 50_000_00) == 20_000_00
    assert default_goal_cents(EDITION_2020, 120_000_00) == 60_000_00
    assert uncovered_cents(EDITION_2020, cost_cents=120_000_00, goal=Crowd(48_000_00)) == 12_000_00
    assert uncovered_cents(EDITION_2020, cost_cents=120_000_00, goal=Crowd(60_000_00)) == 0


@given(SHARES | LUMPS, COST, CROWDS, CROWDS, st.sampled_from(["proceed", "refund"]))
def test_no_match_is_above_its_exposure_its_cap_or_the_cost(rule, cost, pledged, collected, on_shortfall):
    exposure = maximum_exposure(rule, cost)
    found = [
        match_for(rule, cost_cents=cost, crowd=pledged),
        match_on_collected(
            rule, cost_cents=cost, pledged=pledged, collected=collected, on_shortfall=on_shortfall
        ),
    ]
    for match in found:
        assert 0 <= match.cents <= exposure
        assert [step.cents for step in match.steps if step.cents is not None][-1] == match.cents
    if isinstance(rule, ThresholdShare):
        assert exposure <= cost
        if rule.match_cap_cents is not None:
            assert exposure <= rule.match_cap_cents
        if rule.within_cost and found[1].cents:
            assert found[1].cents + collected.cents <= cost


@given(SHARES | LUMPS, COST, CROWDS, st.integers(0, 10**10), st.integers(0, 100))
def test_more_collected_is_never_less_match_without_within_cost(rule, cost, collected, cents, backers):
    if isinstance(rule, ThresholdShare) and rule.within_cost:
        cents = backers = 0  # its match falls, cent by cent, as the crowd pays the cost itself
    pledged = Crowd(2 * 10**11, 10**6)
    more = Crowd(collected.cents + cents, collected.backers + backers)
    less_match, more_match = (
        match_on_collected(rule, cost_cents=cost, pledged=pledged, collected=one).cents
        for one in (collected, more)
    )
    assert less_match <= more_match


@given(SHARES, COST, st.integers(0, 10**10))
def test_a_shortfall_is_the_exact_share_rounded_down(rule, cost, short):
    threshold = threshold_cents(cost, rule.crowd_threshold_percent)
    collected = Crowd(max(0, threshold - 1 - short))
    match = match_on_collected(rule, cost_cents=cost, pledged=Crowd(threshold), collected=collected)
    exact = Fraction(maximum_exposure(rule, cost) * collected.cents, threshold)
    assert 0 <= exact - match.cents < 1


@given(SHARES, COST)
def test_the_default_goal_leaves_nothing_uncovered(rule, cost):
    goal = default_goal_cents(rule, cost)
    assert match_for(rule, cost_cents=cost, crowd=Crowd(goal)).reached
    if not rule.within_cost:
        assert uncovered_cents(rule, cost_cents=cost, goal=Crowd(goal)) == 0
