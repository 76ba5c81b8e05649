"""What a project changes: measured by the team, verified from outside, never edited."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from campaigns.impact.formula import progress, timing
from campaigns.impact.models import Measurement
from campaigns.impact.selectors.measurements import standings
from campaigns.impact.services.measurements import (
    Taken,
    correct_measurement,
    record_measurement,
    send_back_measurement,
    verify_measurement,
)
from campaigns.impact.services.reminders import remind_due
from campaigns.models import Indicator
from campaigns.services.logframe import remove_indicator, set_logframe
from crowdfund.kit.errors import NotAllowed, Refused
from tests import world
from tests.campaigns.applying import rungs
from tests.world import NOW

TODAY = NOW.date()
A_DAY = dt.timedelta(days=1)


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
def tutor():
    return world.staff(Role.TUTOR, name="Teo")


@pytest.fixture
def indicator(owner):
    project = world.project(owner)
    set_logframe(project=project, rungs=rungs(baseline=Decimal(2), due_on=TODAY), by=owner, now=NOW)
    world.campaign(project=project, status=CampaignStatus.FUNDED)
    return Indicator.objects.select_related("project__organisation").get()


def take(value="7", day=TODAY, **more):
    return Taken(Decimal(value), day, **more)


@contextlib.contextmanager
def refused(code):
    """Say that what is done inside is refused with this code."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def survey():
    return ContentFile(b"nome;ore\nAda;3\n", name="questionario.csv")


def fresh(row):
    return Measurement.objects.select_related("indicator__project").get(pk=row.pk)


# --- the arithmetic


@pytest.mark.parametrize(
    ("baseline", "target", "value", "share", "reason", "reached"),
    [
        ("0", "12", "3", Fraction(1, 4), "", False),
        ("2", "12", "7", Fraction(1, 2), "", False),
        ("30", "10", "25", Fraction(1, 4), "", False),  # a target that falls
        ("30", "10", "10", Fraction(1), "", True),
        ("30", "10", "35", Fraction(-1, 4), "", False),  # the wrong way
        ("0", "0.3", "0.1", Fraction(1, 3), "", False),  # exact
        ("0", "12", "15", Fraction(5, 4), "", True),
        (None, "12", "15", None, "no_baseline", False),
        ("5", "5", "5", None, "no_distance", True),
        ("5", "5", "4", None, "no_distance", False),
        ("0", "12", None, None, "no_value", False),
    ],
)
def test_progress_is_exact_and_knows_targets_that_fall(baseline, target, value, share, reason, reached):
    made = progress(
        baseline=baseline and Decimal(baseline), target=Decimal(target), value=value and Decimal(value)
    )
    assert (made.share, made.reason, made.reached) == (share, reason, reached)


def test_hundred_points_mean_reached():
    made = progress(baseline=Decimal(0), target=Decimal(1000), value=Decimal("999.99"))
    assert (made.points, made.bar, made.reached) == (99, 99, False)
    assert progress(baseline=Decimal(30), target=Decimal(10), value=Decimal(35)).points == -25


@pytest.mark.parametrize(
    ("days", "verified", "waiting", "reached", "found"),
    [
        (31, [], [], False, "open"),
        (30, [], [], False, "soon"),
        (0, [], [], False, "soon"),
        (-1, [], [], False, "late"),
        (-1, [-29], [], False, "measured"),
        (-1, [-32], [], False, "late"),
        (-1, [], [-3], False, "waiting"),
        (-1, [], [], True, "measured"),
    ],
)
def test_timing(days, verified, waiting, reached, found):
    def day(number):
        return TODAY + dt.timedelta(days=number)

    assert (
        timing(
            due_on=day(days),
            today=TODAY,
            verified=map(day, verified),
            waiting=map(day, waiting),
            reached=reached,
        )
        == found
    )


# --- the deeds


