import csv
import io

import pytest

from crowdfund.kit.errors import Invalid
from crowdfund.kit.tables import BadRow, CellError, Row, read_cents, read_table, write_row


def table(text, columns=("month", "earned"), optional=()):
    return list(read_table(io.StringIO(text, newline=""), columns, optional))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_spreadsheets_csv(mark, bom, end):
    text = bom + end.join(["Month,note,earned", "2026-01,x, 5 ", "", ",,", '2026-02,"a\nb",6', "2026-03,,7"])
    assert table(text.replace(",", mark)) == [
        Row(2, {"month": "2026-01", "earned": "5"}),
        Row(5, {"month": "2026-02", "earned": "6"}),
        Row(7, {"month": "2026-03", "earned": "7"}),
    ]


def test_an_optional_column_is_read_when_it_is_there():
    assert table("a,b\n1,2\n", ["a"], ["b", "c"]) == [Row(2, {"a": "1", "b": "2"})]


def test_bad_rows_are_named_and_the_rest_is_read():
    rows = table('month,earned\n2026-01\n2026-02,1,2\n2026-03,4\n"2026-04"x,5\n2026-05,6\n')
    assert [(type(row), row.line) for row in rows] == [
        (BadRow, 2),
        (BadRow, 3),
        (Row, 4),
        (BadRow, 5),
        (Row, 6),
    ]


@pytest.mark.parametrize("text", ["", "month\n1\n", "month,earned,month\n"])
def test_a_header_that_lacks_a_column_or_has_it_twice(text):
    with pytest.raises(Invalid) as refusal:
        table(text)
    assert refusal.value.code == "columns"


def test_a_file_that_is_not_utf_8():
    stream = io.TextIOWrapper(io.BytesIO(b"month,earned\n2026-01,\xe8\n"), encoding="utf-8")
    with pytest.raises(Invalid) as refusal:
        list(read_table(stream, ["month", "earned"]))
    assert refusal.value.code == "encoding"


def test_whole_cents():
    assert read_cents("1250", "earned") == 1250
    assert read_cents("-5", "cash_end", least=-10) == -5
    for wrong in (
        "12,50",
        "12.50",
        "1.250",
        "1e3",
        "",
        "dieci",
        "1 250",
        "-1",
        "\N{ARABIC-INDIC DIGIT FIVE}",
    ):
        with pytest.raises(CellError, match="earned"):
            read_cents(wrong, "earned")
    with pytest.raises(CellError):
        read_cents("0", "amount_cents", least=1)
    with pytest.raises(CellError):
        read_cents("1000000000001", "amount_cents")


@pytest.mark.parametrize("text", ["=1+1", "+39 02", "-1", "@SUM(A1)", "\tx", "\rx", "  =1+1"])
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(text):
    [[cell, number]] = csv.reader(io.StringIO(write_row([text, -5]), newline=""))
    assert cell == f"'{text}"
    assert number == "-5"


def test_a_row_is_written_as_it_is_read():
    [row] = csv.reader(io.StringIO(write_row(["Ada, O'Neil", 'a "b"', 12, None, "a\nb"]), newline=""))
    assert row == ["Ada, O'Neil", 'a "b"', "12", "", "a\nb"]
