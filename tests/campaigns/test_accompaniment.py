"""Tutoring, and enterprises that were born: check digits, what was seen, how long they live."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from campaigns.accompaniment.formula import Life, survival, surviving_after, whole_months
from campaigns.accompaniment.models import Enterprise, TutoringSession
from campaigns.accompaniment.selectors.enterprises import births, enterprises
from campaigns.accompaniment.selectors.tutoring import hours_of
from campaigns.accompaniment.services import (
    finish_step,
    log_tutoring,
    observe_enterprise,
    register_enterprise,
    strike_tutoring,
)
from campaigns.accompaniment.services.enterprises import Birth
from campaigns.accompaniment.services.tutoring import Held
from crowdfund.kit.errors import Invalid, Refused
from tests import world
from tests.world import NOW

DAY = dt.date(2026, 3, 2)
GOOD = {"tax_code": "03842640967", "vat_number": "IT 03842640967"}


def birth(**fields):
    papers = {
        "name": "Sartoria del Giambellino",
        "legal_form": "social_cooperative",
        "born_on": DAY,
        "source": "Visura",
    }
    return Birth(**(papers | GOOD | {"jobs_hundredths": 250, "disadvantaged_hundredths": 100} | fields))


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _at_the_worlds_time(monkeypatch):
    from crowdfund.kit import clock

    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def owner():
    return world.person("Olmo")


@pytest.fixture
def project(owner):
    return world.project(owner)


@pytest.fixture
def tutor():
    return world.staff(Role.TUTOR, name="Teo")


# --- the estimate


def test_the_worked_example_of_the_docs():
    lives = [Life(6, True), Life(6, False), Life(10, True), Life(12, True), Life(12, False), Life(24, False)]
    steps = survival(lives)
    assert [(s.months, s.at_risk, s.closed, s.surviving) for s in steps] == [
        (0, 6, 0, Fraction(1)),
        (6, 6, 1, Fraction(5, 6)),
        (10, 4, 1, Fraction(5, 8)),
        (12, 3, 1, Fraction(5, 12)),
    ]
    assert surviving_after(steps, 11) == Fraction(5, 8)


@given(st.lists(st.builds(Life, st.integers(0, 60), st.booleans()), max_size=30))
def test_the_estimate_never_rises_and_is_a_share(lives):
    parts = [step.surviving for step in survival(lives)]
    assert parts == sorted(parts, reverse=True)
    assert all(0 <= part <= 1 for part in parts)
    if all(life.closed for life in lives):  # nobody left early: it is the plain share
        for step in survival(lives):
            alive = sum(life.months > step.months for life in lives)
            assert not lives or step.months == 0 or step.surviving == Fraction(alive, len(lives))


def test_whole_months():
    assert whole_months(dt.date(2026, 1, 31), dt.date(2026, 2, 28)) == 0
    assert whole_months(dt.date(2026, 1, 31), dt.date(2026, 3, 31)) == 2
    assert whole_months(dt.date(2025, 12, 1), dt.date(2026, 12, 1)) == 12


# --- enterprises


@pytest.mark.django_db
def test_an_enterprise_is_born_seen_and_closed(project, owner, tutor):
    made = register_enterprise(project=project, birth=birth(), by=owner, now=NOW)
    assert made.vat_number == "03842640967"
    observe_enterprise(
        enterprise=made, observed_on=dt.date(2026, 9, 1), status="active", source="Visita",
        jobs_hundredths=400, disadvantaged_hundredths=150, by=tutor, now=NOW,
    )  # fmt: skip
    found = births(enterprises())
    assert (found.active, found.jobs_at_birth_hundredths, found.jobs_now_hundredths) == (1, 250, 400)
    assert found.disadvantaged_now_hundredths == 150
    observe_enterprise(
        enterprise=made, observed_on=dt.date(2026, 11, 2), status="closed", source="Visura", by=tutor, now=NOW
    )
    found = births(enterprises(project))
    assert (found.active, found.jobs_now_hundredths) == (0, 0)
    assert [(step.months, step.surviving) for step in found.steps] == [(0, 1), (8, 0)]
    with pytest.raises(Refused, match="ended by then"):
        observe_enterprise(
            enterprise=made,
            observed_on=dt.date(2026, 11, 3),
            status="active",
            source="Visita",
            by=tutor,
            now=NOW,
        )


BAD_BIRTHS = [
    ({"vat_number": "03842640968"}, "vat_number", "check_digit"),
    ({"vat_number": "0384264096"}, "vat_number", "no_number"),
    ({"vat_number": "DE123456789"}, "vat_number", "no_number"),
    ({"tax_code": "RSSMRA80A01F205Y"}, "tax_code", "check_digit"),
    ({"tax_code": "03842640968"}, "tax_code", "check_digit"),
    ({"tax_code": "ABC"}, "tax_code", "no_number"),
    ({"born_on": dt.date(2027, 1, 1)}, "born_on", "date_to_come"),
    ({"legal_form": "empire"}, "legal_form", "unknown_form"),
    ({"name": " "}, "name", "missing"),
    ({"source": ""}, "source", "missing"),
    ({"jobs_hundredths": -1}, "jobs_hundredths", "out_of_range"),
    ({"disadvantaged_hundredths": 251}, "disadvantaged_hundredths", "part_above_whole"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("fields", "field", "code"), BAD_BIRTHS)
def test_papers_that_are_wrong_change_nothing(project, owner, fields, field, code):
    with pytest.raises(Invalid) as refused:
        register_enterprise(project=project, birth=birth(**fields), by=owner, now=NOW)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert not Enterprise.objects.exists()


@pytest.mark.django_db
def test_a_vat_number_is_registered_once(project, owner):
    register_enterprise(project=project, birth=birth(), by=owner, now=NOW)
    with pytest.raises(Refused, match="registered already"):
        register_enterprise(project=project, birth=birth(), by=owner, now=NOW)
    assert Enterprise.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"observed_on": dt.date(2026, 3, 1)}, "before_birth"),
        ({"observed_on": dt.date(2027, 3, 1)}, "date_to_come"),
        ({"observed_on": DAY}, "observed_twice"),
        ({"status": "asleep"}, "unknown_status"),
        ({"status": "closed", "jobs_hundredths": 5}, "employs_nobody"),
        ({"source": ""}, "missing"),
    ],
)
def test_what_cannot_have_been_seen(project, owner, tutor, fields, code):
    made = register_enterprise(project=project, birth=birth(), by=owner, now=NOW)
    deed = {"observed_on": dt.date(2026, 5, 1), "status": "active", "source": "Visita"} | fields
    with pytest.raises(Refused) as refused:
        observe_enterprise(enterprise=made, **deed, by=tutor, now=NOW)
    assert refused.value.code == code
    assert made.observations.count() == 1


@pytest.mark.django_db
def test_one_seen_alive_later_did_not_close_before(project, owner, tutor):
    made = register_enterprise(project=project, birth=birth(), by=owner, now=NOW)
    seen = {"enterprise": made, "source": "Visita", "by": tutor, "now": NOW}
    observe_enterprise(observed_on=dt.date(2026, 9, 1), status="active", **seen)
    with pytest.raises(Refused, match="seen alive after"):
        observe_enterprise(observed_on=dt.date(2026, 8, 1), status="closed", **seen)


# --- tutoring


@pytest.mark.django_db
def test_hours_count_until_they_are_struck_out(project, tutor):
    held = Held(
        DAY,
        90,
        "market",
        "Prezzi rivisti.",
        next_step="Provare il nuovo listino",
        next_due_on=dt.date(2026, 4, 1),
    )
    one = log_tutoring(project=project, held=held, by=tutor, now=NOW)
    log_tutoring(project=project, held=Held(DAY, 45, "plan", "Conti."), by=tutor, now=NOW)
    assert hours_of(project) == {"sessions": 2, "minutes": 135}
    finish_step(session=one, by=tutor, now=NOW)
    with pytest.raises(Refused, match="No step"):
        finish_step(session=one, by=tutor, now=NOW)
    strike_tutoring(session=one, reason="Scritta due volte", by=tutor, now=NOW)
    assert hours_of(project) == {"sessions": 1, "minutes": 45}
    with pytest.raises(Refused, match="already"):
        strike_tutoring(session=one, reason="Ancora", by=tutor, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("held", "field"),
    [
        (Held(dt.date(2027, 1, 1), 60, "plan", "x"), "held_on"),
        (Held(DAY, 4, "plan", "x"), "minutes"),
        (Held(DAY, 601, "plan", "x"), "minutes"),
        (Held(DAY, 60, "plan", "x", people=0), "people"),
        (Held(DAY, 60, "magic", "x"), "topic"),
        (Held(DAY, 60, "plan", "  "), "agreed"),
        (Held(DAY, 60, "plan", "x", next_due_on=DAY), "next_step"),
        (Held(DAY, 60, "plan", "x", next_step="y", next_due_on=dt.date(2026, 3, 1)), "next_due_on"),
    ],
)
def test_a_session_that_cannot_have_been(project, tutor, held, field):
    with pytest.raises(Invalid) as refused:
        log_tutoring(project=project, held=held, by=tutor, now=NOW)
    assert refused.value.field == field
    assert not TutoringSession.objects.exists()


# --- pages and API


@pytest.mark.django_db
def test_the_pages_of_a_tutor_a_team_and_everybody(client, project, owner, tutor):
    log = reverse("tutoring", args=[project.slug])
    client.force_login(tutor)
    wrong = client.post(
        log, {"held_on": "2026-03-02", "minutes": "3", "people": "1", "topic": "plan", "agreed": "x"}
    )
    assert wrong.status_code == 200
    assert not TutoringSession.objects.exists()
    good = {
        "held_on": "2026-03-02",
        "minutes": "60",
        "people": "2",
        "topic": "plan",
        "agreed": "Conti.",
        "next_step": "Chiudere marzo",
    }
    assert client.post(log, good).status_code == 302
    client.force_login(owner)
    assert "Chiudere marzo" in client.get(log).content.decode()
    session = TutoringSession.objects.get()
    assert client.post(reverse("step_finish", args=[session.pk])).status_code == 302
    new = reverse("enterprise_new", args=[project.slug])
    papers = {
        "name": "Sartoria",
        "legal_form": "limited",
        "born_on": "2026-03-02",
        "jobs": "2,5",
        "source": "Visura",
    }
    wrong = client.post(
        new, papers | {"tax_code": "03842640967", "vat_number": "03842640968"}
    ).content.decode()
    assert "the check digit does not agree" in wrong
    assert client.post(new, papers | GOOD).status_code == 302
    one = Enterprise.objects.get()
    assert one.observations.get().jobs_hundredths == 250
    client.force_login(tutor)
    seen = reverse("enterprise_observe", args=[one.pk])
    assert (
        client.post(
            seen, {"observed_on": "2026-06-01", "status": "active", "jobs": "3", "source": "Visita"}
        ).status_code
        == 302
    )
    client.logout()
    assert client.get(log).status_code == 302
    assert "3" in client.get(reverse("enterprise", args=[one.pk])).content.decode()
    text = client.get(reverse("enterprises")).content.decode()
    assert "Sartoria" in text
    assert "Kaplan" in text
    rows = client.get(reverse("enterprises_csv")).content.decode().splitlines()
    assert len(rows) == 2
    assert client.get(reverse("enterprises_json")).json()["enterprises"][0]["jobs_now_hundredths"] == 300


@pytest.mark.django_db
def test_nobody_yet(client):
    assert "No enterprise yet" in client.get(reverse("enterprises")).content.decode()
    assert client.get(reverse("enterprises_csv")).status_code == 200


@pytest.mark.django_db
def test_the_pages_cost_few_queries(client, project, owner, django_assert_max_num_queries):
    register_enterprise(project=project, birth=birth(), by=owner, now=NOW)
    with django_assert_max_num_queries(2):
        client.get(reverse("enterprises"))


@pytest.mark.django_db
def test_the_api(client, project, owner, tutor):
    client.force_login(tutor)
    log = reverse("api_tutoring", args=[project.slug])
    held = {"held_on": "2026-03-02", "minutes": 60, "people": 1, "topic": "plan", "agreed": "Conti."}
    assert client.post(log, held, content_type="application/json").status_code == 201
    assert client.post(log, held | {"minutes": 1}, content_type="application/json").status_code == 400
    client.force_login(owner)
    assert client.post(log, held, content_type="application/json").status_code == 403
    assert len(client.get(log).json()) == 1
    births_url = reverse("api_project_enterprises", args=[project.slug])
    papers = {
        "name": "Sartoria",
        "legal_form": "limited",
        "born_on": "2026-03-02",
        "source": "Visura",
        "jobs_hundredths": 100,
    } | GOOD
    made = client.post(births_url, papers, content_type="application/json")
    assert made.status_code == 201
    seen = reverse("api_observations", args=[made.json()["id"]])
    look = {"observed_on": "2026-06-01", "status": "closed", "source": "Visura"}
    assert client.post(seen, look, content_type="application/json").status_code == 403
    client.force_login(tutor)
    assert client.post(seen, look, content_type="application/json").status_code == 201
    client.logout()
    answer = client.get(reverse("api_enterprises")).json()
    assert answer["active"] == 0
    assert answer["survival"][-1] == {"months": 2, "at_risk": 1, "closed": 1, "surviving": "0/1"}
    assert client.get(log).status_code in {401, 403}
