"""What other places are like: benchmark series taken in whole or not at all, and published studies."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from campaigns.impact.documents.table import read_series
from campaigns.impact.models import IndicatorSeries, Series, SeriesImport, SeriesValue, Study
from campaigns.impact.selectors.series import compared
from campaigns.impact.services.series import Described, import_values, publish_series, publish_study
from campaigns.models import Indicator
from campaigns.services.logframe import set_logframe
from crowdfund.kit.errors import Refused
from tests import world
from tests.campaigns.applying import rungs
from tests.world import NOW

pytestmark = pytest.mark.django_db
DESCRIBED = Described("Disoccupazione", "%", "Istat, Forze di lavoro", "CC BY 3.0", "https://www.istat.it/")
GOOD = (
    "\ufeffkind;territory;year;value\r\nquartiere;Barona;2023;8,5\r\n"
    "città;Torino;2023;7,1\r\ncity;Torino;2024;6.9\r\n"
)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def officer():
    return world.staff(Role.OFFICER)


@pytest.fixture
def series(officer):
    world.neighbourhood("Barona")
    return publish_series(described=DESCRIBED, by=officer, now=NOW)


def enter(client, user):
    """Come in with the second factor that officers need."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()


def take(series, officer, text):
    table = read_series(text.encode(), this_year=2026)
    return import_values(series=series, table=table, by=officer, now=NOW)


def test_a_table_with_semicolons_commas_and_a_bom_is_taken_in_once(series, officer):
    plan = take(series, officer, GOOD)
    assert (len(plan.new), len(plan.changed), plan.same) == (3, 0, 0)
    values = SeriesValue.objects.values_list("kind", "neighbourhood__name", "city", "year", "value")
    assert set(values) == {
        ("neighbourhood", "Barona", "", 2023, Decimal("8.5")),
        ("city", None, "Torino", 2023, Decimal("7.1")),
        ("city", None, "Torino", 2024, Decimal("6.9")),
    }
    again = take(series, officer, GOOD.replace("7,1", "7,2"))
    assert (len(again.new), len(again.changed), again.same) == (0, 1, 2)
    assert take(series, officer, GOOD.replace("7,1", "7,2")).changes == 0
    assert (SeriesValue.objects.count(), SeriesImport.objects.count()) == (3, 2)
    cities = compared(series)[1]
    assert (cities["labels"], cities["year"]) == (["2023", "2024"], 2024)
    assert cities["lines"][0]["values"] == [Decimal("7.2"), Decimal("6.9")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("paese;Torino;2023;1", "neither neighbourhood nor city"),
        ("quartiere;Gotham;2023;1", "no neighbourhood “Gotham”"),
        ("city;;2023;1", "city's name"),
        ("city;Torino;2027;1", "not a year"),
        ("city;Torino;l'altr'anno;1", "not a year"),
        ("city;Torino;2022;sette", "not a number"),
        ("city;Torino;2022;1.234,5", "not a number"),
        ("city;Torino;2024;3", "line 4 has it already"),
        ("city;Torino;2022", "3 cells instead of 4"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_half_imported(series, officer, line, said):
    table = read_series(f"{GOOD}{line}\r\n".encode(), this_year=2026)
    [bad] = table.bad
    assert (bad.line, said in bad.message) == (5, True), bad.message
    before = world.rows()
    with pytest.raises(Refused) as caught:
        import_values(series=series, table=table, by=officer, now=NOW)
    assert caught.value.code == "bad_lines"
    assert world.rows() == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n", "columns"),
        (b"kind,territory,year,value\n\xe9", "encoding"),
        (b"x" * 1_048_577, "too_large"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content, code):
    with pytest.raises(Refused) as caught:
        read_series(content, this_year=2026)
    assert caught.value.code == code


def test_a_title_is_taken_once_and_an_address_is_one(officer, series):
    with pytest.raises(Refused) as caught:
        publish_series(described=DESCRIBED, by=officer, now=NOW)
    assert caught.value.code == "series_there"
    with pytest.raises(Refused) as caught:
        publish_series(described=Described("A", "%", "s", "l", "javascript:x"), by=officer, now=NOW)
    assert caught.value.code == "no_address"


def test_the_journey_on_pages(client, officer, series):
    address, page = reverse("series_import", args=[series.slug]), series.get_absolute_url()
    assert client.get(page).status_code == 200
    enter(client, officer)
    bad = client.post(
        address, {"file": SimpleUploadedFile("a.csv", b"kind,territory,year,value\ncity,,1,x\n")}
    )
    assert (bad.status_code, "Line 2" in bad.content.decode()) == (422, True)
    seen = client.post(address, {"file": SimpleUploadedFile("a.csv", GOOD.encode())})
    assert (seen.status_code, SeriesValue.objects.count()) == (200, 0)
    assert client.post(address, {"seen": seen.context["seen"], "take_in": "1"}).status_code == 302
    client.logout()
    shown = client.get(page).content.decode()
    assert shown.count('<figure class="chart">') == 2
    assert "CC BY 3.0" in shown
    assert client.get(reverse("series_csv", args=[series.slug])).content.decode().splitlines()[1] == (
        "neighbourhood,Barona,2023,8.5000"
    )
    assert client.get(reverse("api_series", args=[series.slug])).json()["values"][1]["territory"] == "Torino"
    assert series.title in client.get(reverse("research")).content.decode()


def test_a_series_stands_beside_an_indicator(client, officer, series):
    take(series, officer, GOOD)
    owner = world.person("Olmo")
    project = world.project(owner)
    world.campaign(project=project)
    set_logframe(project=project, rungs=rungs(), by=owner, now=NOW)
    address = reverse("series_link", args=[Indicator.objects.get().pk])
    client.force_login(owner)
    assert client.get(address).status_code == 200
    assert client.post(address, {"series": series.pk}).status_code == 302
    shown = client.get(project.get_absolute_url()).content.decode()
    assert "Disoccupazione" in shown
    assert "Torino" in shown
    client.post(address, {"series": ""})
    assert not IndicatorSeries.objects.exists()


def test_a_study_has_a_link_or_a_file(client, officer):
    given = {"title": "Abitare", "authors": "A. Rossi", "published_on": dt.date(2025, 3, 1)}
    for more in ({}, {"link": "https://example.org/a.pdf", "file": SimpleUploadedFile("a.csv", b"a;b\n")}):
        with pytest.raises(Refused) as caught:
            publish_study(**given, **more, by=officer, now=NOW)
        assert caught.value.code == "file_or_link"
    enter(client, officer)
    sent = {**given, "link": "https://example.org/a.pdf"}
    assert client.post(reverse("study_new"), sent).status_code == 302
    assert client.get(reverse("study_new")).status_code == 200
    assert "A. Rossi" in client.get(reverse("research")).content.decode()
    assert Study.objects.get().link == "https://example.org/a.pdf"


def test_an_officer_publishes_a_series_on_a_page(client, officer):
    enter(client, officer)
    sent = {"title": "Affitti", "unit": "euro al mq", "source": "OMI", "licence": "CC BY 4.0"}
    assert client.post(reverse("series_new"), {**sent, "unit": ""}).status_code == 422
    assert client.post(reverse("series_new"), sent).status_code == 302
    assert Series.objects.get().slug == "affitti"
    given = {"title": "t", "authors": "a", "published_on": "2025-03-01", "link": "ftp://x"}
    assert client.post(reverse("study_new"), given).status_code == 422
