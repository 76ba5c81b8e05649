"""Rounds over several pots, the published bound on pairs, and the tables of docs/matching.md read as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.matching.formula import (
    PerPledge,
    PledgeChange,
    Pot,
    Quadratic,
    bounded_by,
    fit_pot,
    pairwise_matches,
    raw_matches,
    replay,
    replay_each,
    share_out,
)

DOCS = (Path(__file__).parents[2] / "docs" / "matching.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table whose first line begins so."""
    lines = DOCS[DOCS.index(f"| {heading}") :].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def whole(text: str) -> int:
    """Cents of `€ 9,900.00`, `540` or `–`."""
    digits = text.replace("€", "").replace(",", "").strip()
    return 0 if digits == "–" else int(digits.replace(".", "")) if "." in digits else int(digits)


def test_the_table_of_draws():
    rule = PerPledge(
        100, cap_per_pledge_cents=60, cap_per_backer_cents=100, match_cap_cents=120, pot_cents=200
    )
    rows = table("# | campaign")
    changes = [PledgeChange(n, campaign, backer, int(amount)) for n, campaign, backer, amount, *_ in rows]
    assert list(replay_each(rule, changes)) == [int(row[4]) for row in rows]
    assert len(rows) == 6


def test_the_table_of_changes():
    rows = table("change | amount now")
    changes = [PledgeChange(who, "hub", who, int(amount)) for who, amount, *_ in rows]
    drawn = list(replay_each(PerPledge(100, pot_cents=100), changes))
    assert drawn == [int(row[2]) for row in rows]
    assert [sum(drawn[: n + 1]) for n in range(len(drawn))] == [int(row[3]) for row in rows]


def test_the_published_examples():
    for gifts, _published, match in table("gifts of the literature"):
        count, amount = gifts.split(" × € ")
        assert raw_matches([(0, int(amount) * 100)] * int(count), 1) == [whole(match)]


def test_the_table_of_two_pots():
    rows = table("campaign | raw | city")
    raws = {name: int(raw) for name, raw, *_ in rows}
    shares = share_out(Quadratic(), raws, [Pot(140, "ABC"), Pot(500, "AC")])
    for name, _raw, first, _missing, second, match in rows:
        assert shares[name].parts == (whole(first), whole(second))
        assert shares[name].match.cents == shares[name].match.steps[-1].cents == int(match)


def test_two_who_give_without_end_draw_twice_the_bound_at_most():
    assert pairwise_matches([(0, 1, 10**6), (0, 2, 10**6)], 1, 200) == [399]


@given(st.integers(2, 8), st.integers(1, 10**12), st.integers(1, 10**6))
def test_many_together_stay_within_the_published_bound(backers, gift, bound):
    [cents] = pairwise_matches([(0, who, gift) for who in range(backers)], 1, bound)
    assert cents <= bound * backers * (backers - 1)


NAMES = "abcd"
RAWS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 10**6), max_size=4)
CAPS = st.dictionaries(st.sampled_from(NAMES), st.none() | st.integers(0, 10**6))
POTS = st.lists(st.builds(Pot, st.integers(0, 10**6), st.frozensets(st.sampled_from(NAMES))), max_size=3)
CAP = st.none() | st.integers(0, 10**6)


@given(RAWS, CAP, CAPS, POTS)
def test_no_share_is_above_its_cap_its_raw_match_or_its_pot(raws, cap, caps, pots):
    shares = share_out(Quadratic(match_cap_cents=cap), raws, pots, caps)
    for name, share in shares.items():
        assert 0 <= share.match.cents <= bounded_by(caps.get(name, cap), raws[name])
        assert share.match.cents == sum(share.parts)
        if pots and any(name in pot.campaigns for pot in pots):
            assert share.match.steps[-1].cents == share.match.cents
    for place, pot in enumerate(pots):
        assert sum(share.parts[place] for share in shares.values()) <= pot.cents
        assert all(not share.parts[place] for name, share in shares.items() if name not in pot.campaigns)


@given(RAWS, CAP, CAPS, st.integers(0, 10**6))
def test_one_pot_is_shared_out_to_the_cent_with_a_cap_for_each(raws, cap, caps, pot):
    rule = Quadratic(match_cap_cents=cap, pot_cents=pot)
    matches = fit_pot(rule, raws, caps)
    total = sum(bounded_by(caps.get(name, cap), raw) for name, raw in raws.items())
    assert sum(match.cents for match in matches.values()) == min(pot, total)
    shares = share_out(rule, raws, [Pot(pot, NAMES)], caps)
    assert {name: share.match.cents for name, share in shares.items()} == {
        name: match.cents for name, match in matches.items()
    }


CHANGES = st.lists(
    st.builds(
        PledgeChange,
        st.integers(0, 6),
        st.sampled_from("pq"),
        st.just("x"),
        st.integers(0, 5_000),
        st.none() | st.integers(0, 9_000),
    ),
    max_size=25,
)


@given(CHANGES, st.integers(1, 300), CAP, CAP, CAP)
def test_replayed_draws_keep_to_every_cap_and_to_the_room_of_the_pot(changes, ratio, one, backer, campaign):
    """Each pledge belongs to the campaign of its first change and to a backer of its own parity."""
    home: dict[object, object] = {}
    told = [
        PledgeChange(
            change.pledge, home.setdefault(change.pledge, change.campaign), int(str(change.pledge)) % 2,
            change.amount_cents, change.room_cents,
        )
        for change in changes
    ]  # fmt: skip
    rule = PerPledge(ratio, one, backer, campaign)
    drawn = list(replay_each(rule, told))
    for change, cents in zip(told, drawn, strict=True):
        assert change.room_cents is None or cents <= change.room_cents
    held = replay(rule, told)
    assert all(cents >= 0 for cents in held.values())
    assert sum(held.values()) == sum(drawn)
    for name in "pq":
        assert campaign is None or sum(c for pledge, c in held.items() if home[pledge] == name) <= campaign
    for parity in (0, 1):
        mine = sum(c for pledge, c in held.items() if int(str(pledge)) % 2 == parity)
        assert backer is None or mine <= backer


def test_a_campaigns_own_cap_holds_in_a_replay():
    changes = [PledgeChange(n, name, n, 100) for n, name in enumerate(["hub", "hub", "radio", "radio"])]
    drawn = replay_each(PerPledge(100, match_cap_cents=120), changes, {"radio": 150})
    assert list(drawn) == [100, 20, 100, 50]


@pytest.mark.parametrize("pots", [[], [Pot(0, "AB")]])
def test_an_empty_pot_gives_nothing(pots):
    shares = share_out(Quadratic(), {"A": 10, "B": 0}, pots)
    assert [share.match.cents for share in shares.values()] == [0, 0]
