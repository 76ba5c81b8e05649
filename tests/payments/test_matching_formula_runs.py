"""Whole calls: order of serving, the pot, who is funded; by hand as in docs/matching.md."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.matching.formula import (
    Campaign,
    Gift,
    GiftList,
    LumpSum,
    PerPledge,
    Quadratic,
    ThresholdShare,
    run_rule,
)

CAMPAIGNS = [Campaign("hub", 1000), Campaign("orto", 2000), Campaign("radio", 500)]


def matches(rule, gifts, campaigns=CAMPAIGNS):
    outcomes = run_rule(rule, campaigns, GiftList(Gift(*gift) for gift in gifts))
    return [outcome.match_cents for outcome in outcomes]


def test_the_one_that_reached_first_is_served_first_and_the_last_gets_what_is_left():
    # orto reaches 800 with the third gift, hub 400 with the fourth
    gifts = [(0, 0, 300), (1, 1, 700), (1, 0, 100), (0, 2, 100), (2, 3, 199)]
    rule = ThresholdShare(40, 60, pot_cents=1500)
    assert matches(rule, gifts) == [300, 1200, 0]
    assert matches(rule, [*gifts, (2, 3, 1)]) == [300, 1200, 0]
    assert matches(ThresholdShare(40, 60), [*gifts, (2, 3, 1)]) == [600, 1200, 300]
    outcomes = run_rule(rule, CAMPAIGNS, GiftList(Gift(*gift) for gift in [*gifts, (2, 3, 1)]))
    assert [(one.campaign, one.crowd_cents, one.backers, one.funded) for one in outcomes] == [
        ("hub", 400, 2, True),
        ("orto", 800, 2, True),
        ("radio", 200, 1, True),  # reached, though the pot was empty
    ]


def test_within_cost_looks_at_all_the_crowd_gave_in_the_end():
    gifts = [(0, 0, 400), (0, 1, 300)]
    assert matches(ThresholdShare(40, 60, within_cost=True), gifts) == [300, 0, 0]


def test_lump_sums_by_different_backers():
    gifts = [(0, 0, 10), (0, 0, 10), (1, 0, 10), (1, 1, 10), (0, 1, 10)]
    assert matches(LumpSum(500, at_backers=2, pot_cents=700), gifts) == [200, 500, 0]
    # with 30 asked too, orto never gets there; hub does with its last gift
    assert matches(LumpSum(500, at_backers=2, at_amount_cents=30, pot_cents=700), gifts) == [500, 0, 0]
    funded = run_rule(LumpSum(970, at_backers=2), CAMPAIGNS, GiftList(Gift(*gift) for gift in gifts))
    assert [one.funded for one in funded] == [True, False, False]


def test_draws_in_order_with_every_cap():
    rule = PerPledge(
        100, cap_per_pledge_cents=60, cap_per_backer_cents=100, match_cap_cents=120, pot_cents=200
    )
    gifts = [
        (0, 0, 100),  # 60: the pledge's cap
        (1, 0, 50),  # 40: the backer has 100 in all
        (0, 1, 70),  # 60: the pledge's cap, the campaign is full
        (0, 2, 50),  # 0
        (1, 2, 50),  # 40: the pot had 200
        (2, 3, 50),  # 0
    ]
    assert matches(rule, gifts) == [120, 80, 0]


def test_quadratic_adds_up_a_backers_gifts_before_the_root():
    gifts = [(0, 0, 25), (0, 0, 75), (0, 1, 100), (1, 0, 100), (1, 1, 400)]
    assert matches(Quadratic(), gifts) == [200, 400, 0]
    assert matches(Quadratic(pot_cents=300), gifts) == [100, 200, 0]
    # the pair agrees on 100 + 200: 2 x 300/600 x 100 and 2 x 300/600 x 200
    assert matches(Quadratic(pairwise_bound_cents=300), gifts) == [100, 200, 0]


@pytest.mark.parametrize(
    "rule", [ThresholdShare(1, 100), PerPledge(100), LumpSum(1, at_backers=1), Quadratic(pot_cents=9)]
)
def test_a_call_without_gifts(rule):
    assert matches(rule, []) == [0, 0, 0]
    assert run_rule(rule, [], GiftList([])) == []


LIMIT = st.none() | st.integers(0, 3000)
PERCENT = st.integers(1, 100)
RULES = st.one_of(
    st.builds(ThresholdShare, PERCENT, PERCENT, LIMIT, st.booleans(), LIMIT),
    st.builds(PerPledge, st.integers(1, 200), LIMIT, LIMIT, LIMIT, LIMIT),
    st.builds(LumpSum, st.integers(1, 3000), st.integers(1, 3), st.none() | st.integers(1, 500), LIMIT),
    st.builds(Quadratic, LIMIT, st.none() | st.integers(1, 500), LIMIT),
)
GIFTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(1, 900)), max_size=25)


@given(RULES, GIFTS)
def test_no_run_passes_the_pot_or_a_cap_and_none_loses_a_gift(rule, gifts):
    outcomes = run_rule(rule, CAMPAIGNS, GiftList(Gift(*gift) for gift in gifts))
    total = sum(one.match_cents for one in outcomes)
    assert rule.pot_cents is None or total <= rule.pot_cents
    assert sum(one.crowd_cents for one in outcomes) == sum(cents for _, _, cents in gifts)
    for place, one in enumerate(outcomes):
        assert one.match_cents >= 0
        assert one.backers == len({backer for campaign, backer, _ in gifts if campaign == place})
        cap = getattr(rule, "match_cap_cents", None)
        assert cap is None or one.match_cents <= cap


@given(RULES, GIFTS, st.randoms())
def test_only_who_comes_first_depends_on_the_order(rule, gifts, random):
    """Without a pot nobody comes first, but where each gift draws for itself under a cap of its backer."""
    if isinstance(rule, PerPledge):
        rule = PerPledge(rule.ratio_percent, rule.cap_per_pledge_cents)
    elif isinstance(rule, ThresholdShare):
        rule = ThresholdShare(rule.crowd_threshold_percent, 60, rule.match_cap_cents, rule.within_cost)
    elif isinstance(rule, LumpSum):
        rule = LumpSum(rule.sum_cents, rule.at_backers, rule.at_amount_cents)
    assert matches(rule, random.sample(gifts, len(gifts))) == matches(rule, gifts)


@given(GIFTS, st.integers(1, 900), PERCENT, PERCENT, LIMIT)
def test_one_more_gift_at_the_end_takes_nothing_from_its_campaign(gifts, cents, threshold, share, pot):
    for rule in (ThresholdShare(threshold, share, pot_cents=pot), PerPledge(share, pot_cents=pot)):
        before, after = matches(rule, gifts), matches(rule, [*gifts, (1, 2, cents)])
        assert after[1] >= before[1]
        assert (after[0], after[2]) == (before[0], before[2])
