"""A programme's outputs and outcomes: page, CSV and paper; like is added to like."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.enums import Role
from campaigns.calls.enums import ApplicationStatus
from campaigns.calls.models import Application
from campaigns.impact.selectors.programmes import report_of
from campaigns.impact.services.measurements import Taken, record_measurement, verify_measurement
from campaigns.models import Indicator
from campaigns.services.logframe import set_logframe
from tests import world
from tests.campaigns import calling
from tests.campaigns.applying import rungs
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    call, tutor = calling.call(), world.staff(Role.TUTOR)
    for value, unit in ((3, "persone"), (4, "Persone"), (None, "persone"), (9, "ore"), (50, "%")):
        owner = world.person("Olmo")
        made = calling.application(owner, call=call, project=world.project(owner))
        campaign = world.campaign(project=made.project)
        admitted = {"status": ApplicationStatus.ADMITTED, "decided_at": NOW, "campaign": campaign}
        Application.objects.filter(pk=made.pk).update(**admitted)
        set_logframe(project=made.project, rungs=rungs(unit=unit), by=owner, now=NOW)
        if value:
            indicator = Indicator.objects.select_related("project").get(project=made.project)
            taken = Taken(Decimal(value), NOW.date())
            row = record_measurement(indicator=indicator, taken=taken, by=owner, now=NOW)
            verify_measurement(measurement=row, by=tutor, now=NOW)
    return call.programme


def test_like_is_added_to_like(programme, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        report = report_of(programme, NOW.date())
    found = [
        (one.example.unit, one.count, one.measured, one.value, one.measured_target) for one in report.sums
    ]
    assert found == [("ore", 1, 1, 9, 12), ("persone", 3, 2, 7, 24)]
    assert len(report.projects) == 5


def test_the_report_as_page_csv_and_paper(client, programme):
    assert client.get(reverse("programme_impact", args=[programme.slug])).status_code == 200
    text = client.get(reverse("programme_impact_csv", args=[programme.slug])).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["latest_verified"] for row in rows] == ["3.00", "4.00", "", "9.00", "50.00"]
    paper = client.get(reverse("programme_impact_pdf", args=[programme.slug]))
    assert paper.status_code in {200, 302}
    if paper.status_code == 200:  # a machine with Pango
        read: Any = PdfReader(io.BytesIO(paper.content))
        assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert b"pdfuaid:part" in read.trailer["/Root"]["/Metadata"].get_data()
        assert "persone" in read.pages[0].extract_text()