@pytest.mark.django_db
def test_a_measurement_counts_once_verified_and_a_correction_takes_its_place(indicator, owner, tutor):
    first = record_measurement(indicator=indicator, taken=take(), by=owner, now=NOW)
    [one] = standings(indicator.project, TODAY)
    assert (one.latest, one.progress.reason, one.timing) == (None, "no_value", "waiting")
    verify_measurement(measurement=first, by=tutor, now=NOW)
    [one] = standings(indicator.project, TODAY)
    assert (one.progress.share, one.timing) == (Fraction(1, 2), "measured")

    second = correct_measurement(
        measurement=fresh(first), taken=take("4"), why="Contati due volte", by=owner, now=NOW
    )
    assert standings(indicator.project, TODAY)[0].latest == first, "what was verified stands"
    send_back_measurement(measurement=second, reason="Manca il registro", by=tutor, now=NOW)
    third = correct_measurement(
        measurement=fresh(second), taken=take("5"), why="Col registro", by=owner, now=NOW
    )
    verify_measurement(measurement=fresh(third), by=tutor, now=NOW)
    assert [row.status for row in Measurement.objects.order_by("pk")] == ["replaced", "replaced", "verified"]
    assert standings(indicator.project, TODAY)[0].progress.share == Fraction(3, 10)
    told = Notice.objects.filter(event="measurement_decided").order_by("pk")
    assert [row.context["outcome"] for row in told] == ["verified", "sent_back", "verified"]


