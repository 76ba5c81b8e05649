"""The ladder and the list of grants as open data: names of OpenCoesione, no person's tax number, no formula run."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import Organisation
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.spending.selectors import exports, grants
from tests.campaigns import calling
from tests.payments.spending_rows import PERSON, People, booked, confirmed
from tests.payments.test_spending_pages import LATER, city, who  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _later(monkeypatch: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)


def read(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_ladder_by_the_names_of_opencoesione(client: Any, city: Any, who: People) -> None:  # noqa: F811
    Campaign.objects.filter(pk=city.campaign.pk).update(status="funded", collected_cents=400_000)
    confirmed(
        who, city.programme, kind="grant", cig="", tax_code=PERSON, subject="=2+2", amount_cents=100_050
    )
    rows = read(client.get(reverse("ladder_csv")))
    assert list(rows[0]) == list(exports.COLUMNS)
    programme, project, contract, grant = rows
    assert (programme["LIVELLO"], programme["IMPEGNI"], programme["TOT_PAGAMENTI"]) == (
        "programma",
        "47000,50",
        "15000,00",
    )
    assert (project["FINANZ_COMUNE"], project["IMPEGNI"], project["FINANZ_PRIVATO"]) == (
        "6000,00",
        "6000,00",
        "4000,00",
    )
    assert (contract["CIG"], contract["TOT_PAGAMENTI"], contract["OC_DATA_INIZIO_PROGETTO"]) == (
        "A01B2C3D4E",
        "15000,00",
        "20261001",
    )
    assert (grant["OC_TITOLO_PROGETTO"], grant["OC_CODFISC_BENEFICIARIO"]) == ("'=2+2", "")
    same = client.get(reverse("ladder_json")).json()
    assert [row["COD_LOCALE_PROGETTO"] for row in same] == [row["COD_LOCALE_PROGETTO"] for row in rows]
    assert same[0]["IMPEGNI"] == "47000.50"
    for row in rows:
        assert client.get(row["OC_LINK"].removeprefix(settings.SITE_URL)).status_code == 200


def test_the_published_sheet(who: People) -> None:  # noqa: F811
    from payments.matching.services import Ladder, open_programme_ladder

    hub = calling.create_programme(sheet=calling.sheet(code="MI3.3.1.d"), by=who.officer, now=LATER)
    figures = Ladder(297_198_600, 297_198_600, 159_049_100, 8_500_000)
    open_programme_ladder(programme=hub, figures=figures, by=who.officer, now=LATER)
    row = exports.as_csv(next(exports.ladder_rows(LATER)))
    told = dict(zip(exports.COLUMNS, row, strict=True))
    names = ("IMPORTO_PROGRAMMATO", "FINANZ_TOTALE_PUBBLICO", "IMPEGNI", "TOT_PAGAMENTI")
    assert [told[name] for name in names] == ["2971986,00", "2971986,00", "1590491,00", "85000,00"]


def test_the_list_of_grants(client: Any, city: Any, who: People) -> None:  # noqa: F811
    grant = confirmed(who, city.programme, kind="grant", cig="", tax_code=PERSON, beneficiary="Mario Rossi")
    booked(who, grant, "economy", number="9", reason="Meno", amount_cents=500_000)
    assert grants.grant_years() == [2026]
    page = client.get(reverse("grants", args=[2026]))
    assert PERSON not in page.content.decode()
    rows = read(client.get(reverse("grants_csv", args=[2026])))
    assert list(rows[0]) == list(grants.COLUMNS)
    by_name = {row["BENEFICIARIO"]: row for row in rows}
    assert by_name["Mario Rossi"]["CODICE_FISCALE"] == ""
    assert by_name["Mario Rossi"]["IMPORTO"] == "35000,00"
    match = by_name[city.campaign.project.organisation.name]
    assert (match["CODICE_FISCALE"], match["IMPORTO"], match["ATTO"]) == (
        "97103880585",
        "6000,00",
        "123/2026",
    )
    assert city.slug in match["MODALITA_INDIVIDUAZIONE"]
    assert len(rows) == 2  # the contract for services is no grant
    Organisation.objects.update(tax_code=PERSON)  # an informal group goes by the code of a person
    assert all(not row["CODICE_FISCALE"] for row in read(client.get(reverse("grants_csv", args=[2026]))))


def test_years_and_pages(client: Any, city: Any) -> None:  # noqa: F811
    assert client.get(reverse("grants", args=[2019])).status_code == 404
    assert client.get(reverse("grants_csv", args=[2019])).status_code == 404
    page = client.get(reverse("spending_data")).content.decode()
    assert all(name in page for name in exports.COLUMNS)
    assert client.get(reverse("open_data")).status_code == 200


def test_the_dictionary_is_in_the_documents() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "ladder.md").read_text("utf-8")
    assert [name for name in (*exports.COLUMNS, *grants.COLUMNS) if f"`{name}`" not in text] == []
