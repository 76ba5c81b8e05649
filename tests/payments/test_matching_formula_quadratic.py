"""`quadratic` and its pairwise bound; the numbers by hand are those of docs/matching.md."""

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.matching.formula import (
    Quadratic,
    Step,
    TooManyPairsError,
    fit_pot,
    pairwise_matches,
    raw_matches,
)

CENTS = st.integers(1, 10**7)


def raw(*gifts):
    return raw_matches(((0, cents) for cents in gifts), 1)[0]


@pytest.mark.parametrize(
    ("gifts", "cents"),
    [
        ([], 0),
        ([10_000], 0),  # one backer alone draws nothing
        ([7], 0),
        ([100] * 100, 990_000),  # (100 x 10)^2 - 10,000
        ([100, 400], 400),  # (10 + 20)^2 - 500
        ([2, 2], 4),  # (2 root 2)^2 - 4: roots without end, an exact sum
        ([2, 3], 4),  # 2 root 6 = 4.898...: down
        ([1] * 1000, 999_000),
    ],
)
def test_raw_matches_by_hand(gifts, cents):
    assert raw(*gifts) == cents


@pytest.mark.parametrize(
    ("gifts", "total"),
    [
        ([900, 400, 100], 3600),  # mUQA: sides of 3, 2 and 1 make a square of 36
        ([100, 500, 600, 700], 6941),  # iktp.net, projects A, B and C: 69.41, 53.30, 358.46
        ([2000, 800], 5330),
        ([10000, 700, 100, 1500, 200], 35846),
    ],
)
def test_published_examples_of_gifts_and_match_together(gifts, total):
    assert raw(*gifts) + sum(gifts) == pytest.approx(total, abs=1)  # theirs are rounded to the nearest cent


def decimal_raw(gifts):
    """The definition with decimals of 80 digits, rounded as the rule says."""
    with localcontext(prec=80):
        value = sum((Decimal(cents).sqrt() for cents in gifts), Decimal(0)) ** 2 - sum(gifts)
        millionth = value.quantize(Decimal("0.000001"), ROUND_HALF_UP)
        return int(millionth.to_integral_value(ROUND_FLOOR))


@given(st.lists(CENTS, max_size=30))
def test_raw_matches_as_the_definition_says(gifts):
    assert raw(*gifts) == decimal_raw(gifts)


@given(st.lists(CENTS, max_size=12), st.randoms())
def test_the_order_of_gifts_changes_no_cent(gifts, random):
    shuffled = random.sample(gifts, len(gifts))
    assert raw(*shuffled) == raw(*gifts)


def pairwise(bound, *gifts):
    campaigns = 1 + max((campaign for campaign, _, _ in gifts), default=0)
    return pairwise_matches(gifts, campaigns, bound)


def test_pairs_by_hand():
    # one pair, root(100 x 400) = 200: both ways 2 x 200 x 200 / (200 + 200)
    assert pairwise(200, (0, 1, 100), (0, 2, 400)) == [200]
    # the same two in two campaigns agree on 100 + 100: 2 x 100 x 100 / 300 = 66.67 each
    assert pairwise(100, (0, 1, 100), (0, 2, 100), (1, 1, 100), (1, 2, 100)) == [66, 66]
    # a third backer shares one campaign with each: 2 x (100/300 x 100 + 2 x 100/200 x 100) = 266.67
    assert pairwise(100, (0, 1, 100), (0, 2, 100), (1, 1, 100), (1, 2, 100), (0, 3, 100)) == [266, 66]
    # three pairs of a third of a cent each, both ways: 1/3 has no end, their sum is whole
    assert pairwise(1, *((0, backer, 2) for backer in range(3))) == [4]  # 6 x 1 x 2 / (1 + 2)
    assert pairwise(5, (0, 1, 100)) == [0]


def decimal_pairwise(bound, gifts, campaigns):
    """The definition, pair by pair, with decimals of 80 digits."""
    with localcontext(prec=80):
        given_by = {(campaign, backer): Decimal(cents) for campaign, backer, cents in gifts}
        backers = {backer for _, backer, _ in gifts}

        def root(campaign, i, j):
            return (given_by.get((campaign, i), Decimal(0)) * given_by.get((campaign, j), Decimal(0))).sqrt()

        matches = []
        for campaign in range(campaigns):
            value = Decimal(0)
            for i in backers:
                for j in backers - {i}:
                    agreed = sum((root(other, i, j) for other in range(campaigns)), Decimal(0))
                    value += bound / (bound + agreed) * root(campaign, i, j)
            millionth = value.quantize(Decimal("0.000001"), ROUND_HALF_UP)
            matches.append(int(millionth.to_integral_value(ROUND_FLOOR)))
        return matches


