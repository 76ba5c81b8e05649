"""The sustainability report computed a second time, from its definition alone: nothing of the formulas is used here.

The second way knows no fractions: it compares by whole numbers and rounds by division with remainder.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

MONEY_INCOME = ["earned", "public_contracts", "public_grants", "private_grants", "donations"]
RUNNING = ["staff", "rent", "goods", "services", "other"]
COLUMNS = [
    *MONEY_INCOME, "in_kind", "staff", "rent", "goods", "services", "finance", "depreciation", "other",
    "investment",
]  # fmt: skip
NAMES = [
    "self_sufficiency_ratio", "operating_self_sufficiency", "grant_dependency", "operating_margin",
    "income_concentration", "months_of_cash",
]  # fmt: skip

Row = dict[str, Any]


def half_even(top: int, bottom: int) -> float:
    """Divide whole numbers into 4 decimals; a half goes to the even neighbour."""
    scaled = abs(top) * 10_000
    whole, rest = divmod(scaled, bottom)
    if 2 * rest > bottom or (2 * rest == bottom and whole % 2 == 1):
        whole += 1
    return (-whole if top < 0 else whole) / 10_000


def test_a_half_goes_to_the_even_neighbour():
    assert [half_even(n, 20_000) for n in (1, 3, 5, -3)] == [0.0, 0.0002, 0.0002, -0.0002]


def total(rows: list[Row], names: list[str]) -> int:
    return sum(row[name] for row in rows for name in names)


def trailing(book: dict[int, Row], month: int, length: int) -> tuple[list[Row], int]:
    """The rows of the window and how many months it should have: fewer since the start, where it is young."""
    wanted = [at for at in range(month - length + 1, month + 1) if at >= min(book)]
    return [book[at] for at in wanted if at in book], len(wanted)


def costs_of(rows: list[Row]) -> int:
    return total(rows, [*RUNNING, "finance", "depreciation"])


def ratios_of(rows: list[Row], paid: dict[str, int] | None) -> dict[str, tuple[int, int, str]]:
    """Numerator, denominator, and what is wrong when that is nothing."""
    costs, income, earned = costs_of(rows), total(rows, MONEY_INCOME), total(rows, ["earned"])
    grants = total(rows, ["public_grants", "private_grants", "donations"])
    if paid is None:
        squares = sum(total(rows, [kind]) ** 2 for kind in MONEY_INCOME)
        concentration = (squares, income**2, "no_income")
    else:
        unnamed = earned - sum(paid.values())
        concentration = (sum(one**2 for one in [*paid.values(), unnamed]), earned**2, "no_payers")
    return {
        "self_sufficiency_ratio": (earned, costs, "no_costs"),
        "operating_self_sufficiency": (earned + total(rows, ["public_contracts"]), costs, "no_costs"),
        "grant_dependency": (grants, income, "no_income"),
        "operating_margin": (income - costs, income, "no_income"),
        "income_concentration": concentration,
    }


def stage_of(rows: list[Row]) -> str:
    earned, running = total(rows, ["earned"]), total(rows, RUNNING)
    kind, rest = total(rows, ["in_kind"]), total(rows, ["finance", "depreciation"])
    if earned == 0:
        return "full_philanthropic"
    if earned < running:
        return "partial"
    if earned >= running + kind + rest:
        return "financial"
    return "operating" if earned >= running + kind else "cash_flow"


def cash_of(book: dict[int, Row], month: int) -> tuple[float | None, str | None]:
    rows, wanted = trailing(book, month, 6)
    cash = book[month]["cash_end"]
    if len(rows) < wanted or cash is None:
        return None, "gap"
    paid = costs_of(rows) - total(rows, ["depreciation"])
    return (half_even(max(cash, 0) * wanted, paid), None) if paid else (None, "no_costs")


def month_again(book: dict[int, Row], month: int, payers: dict[int, dict[str, int]] | None) -> Row:
    rows, wanted = trailing(book, month, 12)
    answer: Row = {"month": text(month), "window_months": wanted, "stage": None, "reasons": {}}
    whole = len(rows) == wanted
    paid: dict[str, int] | None = None
    if payers is not None:
        paid = {}
        for at in range(month - wanted + 1, month + 1):
            for payer, cents in payers.get(at, {}).items():
                paid[payer] = paid.get(payer, 0) + cents
    for name, (top, bottom, why) in ratios_of(rows, paid).items():
        answer[name] = half_even(top, bottom) if whole and bottom else None
        if answer[name] is None:
            answer["reasons"][name] = why if whole else "gap"
    answer["months_of_cash"], why_cash = cash_of(book, month)
    if why_cash:
        answer["reasons"]["months_of_cash"] = why_cash
    if whole:
        answer["stage"] = stage_of(rows)
    else:
        answer["reasons"]["stage"] = "gap"
    return answer


def break_even_again(book: dict[int, Row]) -> str | None:
    """Walk forward: a run starts at a month that covers its costs after one that doesn't, or that is missing."""
    start: int | None = None
    for month in range(min(book), max(book) + 1):
        rows, wanted = trailing(book, month, 3)
        covers = len(rows) == wanted and total(rows, ["earned"]) >= costs_of(rows)
        start = (month if start is None else start) if covers else None
    return None if start is None else text(start)