@pytest.mark.django_db
def test_what_was_written_is_never_edited(indicator, owner):
    row = record_measurement(indicator=indicator, taken=take(), by=owner, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Measurement.objects.filter(pk=row.pk).update(value=Decimal(12))
    with refused("measured"):
        remove_indicator(indicator=indicator, by=owner, now=NOW)
    with refused("measured"):
        set_logframe(project=indicator.project, rungs=[], by=owner, now=NOW)
    assert Indicator.objects.filter(pk=indicator.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("taken", "code"),
    [
        (take(day=TODAY + A_DAY), "date_to_come"),
        (take("1.005"), "not_a_number"),
        (take("NaN"), "not_a_number"),
        (take("1e13"), "not_a_number"),
        (take(note="x" * 501), "too_long"),
        (take(file=ContentFile(b"MZ\x00program", name="a.pdf")), "file_kind"),
    ],
)
def test_bad_input_changes_nothing(indicator, owner, taken, code):
    before = world.rows()
    with refused(code):
        record_measurement(indicator=indicator, taken=taken, by=owner, now=NOW)
    assert world.rows() == before


@pytest.mark.django_db
def test_one_measurement_a_day_and_one_correction_of_each(indicator, owner, tutor):
    row = record_measurement(indicator=indicator, taken=take(), by=owner, now=NOW)
    with refused("measured"):
        record_measurement(indicator=indicator, taken=take("8"), by=owner, now=NOW)
    verify_measurement(measurement=row, by=tutor, now=NOW)
    correct_measurement(measurement=fresh(row), taken=take("8"), why="w", by=owner, now=NOW)
    with refused("corrected"):
        correct_measurement(measurement=fresh(row), taken=take("9"), why="w", by=owner, now=NOW)
    with refused("illegal_transition"):
        send_back_measurement(measurement=fresh(row), reason="r", by=tutor, now=NOW)


@pytest.mark.django_db
def test_a_tutor_of_the_team_does_not_verify(indicator, tutor):
    from accounts.models import Membership

    Membership.objects.create(
        user=tutor, organisation=indicator.project.organisation, role="owner", since=NOW
    )
    row = record_measurement(
        indicator=indicator, taken=take(), by=type(tutor).objects.get(pk=tutor.pk), now=NOW
    )
    with pytest.raises(NotAllowed):
        verify_measurement(measurement=row, by=type(tutor).objects.get(pk=tutor.pk), now=NOW)


@pytest.mark.django_db
def test_teams_are_reminded_at_the_day_and_a_week_after_once(indicator, owner, monkeypatch):
    from crowdfund.kit import clock

    assert (remind_due(), remind_due()) == (1, 0)
    monkeypatch.setattr(clock, "now", lambda: NOW + 8 * A_DAY)
    assert (remind_due(), remind_due()) == (1, 0)
    letters = Notice.objects.filter(event="measurement_due").order_by("pk")
    assert [row.context["stage"] for row in letters] == ["due", "late"]
    assert letters[0].email == owner.email
    Notice.objects.all().delete()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    record_measurement(indicator=indicator, taken=take(), by=owner, now=NOW)
    assert remind_due() == 0


# --- pages and API


def fetch(client, row):
    """Ask for the evidence, and put it down again."""
    answer = client.get(reverse("measurement_file", args=[row.pk]))
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return answer.status_code


@pytest.mark.django_db
def test_evidence_is_private_until_verified_and_public_only_if_the_team_says_so(
    client, indicator, owner, tutor
):
    shown = record_measurement(
        indicator=indicator, taken=take(file=survey(), file_public=True), by=owner, now=NOW
    )
    kept = record_measurement(
        indicator=indicator, taken=take(day=TODAY - A_DAY, file=survey()), by=owner, now=NOW
    )
    assert fetch(client, shown) == 404
    for row in (shown, kept):
        verify_measurement(measurement=row, by=tutor, now=NOW)
    assert (fetch(client, shown), fetch(client, kept)) == (200, 404)
    client.force_login(owner)
    assert fetch(client, kept) == 200


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_journey_on_pages(client, indicator, owner, tutor, language):
    with translation.override(language):
        form, page = reverse("measurement_new", args=[indicator.pk]), indicator.project.get_absolute_url()
        team = reverse("measurements", args=[indicator.project.slug])
    client.force_login(owner)
    assert client.get(team).status_code == 200
    number = "7,5" if language == "it" else "7.5"
    bad = client.post(form, {"value": "sette", "measured_on": "2026-11-22"})
    assert bad.status_code == 422
    assert not Measurement.objects.exists()
    assert (
        client.post(form, {"value": number, "measured_on": "2026-11-22", "note": "A mano"}).status_code == 302
    )
    row = Measurement.objects.get()
    assert row.value == Decimal("7.5")
    assert "A mano" not in client.get(page).content.decode(), "the public sees it once verified"
    with translation.override(language):
        one, correct = (reverse(name, args=[row.pk]) for name in ("measurement", "measurement_correct"))
    assert client.post(one, {"verify": "1"}).status_code == 403
    assert client.get(correct).status_code == 200
    client.force_login(tutor)
    assert client.post(one, {"send_back": "1", "reason": ""}).status_code == 422
    assert client.post(one, {"verify": "1"}).status_code == 302
    client.logout()
    shown = client.get(page).content.decode()
    assert "A mano" in shown
    assert "55 %" in shown.replace("\xa0", " ")
    assert "<svg" in shown


@pytest.mark.django_db
def test_the_api(client, indicator, owner, tutor):
    address = reverse("api_measure", args=[indicator.pk])
    given = {"value": "4.00", "measured_on": "2026-11-22"}
    assert client.post(address, given, content_type="application/json").status_code in {401, 403}
    client.force_login(owner)
    assert client.post(address, {"value": "x"}, content_type="application/json").status_code == 400
    made = client.post(address, given, content_type="application/json").json()
    fixed = {**given, "value": "5", "why": "w"}
    again = client.post(
        reverse("api_measurement_correction", args=[made["id"]]), fixed, content_type="application/json"
    )
    assert again.status_code == 201
    client.force_login(tutor)
    back = reverse("api_measurement_send_back", args=[made["id"]])
    assert client.post(back, {"reason": "r"}, content_type="application/json").status_code == 409
    assert (
        client.post(reverse("api_measurement_verify", args=[again.json()["id"]])).json()["status"]
        == "verified"
    )
    client.logout()
    [one] = client.get(reverse("api_measurements", args=[indicator.project.slug])).json()
    assert (one["progress"], [row["value"] for row in one["measurements"]]) == ("3/10", ["5.00"])
