"""Buildings, agreements and spaces; their pages, calendar, feed and API."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts.enums import Role, TeamRole
from accounts.models import Membership, RoleGrant, User
from accounts.notices.models import Notice
from accounts.notices.services import render
from campaigns.hubs.models import Agreement, AgreementDocument, Booking, Building, Hub, Outlay, Space
from campaigns.hubs.permissions import can_operate
from campaigns.hubs.selectors.desk import operator_tasks
from campaigns.hubs.services import agreements, buildings, spaces
from campaigns.hubs.services.agreements import Terms, record_agreement, warn_due
from campaigns.hubs.services.decisions import confirm_booking
from campaigns.hubs.services.spaces import Opening
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, Refused, Several
from crowdfund.kit.ical import folded, text_value
from tests import world
from tests.campaigns import hubbing
from tests.campaigns.hubbing import DAY, book, wanted
from tests.world import NOW

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=365)
TODAY = NOW.date()


@pytest.fixture
def officer(monkeypatch):
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)
    return world.staff(Role.OFFICER)


@pytest.fixture
def now():
    """Pages ask the clock: let it say NOW."""
    with clock.moved(NOW - clock.real_now()):
        yield NOW


def terms(organisation, **fields):
    facts = {"form": "concession", "starts_on": TODAY, "ends_on": TODAY + YEAR, "obligations": "Aprire"}
    return Terms(**{"organisation": organisation} | facts | fields)


def test_a_building_with_its_picture_and_what_was_done_in_it(officer):
    sheet = {"name": "Ex scuola", "owner": "Comune", "address": "Via 1", "area_m2": 0, "state": "unused"}
    sheet |= {"accessibility": "Rampa", "neighbourhood": world.neighbourhood()}
    with pytest.raises(Several) as wrong:
        buildings.record_building(
            sheet=buildings.BuildingSheet(**sheet), picture=world.picture(), by=officer, now=NOW
        )
    assert {problem.field for problem in wrong.value.problems} == {"area_m2", "picture_alt"}
    sheet |= {"area_m2": 900, "picture_alt": "La facciata"}
    with pytest.raises(Invalid) as refused:
        buildings.record_building(
            sheet=buildings.BuildingSheet(**sheet),
            picture=ContentFile(b"no", name="a.png"),
            by=officer,
            now=NOW,
        )
    assert (refused.value.field, Building.objects.count()) == ("picture", 0)
    made = buildings.record_building(
        sheet=buildings.BuildingSheet(**sheet), picture=world.picture(), by=officer, now=NOW
    )
    assert made.picture_url.endswith(".webp")
    outlay = {
        "building": made,
        "kind": "works",
        "what": "Tetto",
        "by": officer,
        "now": NOW,
        "begun_on": TODAY,
    }
    for fields in ({"cost_cents": 0}, {"cost_cents": 100, "ended_on": TODAY - YEAR}, {"cost_cents": 1.5}):
        with pytest.raises(Invalid):
            buildings.record_outlay(**outlay | fields)
    assert not Outlay.objects.exists()
    assert buildings.record_outlay(**outlay, cost_cents=12_000_000).cost_cents == 12_000_000


def test_an_agreement_that_ends_before_it_starts(officer, client):
    """Refused by form and page, service, API and table."""
    hub, operator = hubbing.hub(), world.organisation()
    with pytest.raises(Invalid) as refused:
        record_agreement(hub=hub, terms=terms(operator, ends_on=TODAY - YEAR), by=officer, now=NOW)
    assert (refused.value.code, refused.value.field) == ("ends_before_start", "ends_on")
    with pytest.raises(IntegrityError, match="agreement_ends_after_start"), transaction.atomic():
        hubbing.agreement(hub, operator, recorded_by=officer, ends_on=TODAY - 2 * YEAR)
    client.force_login(officer)
    given = {"organisation": operator.pk, "form": "pact", "starts_on": "2027-01-01", "ends_on": "2026-12-31"}
    given |= {"fee_cents": "1.200,50", "obligations": "Aprire", "alert_days": "90"}
    address = f"/ufficio/hub/{hub.slug}/agreement/"
    page = client.post(address, given)
    assert page.status_code == 422
    assert "finisce prima di cominciare" in page.content.decode()
    answer = client.post(
        f"/api/v1/hubs/{hub.slug}/agreements/",
        given | {"organisation": operator.slug, "fee_cents": 0},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"], Agreement.objects.count()) == (
        400,
        "ends_before_start",
        0,
    )
    assert client.post(address, given | {"ends_on": "2027-12-31"}).status_code == 302
    assert Agreement.objects.get().fee_cents == 120_050
    with pytest.raises(Refused) as overlap:
        record_agreement(hub=hub, terms=terms(operator, ends_on=dt.date(2027, 1, 1)), by=officer, now=NOW)
    assert overlap.value.code == "agreement_overlaps"


def test_who_runs_a_hub_has_the_keys_as_long_as_the_agreement(officer):
    owner, accountant = world.person(), world.person()
    operator = world.organisation(owner)
    Membership.objects.create(user=accountant, organisation=operator, role=TeamRole.ACCOUNTANT, since=NOW)
    hub = hubbing.hub(operator)
    assert can_operate(owner, hub, NOW)
    assert not can_operate(accountant, hub, NOW)
    RoleGrant.objects.create(user=accountant, role=Role.HUB_OPERATOR, granted_at=NOW)
    assert can_operate(User.objects.get(pk=accountant.pk), hub, NOW)
    assert not can_operate(owner, hub, NOW + 2 * YEAR)


def test_a_warning_goes_out_once_before_the_agreement_ends(officer, now):
    owner = world.person()
    operator = world.organisation(owner)
    near = hubbing.agreement(
        hubbing.hub(), operator, recorded_by=officer, ends_on=TODAY + dt.timedelta(days=180)
    )
    hubbing.agreement(hubbing.hub(), operator, recorded_by=officer, ends_on=TODAY + dt.timedelta(days=181))
    assert (warn_due(), warn_due()) == (1, 0)
    letters = Notice.objects.filter(event="agreement_ending")
    assert {letter.email for letter in letters} >= {owner.email, officer.email}
    letter = letters.get(email=owner.email)
    render(letter)
    assert near.hub.name in letter.subject
    assert "Vedi la convenzione" in letter.text


def test_a_document_of_the_agreement_is_public(officer, client):
    made = hubbing.agreement(hubbing.hub(), world.organisation(), recorded_by=officer)
    common = {"agreement": made, "title": "Convenzione", "by": officer, "now": NOW}
    with pytest.raises(Invalid):
        agreements.add_agreement_document(**common, file=ContentFile(b"MZ", name="a.exe"))
    row = agreements.add_agreement_document(**common, file=world.picture())
    assert AgreementDocument.objects.get() == row
    answer = client.get(f"/hub/documenti/{row.pk}/")
    assert (answer.status_code, b"".join(answer.streaming_content)[:4]) == (200, b"RIFF")


def test_hours_that_cannot_be(officer):
    space = hubbing.space()
    nine, ten, noon = dt.time(9), dt.time(10), dt.time(12)
    for hours in (
        [Opening(1, ten, nine)],
        [Opening(8, nine, ten)],
        [Opening(1, nine, noon), Opening(1, ten, noon)],
    ):
        with pytest.raises(Invalid):
            spaces.set_hours(space=space, hours=hours, by=officer, now=NOW)
    assert space.hours.count() == 7
    with pytest.raises(Invalid):
        spaces.save_space(hub=space.hub, sheet=spaces.SpaceSheet("Sala", 0), by=officer, now=NOW)


def test_a_hub_page_says_what_happens_today_without_telling_who(client, now, django_assert_max_num_queries):
    owner, bea = world.person("Olivia"), world.person("Beatrice")
    hub = hubbing.hub(world.organisation(owner))
    space = hubbing.space(hub)
    for hour, public in ((15, True), (18, False)):
        [one] = book(space, bea, wanted(hour, hour + 1, day=TODAY), title=f"Coro {hour}", public=public,
                     now=NOW - dt.timedelta(days=3))  # fmt: skip
        confirm_booking(booking=one, by=owner, now=NOW)
    [_asked] = book(space, bea, title="Non ancora", public=True)
    hub.projects.add(world.campaign().project)
    with django_assert_max_num_queries(16):
        page = client.get(f"/hub/a/{hub.slug}/").content.decode()
    assert "Coro 15" in page
    assert "15:00–16:00" in page
    assert "Occupato" in page
    for hidden in ("Coro 18", "Beatrice", "Non ancora"):
        assert hidden not in page
    week = client.get(f"/hub/a/{hub.slug}/calendario/?from={TODAY}").content.decode()
    assert "Coro 15" in week
    feed = client.get(f"/hub/a/{hub.slug}/calendario.ics")
    text = feed.content.decode()
    assert feed["Content-Type"].startswith("text/calendar")
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 2
    assert "DTSTART:20261122T140000Z\r\n" in text
    assert "Coro 18" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    rows = client.get(f"/api/v1/hubs/{hub.slug}/calendar/").json()
    assert [row["title"] for row in rows] == ["Coro 15", ""]
    detail = client.get(f"/api/v1/hubs/{hub.slug}/").json()
    assert (detail["spaces"][0]["price_cents"], detail["agreements"][0]["form"]) == (1_000, "concession")
    assert client.get("/hub/").status_code == client.get("/api/v1/hubs/").status_code == 200


def test_a_text_of_the_feed_is_escaped_and_folded():
    assert text_value("a,b;c\\d\r\ne\x07") == "a\\,b\\;c\\\\d  e "
    line = "SUMMARY:" + "è€" * 60
    parts = folded(line).split("\r\n")
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])


def test_the_desk_answers_and_the_page_says_what_is_wrong(client, now, monkeypatch):
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)
    owner, bea = world.person("Olivia"), world.person("Bea")
    hub = hubbing.hub(world.organisation(owner))
    space = hubbing.space(hub)
    address = f"/hub/a/{hub.slug}/spazi/{space.slug}/"
    given = {"title": "Coro", "day": str(DAY), "begins": "07:00", "ends": "09:00", "people": "5"}
    assert client.post(address, given).status_code == 302  # to the login
    client.force_login(bea)
    page = client.post(address, given)
    assert (page.status_code, Booking.objects.count()) == (422, 0)
    assert "non è aperto" in page.content.decode()
    assert client.post(address, given | {"begins": "08:00"}).status_code == 302
    booking = Booking.objects.get()
    assert client.get(f"/hub/a/{hub.slug}/banco/").status_code == 403
    assert client.post(f"/hub/prenotazioni/{booking.pk}/conferma/").status_code == 403
    client.force_login(owner)
    [task] = operator_tasks(owner, NOW)
    assert task.url == f"/hub/a/{hub.slug}/banco/"
    assert "Coro" in client.get(task.url).content.decode()
    assert client.post(f"/hub/prenotazioni/{booking.pk}/decidi/refuse/", {"why": " "}).status_code == 422
    assert client.post(f"/hub/prenotazioni/{booking.pk}/conferma/").status_code == 302
    assert (
        client.post(f"/hub/prenotazioni/{booking.pk}/decidi/withdraw/", {"why": "Guasto"}).status_code == 302
    )
    booking.refresh_from_db()
    assert booking.status == "cancelled"
    client.force_login(bea)
    assert "Annullata" in client.get("/hub/mie-prenotazioni/").content.decode()


def test_an_operator_adds_a_space_with_its_week(client, now):
    owner = world.person()
    hub = hubbing.hub(world.organisation(owner))
    client.force_login(owner)
    given = {
        "name": "Cucina",
        "capacity": 12,
        "price_cents": "7,50",
        "free_for": "nobody",
        "bookers": "everybody",
    }
    given |= {
        "notice_hours": 24,
        "longest_minutes": 240,
        "ahead_days": 90,
        "hours_1": "9.00-13.00, 14:00-18:30",
    }
    address = f"/hub/a/{hub.slug}/banco/spazi/"
    assert client.post(address, given | {"hours_2": "sempre"}).status_code == 422
    assert client.post(address, given | {"hours_2": "13:00-9:00"}).status_code == 422
    assert not Space.objects.exists()
    assert client.post(address, given).status_code == 302
    space = Space.objects.get()
    assert [str(one.closes) for one in space.hours.all()] == ["13:00:00", "18:30:00"]
    page = client.get(f"{address}{space.slug}/").content.decode()
    assert "09:00-13:00, 14:00-18:30" in page


def test_an_officer_fills_the_forms(client, officer):
    client.force_login(officer)
    given = {
        "name": "Ex bagni",
        "owner": "Comune",
        "address": "Via 2",
        "neighbourhood": world.neighbourhood().slug,
    }
    given |= {"area_m2": "400", "state": "unused", "accessibility": "Due gradini"}
    assert client.post("/ufficio/hub/building/", given).status_code == 302
    building = Building.objects.get(name="Ex bagni")
    given = {"building": str(building.pk), "name": "Hub <b>", "summary": "Una casa"}
    assert client.post("/ufficio/hub/hub/", given).status_code == 302
    hub = Hub.objects.get()
    for what in ("agreement", "document", "outlay", "project"):
        assert client.get(f"/ufficio/hub/{hub.slug}/{what}/").status_code == 200
    page = client.get(f"/hub/a/{hub.slug}/").content.decode()
    assert "Hub &lt;b&gt;" in page
    assert "Registra una convenzione" in page
    assert client.get("/ufficio/hub/other/").status_code == 404


def test_booking_over_the_api(client, now):
    bea, owner = world.person(), world.person()
    space = hubbing.space(hubbing.hub(world.organisation(owner)))
    address = f"/api/v1/hubs/{space.hub.slug}/spaces/{space.slug}/bookings/"
    given = {"title": "Coro", "day": str(DAY), "begins": "10:00", "ends": "12:00", "people": 5}
    assert client.post(address, given, content_type="application/json").status_code in {401, 403}
    client.force_login(bea)
    weekly = given | {"until": str(DAY + dt.timedelta(days=14))}
    answer = client.post(address, weekly, content_type="application/json")
    assert (answer.status_code, len(answer.json())) == (201, 3)
    answer = client.post(address, given, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "taken")
    first = client.get("/api/v1/bookings/").json()[0]
    deed = f"/api/v1/bookings/{first['id']}"
    assert client.post(f"{deed}/confirm/").status_code == 403
    client.force_login(owner)
    assert [one["status"] for one in client.post(f"{deed}/confirm/").json()] == ["confirmed"] * 3
    assert client.post(f"{deed}/other/").status_code == 404