def text(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


small = st.sampled_from([0, 0, 1, 2, 3, 100, 33_333, 150_000]) | st.integers(0, 10**7)
a_row = st.fixed_dictionaries(
    dict.fromkeys(COLUMNS, small) | {"cash_end": st.none() | st.integers(-(10**6), 10**7)}
)


@st.composite
def organisations(draw: st.DrawFn) -> tuple[dict[int, Row], dict[int, dict[str, int]] | None]:
    """Up to 20 months somewhere in three years, with gaps; some with payers, who never pay more than was earned."""
    months = draw(st.sets(st.integers(2023 * 12, 2023 * 12 + 19), min_size=1, max_size=20))
    if draw(st.booleans()):
        months = set(range(min(months), max(months) + 1))
    book = {month: draw(a_row) for month in sorted(months)}
    if draw(st.booleans()):
        return book, None
    payers: dict[int, dict[str, int]] = {}
    for month, row in book.items():
        left = row["earned"]
        for payer in draw(st.lists(st.sampled_from("abcd"), unique=True)):
            cents = draw(st.integers(0, left))
            left -= cents
            payers.setdefault(month, {})[payer] = cents
    return book, payers


def reported(book: dict[int, Row], payers: dict[int, dict[str, int]] | None) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        accounts = Path(folder, "accounts.csv")
        lines = [",".join(["month", *COLUMNS, "cash_end"])]
        for month, row in book.items():
            cash = "" if row["cash_end"] is None else str(row["cash_end"])
            lines.append(",".join([text(month), *(str(row[name]) for name in COLUMNS), cash]))
        accounts.write_text("\n".join(lines))
        options = [f"--accounts={accounts}", "--json"]
        if payers is not None:
            second = Path(folder, "payers.csv")
            paid = [f"{text(m)},{who},{cents}" for m, by in payers.items() for who, cents in by.items()]
            second.write_text("\n".join(["month,payer,amount_cents", *paid]))
            options.append(f"--payers={second}")
        out = io.StringIO()
        call_command("sustainability_report", *options, stdout=out, stderr=io.StringIO())
    found: Row = json.loads(out.getvalue())
    return found


@settings(deadline=None, max_examples=60)
@given(organisation=organisations())
def test_both_ways_give_the_same(organisation):
    book, payers = organisation
    found = reported(book, payers)
    assert found["months"] == [month_again(book, month, payers) for month in sorted(book)]
    assert found["break_even_month"] == break_even_again(book)
    unbroken = 1
    while max(book) - unbroken in book:
        unbroken += 1
    if unbroken >= 6:
        after = dt.date(max(book) // 12, max(book) % 12 + 1, 1)
        assert next(point["month"] for point in found["forecast"]["costs"]) > f"{after:%Y-%m}"
        assert len(found["forecast"]["earned"]) == len(found["forecast"]["costs"]) == 12
        for series in ("earned", "costs"):
            assert all(one["low"] <= one["mid"] <= one["high"] for one in found["forecast"][series])
    else:
        assert found["forecast"] is None
        assert found["reasons"] == {"forecast": "too_early" if len(book) < 6 else "gap"}