PAIRS = st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 5)), st.integers(1, 10**6), max_size=18)


@given(PAIRS, st.integers(1, 10**7), st.randoms())
def test_pairs_as_the_definition_says_in_any_order(gifts, bound, random):
    rows = [(campaign, backer, cents) for (campaign, backer), cents in gifts.items()]
    found = pairwise_matches(rows, 4, bound)
    assert found == decimal_pairwise(bound, rows, 4)
    assert found == pairwise_matches(random.sample(rows, len(rows)), 4, bound)
    unbounded = raw_matches([(campaign, cents) for campaign, _, cents in rows], 4)
    assert all(one <= other for one, other in zip(found, unbounded, strict=True))


def test_too_many_pairs_are_refused():
    # 4,473 x 4,472 = 20,003,256 ordered pairs
    with pytest.raises(TooManyPairsError) as error:
        pairwise_matches(((0, backer, 1) for backer in range(4473)), 1, 100)
    assert (error.value.pairs, error.value.limit) == (20_003_256, 20_000_000)


def fitted(raws, **rule):
    return {name: match.cents for name, match in fit_pot(Quadratic(**rule), raws).items()}


def test_fitting_the_pot_by_hand():
    raws = {"A": 900, "B": 400, "C": 100}
    assert fitted(raws) == raws
    assert fitted(raws, pot_cents=1400) == raws
    assert fitted(raws, match_cap_cents=300) == {"A": 300, "B": 300, "C": 100}
    assert fitted(raws, pot_cents=700) == {"A": 450, "B": 200, "C": 50}
    # k = 500/1400 would give A 321: A stays at 300, and 200 over 500 lifts the others to k = 0.4
    assert fitted(raws, pot_cents=500, match_cap_cents=300) == {"A": 300, "B": 160, "C": 40}
    assert fitted({"B": 1, "A": 1}, pot_cents=1) == {"B": 0, "A": 1}
    assert fitted({"B": 2, "A": 1, "C": 0}, pot_cents=2) == {"B": 1, "A": 1, "C": 0}  # 1.33 and 0.67
    assert fitted(raws, pot_cents=0) == {"A": 0, "B": 0, "C": 0}
    assert fitted(raws, match_cap_cents=0) == {"A": 0, "B": 0, "C": 0}
    assert fitted({}, pot_cents=5) == {}


def test_the_steps_of_a_quadratic_match():
    matches = fit_pot(Quadratic(pot_cents=500, match_cap_cents=300), {"A": 900, "B": 400, "C": 100})
    assert matches["A"].steps == (Step("raw", {}, 900), Step("cap", {"cap_cents": 300}, 300))
    assert matches["B"].steps == (
        Step("raw", {}, 400),
        Step("scaled", {"numerator": "200", "denominator": "500"}, 160),
    )


RAWS = st.dictionaries(st.text("abc", min_size=1, max_size=4), st.integers(0, 10**6), max_size=12)
LIMIT = st.none() | st.integers(0, 10**6)


@given(RAWS, LIMIT, LIMIT)
def test_matches_sum_to_the_pot_or_to_all_that_was_drawn(raws, cap, pot):
    matches = fitted(raws, match_cap_cents=cap, pot_cents=pot)
    bounded = {name: one if cap is None else min(cap, one) for name, one in raws.items()}
    total = sum(bounded.values())
    assert sum(matches.values()) == (total if pot is None else min(pot, total))
    assert all(0 <= matches[name] <= bounded[name] for name in raws)


@given(RAWS, LIMIT, LIMIT, st.randoms())
def test_the_order_of_campaigns_changes_no_cent_and_more_raw_is_never_less(raws, cap, pot, random):
    matches = fitted(raws, match_cap_cents=cap, pot_cents=pot)
    names = random.sample(list(raws), len(raws))
    assert fitted({name: raws[name] for name in names}, match_cap_cents=cap, pot_cents=pot) == matches
    for one in raws:
        for other in raws:
            if raws[one] > raws[other]:
                assert matches[one] >= matches[other]
