"""`per_pledge`: draws, caps, give-backs; the numbers by hand are those of docs/matching.md."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.matching.formula import (
    Drawn,
    Draws,
    PerPledge,
    PledgeChange,
    draw_for,
    replay,
    wanted_cents,
)

CAP = st.none() | st.integers(0, 20_000)
RULES = st.builds(PerPledge, st.integers(1, 300), CAP, CAP, CAP, CAP)
GIFTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(1, 10_000)), max_size=25)


@pytest.mark.parametrize(
    ("rule", "drawn", "cents", "codes"),
    [
        (PerPledge(100), Drawn(), 33_33, ["ratio"]),
        (PerPledge(50), Drawn(), 16_66, ["ratio"]),  # half of 33.33 is 16.665: down
        (PerPledge(200, cap_per_pledge_cents=50_00), Drawn(), 50_00, ["ratio", "cap_per_pledge"]),
        (
            PerPledge(100, cap_per_backer_cents=40_00),
            Drawn(by_backer=30_00),
            10_00,
            ["ratio", "cap_per_backer"],
        ),
        (PerPledge(100, match_cap_cents=40_00), Drawn(by_campaign=39_99), 1, ["ratio", "cap"]),
        (PerPledge(100, pot_cents=40_00), Drawn(from_pot=40_00), 0, ["ratio", "pot"]),
        (PerPledge(100, pot_cents=40_00), Drawn(from_pot=50_00), 0, ["ratio", "pot"]),
    ],
)
def test_one_draw_by_hand(rule, drawn, cents, codes):
    match = draw_for(rule, amount_cents=33_33, drawn=drawn)
    assert (match.cents, match.steps[-1].cents) == (cents, cents)
    assert [step.code for step in match.steps] == codes


def test_the_numbers_of_a_step():
    rule = PerPledge(100, cap_per_backer_cents=40_00)
    step = draw_for(rule, amount_cents=33_33, drawn=Drawn(by_backer=30_00)).steps[-1]
    assert step.params == {"limit_cents": 40_00, "drawn_cents": 30_00}


@given(RULES, GIFTS)
def test_no_cap_and_no_pot_is_passed_and_the_told_draw_is_the_draw(rule, gifts):
    draws: Draws[int] = Draws(rule)
    by_backer: dict[int, int] = {}
    by_campaign: dict[int, int] = {}
    pot = 0
    for campaign, backer, amount in gifts:
        drawn = Drawn(by_backer.get(backer, 0), by_campaign.get(campaign, 0), pot)
        told = draw_for(rule, amount_cents=amount, drawn=drawn).cents
        cents = draws.draw(campaign=campaign, backer=backer, wanted=wanted_cents(rule, amount))
        assert cents == told
        assert cents * 100 <= amount * rule.ratio_percent
        assert rule.cap_per_pledge_cents is None or cents <= rule.cap_per_pledge_cents
        by_backer[backer] = by_backer.get(backer, 0) + cents
        by_campaign[campaign] = by_campaign.get(campaign, 0) + cents
        pot += cents
    for sums, cap in ((by_backer, rule.cap_per_backer_cents), (by_campaign, rule.match_cap_cents)):
        assert all(cap is None or cents <= cap for cents in sums.values())
    assert rule.pot_cents is None or pot <= rule.pot_cents
    assert draws.from_pot == pot


def change(pledge, amount, backer=None):
    return PledgeChange(pledge, "hub", backer or pledge, amount)


def test_given_back_money_serves_later_draws_only():
    rule = PerPledge(100, pot_cents=100)
    changes = [change("a", 80), change("b", 80), change("a", 30), change("c", 80)]
    # a draws 80, b the 20 left; a falls to 30 and gives back 50; c draws 50, b never grows
    assert replay(rule, changes) == {"a": 30, "b": 20, "c": 50}


def test_a_fall_gives_back_only_what_the_new_amount_could_not_have_drawn():
    rule = PerPledge(100, pot_cents=100)
    # b drew 20 of its 80; at 50 it would still have drawn 20
    assert replay(rule, [change("a", 80), change("b", 80), change("b", 50)]) == {"a": 80, "b": 20}
    assert replay(rule, [change("a", 80), change("b", 80), change("b", 10)]) == {"a": 80, "b": 10}


def test_a_rise_draws_for_what_it_adds():
    rule = PerPledge(100, pot_cents=100)
    changes = [change("a", 80), change("b", 80), change("a", 0), change("b", 90)]
    # b holds 20; a's 80 come back; b adds 10 and draws 10, not the 60 it once missed
    assert replay(rule, changes) == {"a": 0, "b": 30}


CHANGES = st.lists(
    st.builds(
        lambda pledge, amount: PledgeChange(pledge, pledge % 2, pledge % 3, amount),
        st.integers(0, 5),
        st.integers(0, 10_000),
    ),
    max_size=25,
)


@given(RULES, CHANGES)
def test_a_replay_passes_no_cap_and_no_pledge_draws_more_than_its_amount_allows(rule, changes):
    for cut in range(len(changes) + 1):
        held = replay(rule, changes[:cut])
        amounts = {one.pledge: one for one in changes[:cut]}
        assert rule.pot_cents is None or sum(held.values()) <= rule.pot_cents
        for pledge, cents in held.items():
            assert 0 <= cents <= wanted_cents(rule, amounts[pledge].amount_cents)
        for key, cap in (("campaign", rule.match_cap_cents), ("backer", rule.cap_per_backer_cents)):
            for value in {getattr(one, key) for one in amounts.values()}:
                total = sum(held[name] for name, one in amounts.items() if getattr(one, key) == value)
                assert cap is None or total <= cap


@given(RULES, CHANGES)
def test_a_change_of_one_pledge_moves_no_other(rule, changes):
    for cut in range(1, len(changes)):
        before, after = replay(rule, changes[:cut]), replay(rule, changes[: cut + 1])
        moved = changes[cut].pledge
        assert {name: cents for name, cents in before.items() if name != moved} == {
            name: cents for name, cents in after.items() if name != moved
        }
