import itertools
import json
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.commission.formula import (
    OVERALL,
    Criterion,
    Entry,
    Grid,
    LotsNeeded,
    Place,
    hundredths,
    lot,
    rank,
    read_entry,
    read_grid,
    score,
    tie_key,
)

# the worked example of docs/commission.md
GRID = Grid(
    (Criterion(1, 200, 2), Criterion(2, 100, 1, 60), Criterion(3, 100, 1)),
    6_000,
    ("criterion:1", "lower_cost", "earlier", "lots"),
)
A = Entry(1, {1: 450, 2: 210, 3: 240}, 3, 2_000_000, "2026-11-01")
B = Entry(2, {1: 480, 2: 210, 3: 210}, 3, 3_000_000, "2026-11-02")
C = Entry(3, {1: 300, 2: 160, 3: 155}, 2, 2_500_000, "2026-11-03")
D = Entry(4, {1: 540, 2: 170, 3: 270}, 3, 1_000_000, "2026-11-04")
E = Entry(5, {1: 330, 2: 180, 3: 165}, 3, 1_500_000, "2026-11-05")


def test_the_worked_example():
    places = {place.key: place for place in rank(GRID, [E, D, C, B, A])}
    assert [score(GRID.criteria, one) for one in (A, B, D)] == [Fraction(75), Fraction(75), Fraction(245, 3)]
    assert score(GRID.criteria, C) == Fraction(615, 8)  # 76.875
    assert [hundredths(score(GRID.criteria, one)) for one in (C, D, E)] == [7_688, 8_167, 5_625]
    assert places[3] == Place(3, 1, Fraction(615, 8), ())
    assert places[2] == Place(2, 2, Fraction(75), ())
    assert places[1] == Place(1, 3, Fraction(75), (), "criterion:1")
    assert (places[4].rank, places[4].failed) == (None, (2,))  # 5.67 points where 6 are needed
    assert (places[5].rank, places[5].failed) == (None, (OVERALL,))


def test_rounding_is_half_up_and_for_showing_alone():
    assert [hundredths(Fraction(n, 2000)) for n in (1, 9, 10, 11, 19, 20, 21)] == [0, 0, 1, 1, 1, 1, 1]
    assert hundredths(Fraction(75_005, 1_000)) == 7_501
    thin = Grid((Criterion(1, 1000, 1),), 0, ("lots",))
    close = [Entry(1, {1: 20_000}, 30, 1, "a"), Entry(2, {1: 20_001}, 30, 1, "a")]
    places = rank(thin, close)
    assert hundredths(places[0].score) == hundredths(places[1].score) == 6_667
    assert [place.key for place in places] == [2, 1]
    assert places[1].decided_by == ""  # no tie: one is a thirtieth of a tenth ahead


def test_a_minimum_is_met_by_its_very_number():
    grid = Grid((Criterion(1, 100, 1, 60),), 6_000, ("lots",))
    assert rank(grid, [Entry(1, {1: 180}, 3, 1, "a")])[0].failed == ()
    assert rank(grid, [Entry(1, {1: 179}, 3, 1, "a")])[0].failed == (1, OVERALL)


def test_equals_come_down_to_the_lots_of_a_number_drawn():
    twins = [Entry(key, {1: 450, 2: 210, 3: 240}, 3, 2_000_000, "2026-11-01") for key in (7, 8, 9)]
    with pytest.raises(LotsNeeded):
        rank(GRID, twins)
    places = rank(GRID, twins, "42")
    assert [place.key for place in places] == sorted((7, 8, 9), key=lambda key: lot("42", key))
    assert [place.decided_by for place in places] == ["", "lots", "lots"]
    assert rank(GRID, [A, B, C])  # where nobody needs them, no number is asked for


def test_without_a_sheet_there_is_no_score():
    with pytest.raises(ValueError, match="no sheet"):
        rank(GRID, [Entry(1, {}, 0, 1, "a")])


PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def problems(draw):
    count = draw(st.integers(1, 3))
    criteria = tuple(
        Criterion(
            number,
            draw(st.sampled_from([50, 100, 200])),
            draw(st.integers(1, 4)),
            draw(st.one_of(st.none(), st.integers(0, 40))),
        )
        for number in range(1, count + 1)
    )
    names = [f"criterion:{one.number}" for one in criteria] + ["lower_cost", "earlier"]
    ties = (*tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=3))), "lots")
    entries = [
        Entry(
            key,
            {one.number: 5 * draw(st.integers(0, 4)) * sheets for one in criteria},
            sheets,
            draw(st.integers(1, 3)),
            draw(st.sampled_from(["a", "b"])),
        )
        for key in range(1, draw(st.integers(1, 7)) + 1)
        for sheets in [draw(st.integers(1, 3))]
    ]
    return Grid(criteria, draw(st.integers(0, 3_000)), ties), entries, draw(st.permutations(entries))


@PATIENT
@given(problems(), st.text(min_size=1, max_size=5))
def test_the_order_of_the_entries_changes_nothing(problem, seed):
    grid, entries, shuffled = problem
    assert rank(grid, entries, seed) == rank(grid, shuffled, seed)


@PATIENT
@given(problems(), st.text(min_size=1, max_size=5))
def test_scores_fall_and_every_tie_is_explained(problem, seed):
    grid, entries, _shuffled = problem
    places = rank(grid, entries, seed)
    ranked = [place for place in places if place.rank]
    assert [place.rank for place in ranked] == list(range(1, len(ranked) + 1))
    assert sorted(place.key for place in places) == sorted(entry.key for entry in entries)
    assert all(0 <= place.score <= 100 for place in places)
    by_key = {entry.key: entry for entry in entries}
    for above, below in itertools.pairwise(ranked):
        assert above.score >= below.score
        assert bool(below.decided_by) == (above.score == below.score)
        if below.decided_by:
            earlier = grid.tie_breakers[: grid.tie_breakers.index(below.decided_by) + 1]
            keys = [[tie_key(grid, n, by_key[p.key], seed) for n in earlier] for p in (above, below)]
            assert keys[0][:-1] == keys[1][:-1]
            assert keys[0] < keys[1]


@PATIENT
@given(problems(), st.text(min_size=1, max_size=5))
def test_the_published_data_give_the_same_ranking(problem, seed):
    grid, entries, _shuffled = problem
    published = json.dumps(
        {
            "rule": {
                "criteria": [
                    {
                        "number": o.number,
                        "max_tenths": o.max_tenths,
                        "weight": o.weight,
                        "min_tenths": o.min_tenths,
                    }
                    for o in grid.criteria
                ],
                "minimum_hundredths": grid.minimum_hundredths,
                "tie_breakers": grid.tie_breakers,
            },
            "entries": [
                {
                    "application": e.key,
                    "sums": e.sums,
                    "sheets": e.sheets,
                    "cost_cents": e.cost_cents,
                    "submitted_at": e.submitted,
                }
                for e in entries
            ],
        }
    )
    read = json.loads(published)
    again = rank(read_grid(read["rule"]), [read_entry(one) for one in read["entries"]], seed)
    assert again == rank(grid, entries, seed)


@PATIENT
@given(problems(), st.text(min_size=1, max_size=5))
def test_more_points_never_lower_a_score(problem, seed):
    grid, entries, _shuffled = problem
    first = entries[0]
    better = Entry(
        first.key, first.sums | {1: first.sums[1] + 5}, first.sheets, first.cost_cents, first.submitted
    )
    assert score(grid.criteria, better) > score(grid.criteria, first)
