"""`manage.py sustainability_report`, run on files without a database; by hand as in docs/sustainability.md."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

HEADER = (
    "month,earned,public_contracts,public_grants,private_grants,donations,in_kind,"
    "staff,rent,goods,services,finance,depreciation,other,investment,cash_end"
)
COSTS = "150000,60000,40000,10000,10000,30000,0,999900"
FIRST_HALF = f"150000,30000,100000,50000,20000,10000,{COSTS},810000"
SECOND_HALF = f"150000,30000,0,0,20000,10000,{COSTS},540000"
YEAR = "\n".join(
    [
        HEADER,
        *(f"2025-{month:02},{FIRST_HALF}" for month in range(1, 7)),
        *(f"2025-{month:02},{SECOND_HALF}" for month in range(7, 13)),
    ]
)


def run(folder, accounts=YEAR, payers=None, *options):
    path = folder / "accounts.csv"
    path.write_text(accounts, encoding="utf-8")
    arguments = [f"--accounts={path}", *options]
    if payers is not None:
        (folder / "payers.csv").write_text(payers, encoding="utf-8")
        arguments.append(f"--payers={folder / 'payers.csv'}")
    out, err = io.StringIO(), io.StringIO()
    with translation.override("en"):
        try:
            call_command("sustainability_report", *arguments, stdout=out, stderr=err)
        except CommandError as error:
            assert out.getvalue() == ""
            return str(error), err.getvalue()
    return out.getvalue(), err.getvalue()


def report(folder, accounts=YEAR, payers=None):
    return json.loads(run(folder, accounts, payers, "--json")[0])


def test_a_year_by_hand(tmp_path):
    found = report(tmp_path)
    assert found["months"][-1] == {
        "month": "2025-12",
        "window_months": 12,
        "self_sufficiency_ratio": 0.5,
        "operating_self_sufficiency": 0.6,
        "grant_dependency": 0.3455,
        "operating_margin": -0.0909,
        "income_concentration": 0.356,
        "months_of_cash": 2.0,
        "stage": "partial",
        "reasons": {},
    }
    assert [month["window_months"] for month in found["months"]] == list(range(1, 13))
    assert found["break_even_month"] is None
    assert found["reasons"] == {}
    expected = {"mid": 150000, "low": 150000, "high": 150000}
    assert found["forecast"]["earned"] == [
        {"month": f"2026-{month:02}", **expected} for month in range(1, 13)
    ]
    assert {point["mid"] for point in found["forecast"]["costs"]} == {300000}
    assert found["forecast"]["break_even"] == {"mid": None, "low": None, "high": None}


def test_a_young_project_and_a_gap(tmp_path):
    rows = YEAR.split("\n")
    found = report(tmp_path, "\n".join([rows[0], rows[1], rows[3]]))
    assert found["forecast"] is None
    assert found["reasons"] == {"forecast": "too_early"}
    march = found["months"][1]
    assert (march["month"], march["window_months"], march["stage"]) == ("2025-03", 3, None)
    assert march["self_sufficiency_ratio"] is None
    assert set(march["reasons"].values()) == {"gap"}
    ahead = report(tmp_path, "\n".join([*rows[:7], rows[8]]))
    assert ahead["reasons"] == {"forecast": "gap"}


def test_break_even_is_told_by_its_month(tmp_path):
    rest = "0,0,0,0,0,100,0,0,0,0,0,0,0,0"
    rows = [f"2025-{month:02},{earned},{rest}" for month, earned in enumerate([0, 50, 250, 100], 1)]
    assert report(tmp_path, "\n".join([HEADER, *rows]))["break_even_month"] == "2025-03"


PAYERS = "month,payer,amount_cents\n2025-12,school,50000\n2025-12,bar,60000\n2025-12,bar,15000\n"


def test_concentration_over_payers(tmp_path):
    rows = YEAR.split("\n")
    december = report(tmp_path, "\n".join([rows[0], rows[12]]), PAYERS)["months"][0]
    # 50, 75 and 25 that nobody is named for, of 150: (2,500 + 5,625 + 625) / 22,500
    assert december["income_concentration"] == 0.3889


def test_payers_that_cannot_be(tmp_path):
    payers = (
        PAYERS
        + "2025-12,kiosk,25001\n2025-11,,5\n2024-12,bar,5\n2025-12,bar,-1\nMay,bar,1\n2025-12,bar,25000\n"
    )
    message, err = run(tmp_path, YEAR, payers)
    assert message == "Bad rows: 5. Nothing was computed."
    assert "payers.csv, line 5: amount_cents: the payers of 2025-12 exceed its earned income." in err
    for line in range(6, 10):
        assert f"payers.csv, line {line}: " in err


def test_every_bad_row_is_named_by_its_line(tmp_path):
    rows = [
        HEADER,
        f"2025-01,{FIRST_HALF}",
        f"2025-01,{FIRST_HALF}",
        f"2999-01,{FIRST_HALF}",
        f"gennaio,{FIRST_HALF}",
        "2025-02," + FIRST_HALF.replace("150000", "1.500", 1),
        "2025-03," + FIRST_HALF.replace("150000", "mille", 1),
        '2025-04,"1500,00",' + FIRST_HALF.partition(",")[2],
        "2025-05," + FIRST_HALF.replace("150000", "-1", 1),
        "2025-06,1",
        f"2025-07,{FIRST_HALF}",
    ]
    for language, said in (("en", "2025-01 is there twice."), ("it", "2025-01")):
        with translation.override(language):
            message, err = run(tmp_path, "\n".join(rows))
        assert said in err
        for line in range(3, 11):
            assert f"accounts.csv, line {line}: " in err
        assert "line 11" not in err
        assert "8" in message


def test_a_spreadsheets_own_csv_is_read(tmp_path):
    text = "\N{ZERO WIDTH NO-BREAK SPACE}" + YEAR.replace(",", ";").replace("\n", "\r\n") + "\r\n;" + ";" * 14
    assert report(tmp_path, text) == report(tmp_path)


def test_decimal_commas_are_refused_and_not_guessed(tmp_path):
    text = YEAR.replace(",", ";").replace("150000", "1500,00")
    message, err = run(tmp_path, text)
    assert message == "Bad rows: 12. Nothing was computed."
    assert "accounts.csv, line 2: earned: “1500,00” is not an amount in whole cents" in err


def test_empty_cells_are_nothing_and_unknown_cash_is_a_gap(tmp_path):
    month = report(tmp_path, f"{HEADER}\n2025-01,100,,,,,,200,,,,,,,,\n")["months"][0]
    assert month["self_sufficiency_ratio"] == 0.5
    assert month["reasons"] == {"months_of_cash": "gap"}


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ("", "lacks these columns: month"),
        (HEADER[:-9], "lacks these columns: cash_end"),
        (HEADER, "Bad rows: 1"),
    ],
)
def test_a_file_without_columns_or_months(tmp_path, accounts, said):
    assert said in run(tmp_path, accounts)[0]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.csv"):
        call_command("sustainability_report", f"--accounts={tmp_path / 'nowhere.csv'}")


def test_the_table_a_person_reads(tmp_path):
    out, _ = run(tmp_path)
    assert "2025-12" in out
    assert "0.3455" in out
    assert "partial" in out
    assert "Break-even: –" in out
    rows = YEAR.split("\n")
    assert "No forecast: too_early" in run(tmp_path, "\n".join(rows[:3]))[0]


def test_it_runs_with_no_database_and_prints_the_json_alone(tmp_path):
    (tmp_path / "a.csv").write_text(YEAR)
    done = subprocess.run(
        [sys.executable, "manage.py", "sustainability_report", f"--accounts={tmp_path / 'a.csv'}", "--json"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(json.loads(done.stdout)["months"]) == 12
