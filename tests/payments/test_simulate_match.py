"""`manage.py simulate_match`, run on files without a database; by hand as in docs/matching.md."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from payments.matching.formula import Campaign, Gift, GiftList, read_rule, run_rule

CAMPAIGNS = "campaign,cost_cents,neighbourhood\nhub,1000,Lorenteggio\northo,2000,Giambellino\nradio,500,\n"
PLEDGES = """campaign,backer,amount_cents,created_at
hub,a,300,2026-01-01T10:00:00+01:00
hub,c,100,2026-01-03T10:00:00+01:00
ortho,b,700,2026-01-01T10:00:00Z
ortho,a,100,2026-01-03T08:59:59Z
"""
SHARE = {
    "kind": "threshold_share",
    "crowd_threshold_percent": 40,
    "match_share_percent": 60,
    "pot_cents": 1500,
}
RULES = {
    "threshold_share": SHARE | {"match_cap_cents": None, "within_cost": False},
    "per_pledge": {"kind": "per_pledge", "ratio_percent": 50, "cap_per_backer_cents": 160, "pot_cents": 500},
    "lump_sum": {"kind": "lump_sum", "at_backers": 2, "sum_cents": 600, "pot_cents": 1000},
    "quadratic": {"kind": "quadratic", "pot_cents": 1500, "match_cap_cents": 500},
    "pairs": {"kind": "quadratic", "pot_cents": 1500, "pairwise_bound_cents": 100},
}


def files_in(folder, pledges=PLEDGES, campaigns=CAMPAIGNS, rule=RULES["threshold_share"]):
    texts = {"campaigns.csv": campaigns, "pledges.csv": pledges, "rule.json": json.dumps(rule)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [f"--{name.partition('.')[0]}={folder / name}" for name in texts]


def simulate(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with translation.override("en"):
        try:
            call_command("simulate_match", *arguments, stdout=out, stderr=err)
        except CommandError as error:
            assert out.getvalue() == ""
            return str(error), err.getvalue()
    return out.getvalue(), err.getvalue()


def answer(*arguments):
    return json.loads(simulate(*arguments, "--json")[0])


def test_the_answer_by_hand(tmp_path):
    # ortho reaches 800 one second before hub reaches 400: 1,200 of the 1,500, and hub the 300 left
    assert answer(*files_in(tmp_path)) == {
        "campaigns": [
            {"campaign": "hub", "crowd_cents": 400, "backers": 2, "match_cents": 300, "funded": True},
            {"campaign": "ortho", "crowd_cents": 800, "backers": 2, "match_cents": 1200, "funded": True},
            {"campaign": "radio", "crowd_cents": 0, "backers": 0, "match_cents": 0, "funded": False},
        ],
        "match_total_cents": 1500,
    }


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        # in order of time: hub a 150; ortho b 350 of 160; ortho a 50 of the 10 left to a; hub c 50
        ("per_pledge", [200, 170, 0]),
        ("lump_sum", [400, 600, 0]),
        # hub 2 root(30,000) = 346.4, ortho 2 root(70,000) = 529.15: the cap
        ("quadratic", [346, 500, 0]),
        # each pair once in one campaign: 2 x 100 x 173.2 / 273.2 = 126.8; 2 x 100 x 264.6 / 364.6 = 145.1
        ("pairs", [126, 145, 0]),
    ],
)
def test_every_rule_by_hand(tmp_path, rule, matches):
    found = answer(*files_in(tmp_path, rule=RULES[rule]))
    assert [one["match_cents"] for one in found["campaigns"]] == matches
    assert found["match_total_cents"] == sum(matches)


def test_rules_side_by_side(tmp_path):
    arguments = files_in(tmp_path)
    other = tmp_path / "other.json"
    other.write_text(json.dumps(RULES["lump_sum"]))
    found = answer(*arguments, "--compare", str(other), str(tmp_path / "rule.json"))
    assert [one["rule"] for one in found["rules"]] == [
        RULES["threshold_share"],
        RULES["lump_sum"],
        RULES["threshold_share"],
    ]
    assert [one["match_total_cents"] for one in found["rules"]] == [1500, 1000, 1500]
    assert found["rules"][0] == {"rule": RULES["threshold_share"], **answer(*arguments)}


def test_the_table_a_person_reads(tmp_path):
    out, err = simulate(*files_in(tmp_path))
    text = out.replace("\N{NO-BREAK SPACE}", " ")
    assert "The crowd gave €12.00: 3 backers, 3 campaigns." in text
    assert "Share of the top 1 % of backers: 58.3 %" in text  # b's 700 of 1,200
    assert "Cost to the city: €15.00" in text
    assert "Projects funded: 2 of 3" in text
    assert "Giambellino         crowd €8.00  city €12.00" in text
    assert "100 %" in err


def test_every_bad_row_is_named_by_its_line_and_nothing_is_computed(tmp_path):
    pledges = f"""{PLEDGES}nowhere,a,1,2026-01-01T10:00:00Z
