"""The command against a second reading of its description, on files that hypothesis makes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.payments import simulator_reference
from tests.payments.test_simulate_match import simulate

NAMES = ["hub", "Hub", "orto, con virgola", "caffè «Al ponte»", 'radio "libera"', "due\nrighe", "z"]
BACKERS = ["a", "b", "c", "d, e", "è", "A"]
ROME = ZoneInfo("Europe/Rome")

cents = st.one_of(st.integers(1, 60), st.sampled_from([1, 4, 9, 100, 250, 10**12]), st.integers(1, 10**6))
moments = st.one_of(
    st.sampled_from(
        [
            # one instant in three writings, and the hour that comes twice when summer time ends
            "2026-03-01T10:00:00+01:00",
            "2026-03-01T09:00:00Z",
            "2026-03-01T09:00:00.000000+00:00",
            "2026-10-25T02:30:00+02:00",
            "2026-10-25T02:30:00+01:00",
            "2026-10-25T02:10:00+01:00",
            "2026-03-01T09:00:00.000001Z",
        ]
    ),
    st.integers(0, 90 * 86_400).map(
        lambda seconds: (dt.datetime(2026, 9, 1, tzinfo=ROME) + dt.timedelta(seconds=seconds)).isoformat()
    ),
)


def maybe(least, most):
    return st.one_of(st.none(), st.integers(least, most), st.sampled_from([least, 10**15]))


shares = st.fixed_dictionaries(
    {
        "kind": st.just("threshold_share"),
        "crowd_threshold_percent": st.integers(1, 100),
        "match_share_percent": st.integers(1, 100),
        "match_cap_cents": maybe(0, 1000),
        "within_cost": st.booleans(),
        "pot_cents": maybe(0, 3000),
    }
)
draws = st.fixed_dictionaries(
    {
        "kind": st.just("per_pledge"),
        "ratio_percent": st.integers(1, 300),
        "cap_per_pledge_cents": maybe(0, 200),
        "cap_per_backer_cents": maybe(0, 400),
        "match_cap_cents": maybe(0, 1000),
        "pot_cents": maybe(0, 3000),
    }
)
sums = st.fixed_dictionaries(
    {
        "kind": st.just("lump_sum"),
        "at_backers": st.one_of(st.none(), st.integers(1, 4)),
        "at_amount_cents": st.one_of(st.none(), st.integers(1, 500)),
        "sum_cents": st.integers(1, 1000),
        "pot_cents": maybe(0, 3000),
    }
).filter(lambda rule: rule["at_backers"] or rule["at_amount_cents"])
squares = st.fixed_dictionaries(
    {
        "kind": st.just("quadratic"),
        "pot_cents": maybe(0, 3000),
        "match_cap_cents": maybe(0, 500),
        "pairwise_bound_cents": st.none(),
    }
)
pairs = st.fixed_dictionaries(
    {
        "kind": st.just("quadratic"),
        "pot_cents": maybe(0, 3000),
        "match_cap_cents": maybe(0, 500),
        "pairwise_bound_cents": st.integers(1, 10_000),
    }
)


@st.composite
def files(draw):
    """Two CSV files, as different programs write them: with a byte order mark, with CRLF, all quoted, or plain."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5))
    campaigns = [(name, draw(cents), draw(st.sampled_from(["", "Barona", "Niguarda"]))) for name in names]
    pledge = (
        st.tuples(st.sampled_from(names), st.sampled_from(BACKERS), cents, moments) if names else st.nothing()
    )
    pledges = draw(st.lists(pledge, max_size=25)) if names else []
    mark, end = draw(st.sampled_from(["", "\ufeff"])), draw(st.sampled_from(["\n", "\r\n"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))

    def text(header, rows):
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator=end, quoting=quoting)
        writer.writerow(header)
        writer.writerows(rows)
        return mark + out.getvalue()

    return (
        text(["campaign", "cost_cents", "neighbourhood"], campaigns),
        text(["campaign", "backer", "amount_cents", "created_at"], pledges),
    )


def run(texts, rules):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in zip(("campaigns.csv", "pledges.csv"), texts, strict=True):
            (folder / file).write_bytes(text.encode())
        for number, rule in enumerate(rules):
            (folder / f"{number}.json").write_text(json.dumps(rule))
        out, err = simulate(
            f"--campaigns={folder / 'campaigns.csv'}",
            f"--pledges={folder / 'pledges.csv'}",
            f"--rule={folder / '0.json'}",
            *(f"--compare={folder / str(number)}.json" for number in range(1, len(rules))),
            "--json",
        )
    assert out, err
    return json.loads(out)


