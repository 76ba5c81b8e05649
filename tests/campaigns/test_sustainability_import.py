"""A team's spreadsheet: read as people save it, looked at first, taken in as a whole or not at all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from campaigns.sustainability.documents.sheet import read_month, read_sheet, template_lines
from campaigns.sustainability.models import MonthlyAccount
from campaigns.sustainability.services import import_months, plan_import
from crowdfund.kit.errors import Invalid, NotAllowed
from crowdfund.kit.tables import CellError
from tests import world
from tests.campaigns.books_rows import NOW, START, books, closed, entered

pytestmark = pytest.mark.django_db

EXCEL = (
    "\ufeffMese;Guadagnato: vendite, quote, affitti;Persone;Cassa a fine mese;Persone occupate\r\n"
    "nov-25;1.250,50;800;-12,30;1,5\r\n"
    "01/12/2025;€ 900;;;\r\n"
)


@pytest.fixture
def owner():
    return world.person("Olmo")


@pytest.fixture
def of(owner):
    return books(owner)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _at_the_worlds_time(monkeypatch):
    from crowdfund.kit import clock

    monkeypatch.setattr(clock, "now", lambda: NOW)


def sheet(text):
    return read_sheet(text.encode())


def rows_of(of):
    return list(MonthlyAccount.objects.filter(books=of).values())


def upload(text, **more):
    return {"file": SimpleUploadedFile("conti.csv", text.encode(), "text/csv"), **more}


def test_a_spreadsheet_with_semicolons_decimal_commas_and_a_bom(of, owner):
    plan = import_months(books=of, sheet=sheet(EXCEL), by=owner, now=NOW)
    assert [(one.month, one.does) for one in plan.months] == [
        (dt.date(2025, 11, 1), "new"),
        (dt.date(2025, 12, 1), "new"),
    ]
    first, second = of.months.all()
    assert (first.earned_cents, first.staff_cents, first.cash_end_cents) == (125_050, 80_000, -1_230)
    assert first.fte_hundredths == 150
    assert (second.earned_cents, second.staff_cents, second.cash_end_cents) == (90_000, 0, None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03",
        "2026-3",
        "2026-03-01",
        "03/2026",
        "3/2026",
        "31/03/2026",
        "mar-26",
        "Mar 2026",
        "marzo 2026",
        "March-2026",
    ],
)
def test_a_month_however_a_spreadsheet_writes_it(text):
    assert read_month(text) == dt.date(2026, 3, 1)


@pytest.mark.parametrize("text", ["", "2026-13", "2026", "13/2026", "brumaio 26", "26-03", "2026-00"])
def test_what_is_no_month(text):
    with pytest.raises(CellError):
        read_month(text)


def test_the_template_comes_back_unchanged(of, owner):
    entered(of, owner, 0, earned=123_45)
    closed(of, owner, 1, cash=-5_01)
    for language in ("it", "en"):
        with translation.override(language):
            text = "".join(template_lines(of.months.all()))
            plan = plan_import(books=of, sheet=sheet(text), by=owner, now=NOW)
        assert plan.bad == []
        assert [one.does for one in plan.months] == ["same", "same"]


BAD = [
    ("2025-11;10\n2025-11;20\n", 3, "twice"),
    ("2027-01;10\n", 2, "not come yet"),
    ("2020-01;10\n", 2, "start later"),
    ("2025-11;dieci\n", 2, "not an amount"),
    ("2025-11;ten\n", 2, "not an amount"),
    ("2025-11;1.250,5,0\n", 2, "not an amount"),
    ("2025-11;-5\n", 2, "below zero"),
    ("2025-11;10;3\n", 2, "cells"),
    ("novembre;10\n", 2, "not a month"),
    ("2026-01;99\n", 2, "closed"),
]


@pytest.mark.parametrize(("body", "line", "says"), BAD)
def test_a_bad_line_is_named_and_nothing_is_taken_in(of, owner, body, line, says):
    closed(of, owner, 2)
    before = rows_of(of)
    good = "2025-12;1\n"
    read = sheet(f"month;earned\n{body}{good}")
    plan = plan_import(books=of, sheet=read, by=owner, now=NOW)
    assert [bad.line for bad in plan.bad] == [line]
    assert says in plan.bad[0].message
    with pytest.raises(Invalid, match="Nothing was taken in"):
        import_months(books=of, sheet=read, by=owner, now=NOW)
    assert rows_of(of) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"earned\n10\n", "columns"),
        (b"month;earnt\n2025-11;10\n", "columns"),
        (b"month;earned;earned\n2025-11;10;10\n", "columns"),
        ("month;earned\n2025-11;€\n".encode("utf-16"), "encoding"),
        (b"x" * 200_001, "too_large"),
    ],
)
def test_a_file_that_is_no_such_sheet(content, code):
    with pytest.raises(Invalid) as refused:
        read_sheet(content)
    assert refused.value.code == code


def test_only_who_keeps_the_books_takes_a_sheet_in(of):
    for somebody in (None, world.person("Altra")):
        with pytest.raises(NotAllowed):
            import_months(books=of, sheet=sheet(EXCEL), by=somebody, now=NOW)
    assert rows_of(of) == []


def test_the_page_shows_first_and_takes_in_when_asked(client, of, owner):
    client.force_login(owner)
    with translation.override("it"):
        url = reverse("monthly_accounts_import", args=[of.project.slug])
        answer = client.post(url, upload(EXCEL))
        assert "2 mesi cambierebbero" in answer.content.decode()
        assert rows_of(of) == []
        seen = answer.context["seen"]
        assert client.post(url, {"seen": seen, "take_in": "1"}).status_code == 302
        assert len(rows_of(of)) == 2
        again = client.post(url, upload(EXCEL)).content.decode()
        assert "Niente da registrare" in again
        bad = client.post(url, upload("mese;persone\n2026-01;molte\n")).content.decode()
    assert "Riga 2: Persone: “molte”" in bad
    assert len(rows_of(of)) == 2
    with translation.override("en"):
        url = reverse("monthly_accounts_import", args=[of.project.slug])
    assert "Choose the file." in client.post(url, {}).content.decode()


def test_the_template_is_a_file(client, of, owner):
    client.force_login(owner)
    with translation.override("en"):
        answer = client.get(reverse("monthly_accounts_template", args=[of.project.slug]))
    assert answer["Content-Disposition"].endswith(f'"{of.project.slug}.csv"')
    assert answer.content.decode("utf-8-sig").startswith("Month;")


def test_the_api_looks_and_takes_in(client, of, owner):
    client.force_login(owner)
    url = reverse("api_months_import", args=[of.project.slug])
    looked = client.post(url, upload(EXCEL)).json()
    assert looked["taken_in"] is False
    assert looked["months"][0] == {
        "line": 2,
        "month": "2025-11",
        "does": "new",
        "income_cents": 125_050,
        "cost_cents": 80_000,
    }
    assert rows_of(of) == []
    assert client.post(url, upload(EXCEL, take_in="true")).json()["taken_in"] is True
    assert len(rows_of(of)) == 2
    wrong = client.post(url, upload("month,earned\n2026-01,x\n2026-01-01,5\nx,5\n", take_in="true"))
    assert wrong.status_code == 400
    assert [problem["code"] for problem in wrong.json()["problems"]] == ["bad_line"] * 3
    assert len(rows_of(of)) == 2
    assert of.opened_on == START