hub,,1,2026-01-01T10:00:00Z
hub,a,0,2026-01-01T10:00:00Z
hub,a,-5,2026-01-01T10:00:00Z
hub,a,"12,50",2026-01-01T10:00:00Z
hub,a,1,2026-01-01T10:00:00
hub,a,1,yesterday
hub,a,1
hub,a,1,2026-01-01T10:00:00Z
"""
    campaigns = CAMPAIGNS + "hub,5,x\n,5,x\nfree,0,x\n"
    message, err = simulate(*files_in(tmp_path, pledges, campaigns), "--json")
    assert message == "Bad rows: 11. Nothing was computed."
    for line in (5, 6, 7):
        assert f"campaigns.csv, line {line}: " in err
    for line in range(6, 14):
        assert f"pledges.csv, line {line}: " in err
    assert "line 14" not in err
    assert "campaign: “hub” is there twice." in err
    assert "amount_cents: “12,50” is not an amount in whole cents" in err


def test_a_spreadsheets_own_csv_is_read(tmp_path):
    pledges = "\N{ZERO WIDTH NO-BREAK SPACE}" + PLEDGES.replace(",", ";").replace("\n", "\r\n")
    assert answer(*files_in(tmp_path, pledges)) == answer(*files_in(tmp_path))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (SHARE | {"match_share_percent": 101}, "match_share_percent: This must be from 1 to 100."),
        (SHARE | {"crowd_threshold_percent": 0}, "crowd_threshold_percent: This must be from 1 to 100."),
        (SHARE | {"pot_cents": -1}, "pot_cents: This can't be below 0."),
        ({"kind": "lottery"}, "kind: “lottery” is no kind of rule."),
        ([], "A rule is a JSON object."),
    ],
)
def test_a_rule_that_is_none(tmp_path, rule, said):
    message, _ = simulate(*files_in(tmp_path, rule=rule))
    assert said in message
    assert "rule.json" in message


def test_files_that_cannot_be_read(tmp_path):
    arguments = files_in(tmp_path)
    assert "nowhere.csv" in simulate(*arguments[:1], *arguments[2:], "--pledges=/nowhere.csv")[0]
    (tmp_path / "rule.json").write_text("{kind}")
    assert "rule.json is not JSON." in simulate(*arguments)[0]
    message, _ = simulate(*files_in(tmp_path, pledges="campaign,backer\n"))
    assert "amount_cents, created_at" in message
    files_in(tmp_path)
    (tmp_path / "pledges.csv").write_bytes(PLEDGES.encode() + b"hub,\xe8,1,2026-01-01T10:00:00Z\n")
    assert "UTF-8" in simulate(*arguments)[0]


def test_too_many_pairs_are_refused(tmp_path):
    rows = "".join(f"hub,{number},1,2026-01-01T10:00:00Z\n" for number in range(4473))
    message, _ = simulate(*files_in(tmp_path, PLEDGES.splitlines()[0] + "\n" + rows, rule=RULES["pairs"]))
    assert "20000000 ordered pairs" in message


@pytest.mark.parametrize("rule", RULES)
def test_the_files_give_the_cents_that_the_formula_gives_in_memory(tmp_path, rule):
    random = Random(rule)
    names = ["hub", "ortho", "radio"]
    gifts = [(random.randrange(3), random.randrange(12), random.randrange(1, 400)) for _ in range(200)]
    moments = random.sample(range(200), 200)
    rows = [
        f"{names[campaign]},backer {backer},{cents},2026-01-01T10:{moment // 60:02}:{moment % 60:02}Z"
        for (campaign, backer, cents), moment in zip(gifts, moments, strict=True)
    ]
    pledges = "\n".join([PLEDGES.splitlines()[0], *rows])
    data = RULES[rule] | {"pot_cents": 1100}
    found = answer(*files_in(tmp_path, pledges, rule=data))
    in_order = [Gift(*gift) for _, gift in sorted(zip(moments, gifts, strict=True))]
    campaigns = [Campaign("hub", 1000), Campaign("ortho", 2000), Campaign("radio", 500)]
    expected = run_rule(read_rule(data), campaigns, GiftList(in_order))
    assert found["campaigns"] == [
        {
            "campaign": one.campaign,
            "crowd_cents": one.crowd_cents,
            "backers": one.backers,
            "match_cents": one.match_cents,
            "funded": one.funded,
        }
        for one in expected
    ]


def test_it_runs_with_no_database_and_prints_the_json_alone(tmp_path):
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "manage.py", "simulate_match", *files_in(tmp_path), "--json"],
        cwd=root,
        env=os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["match_total_cents"] == 1500
    assert "100 %" in done.stderr