HUB = (
    "campaign,cost_cents,neighbourhood\nb,10,\na,10,\n",
    """campaign,backer,amount_cents,created_at
a,1,1,2026-03-01T10:00:00+01:00
a,2,1,2026-03-01T09:00:00Z
b,1,1,2026-03-01T09:00:00Z
b,3,1,2026-03-01T09:00:00Z
""",
)
SHARE = {"kind": "threshold_share", "crowd_threshold_percent": 20, "match_share_percent": 60, "pot_cents": 7}
DRAW = {"kind": "per_pledge", "ratio_percent": 100, "cap_per_backer_cents": 1, "pot_cents": 2}
SUM = {"kind": "lump_sum", "at_backers": 2, "sum_cents": 5, "pot_cents": 7}
SQUARE = {"kind": "quadratic", "pot_cents": 3, "match_cap_cents": None, "pairwise_bound_cents": None}
PAIR = {"kind": "quadratic", "pot_cents": 3, "match_cap_cents": 2, "pairwise_bound_cents": 1000}


@settings(max_examples=60, deadline=None)
@given(texts=files(), share=shares, draw=draws, lump=sums, square=squares, pair=pairs)
@example(texts=HUB, share=SHARE, draw=DRAW, lump=SUM, square=SQUARE, pair=PAIR)
def test_a_second_reading_of_the_description_gives_the_same_cents(texts, share, draw, lump, square, pair):
    rules = [share, draw, lump, square, pair]
    campaigns, pledges = simulator_reference.read(*texts)
    assert run(texts, rules) == {
        "rules": [{"rule": rule, **simulator_reference.simulate(campaigns, pledges, rule)} for rule in rules]
    }
    assert run(texts, [pair]) == simulator_reference.simulate(campaigns, pledges, pair)


def test_ties_go_by_line_and_left_over_cents_by_name():
    [share, _, lump, square, _] = run(HUB, [SHARE, DRAW, SUM, SQUARE, PAIR])["rules"]
    # all four at one instant: a's second line comes before b's
    assert [one["match_cents"] for one in share["campaigns"]] == [1, 6]
    assert [one["match_cents"] for one in lump["campaigns"]] == [2, 5]
    # two raw matches of 2 share 3 cents: the odd one goes to a, though b stands first in the file
    assert [one["match_cents"] for one in square["campaigns"]] == [1, 2]


def test_files_with_nothing_in_them():
    empty = (HUB[0], HUB[1].splitlines()[0])
    for rule in (SHARE, DRAW, SUM, SQUARE, PAIR):
        found = run(empty, [rule])
        assert [one["campaign"] for one in found["campaigns"]] == ["b", "a"]
        assert found["match_total_cents"] == 0
        assert run(("campaign,cost_cents,neighbourhood\n", empty[1]), [rule]) == {
            "campaigns": [],
            "match_total_cents": 0,
        }


@pytest.mark.parametrize("file", ["campaigns.csv", "pledges.csv"])
@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"campaign\nhub\n"])
def test_a_file_without_its_columns_is_refused(tmp_path, file, content):
    texts = dict(zip(("campaigns.csv", "pledges.csv"), map(str.encode, HUB), strict=True)) | {file: content}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text)
    (tmp_path / "rule.json").write_text(json.dumps(SHARE))
    arguments = [f"--{name}={tmp_path / name}.csv" for name in ("campaigns", "pledges")]
    message, _ = simulate(*arguments, f"--rule={tmp_path / 'rule.json'}", "--json")
    assert "The first line lacks these columns" in message


def test_a_bad_campaign_is_told_once_and_not_at_each_of_its_pledges(tmp_path):
    (tmp_path / "c.csv").write_text("campaign,cost_cents,neighbourhood\nhub,ten,\northo,5,\n")
    pledges = HUB[1].splitlines()[0] + "\nhub,a,1,2026-01-01T10:00:00Z\nother,a,1,2026-01-01T10:00:00Z\n"
    (tmp_path / "p.csv").write_text(pledges)
    (tmp_path / "rule.json").write_text(json.dumps(SHARE))
    message, err = simulate(
        f"--campaigns={tmp_path / 'c.csv'}",
        f"--pledges={tmp_path / 'p.csv'}",
        f"--rule={tmp_path / 'rule.json'}",
    )
    assert message == "Bad rows: 2. Nothing was computed."
    assert "c.csv, line 2: " in err
    assert "p.csv, line 2: " not in err
    assert "p.csv, line 3: " in err
