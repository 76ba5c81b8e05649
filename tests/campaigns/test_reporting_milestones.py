"""Milestones: what shows that one was reached, the officer's judgement, another date by request."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.notices.models import Notice
from campaigns.enums import MilestoneStatus
from campaigns.reporting.models import MilestoneChange, MilestoneFile
from campaigns.reporting.services.changes import agree_change, ask_change, refuse_change
from campaigns.reporting.services.milestones import (
    accept_milestone,
    add_evidence,
    remove_evidence,
    send_back_milestone,
)
from campaigns.services.milestones import reach_milestone
from crowdfund.kit import desk
from crowdfund.kit.errors import Invalid, Refused
from tests import world
from tests.campaigns.reporting import TODAY, final, funded, milestone
from tests.world import NOW

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def owner():
    return world.person("Teresa")


@pytest.fixture
def officer():
    return world.staff(Role.OFFICER)


@pytest.fixture
def step(owner):
    return milestone(funded(owner))


def photo(step, owner, **fields):
    return add_evidence(
        **{"milestone": step, "kind": "photo", "file": world.picture(), "text": "Le aiuole piantate"}
        | {"consent": True, "by": owner, "now": NOW}
        | fields
    )


def test_a_step_is_reported_with_a_photo_and_a_document_and_accepted(step, owner, officer):
    photo(step, owner)
    document = photo(
        step, owner, kind="document", file=ContentFile(PDF, name="verbale.pdf"), text="Verbale", consent=False
    )
    assert (document.file_kind, document.consent) == ("pdf", False)
    reach_milestone(milestone=step, evidence="Piantate 40 aiuole", by=owner, now=NOW)
    assert [task.subject for task in desk.officer_tasks(officer, NOW)] == [f"{step.campaign}: Lavori"]
    accept_milestone(milestone=step, by=officer, now=NOW)
    assert step.status == MilestoneStatus.ACCEPTED
    assert Notice.objects.get(event="milestone_decided").context["outcome"] == "accepted"
    with pytest.raises(Refused) as refused:
        photo(step, owner)
    assert refused.value.code == "milestone_accepted"


def test_a_step_sent_back_is_reported_again(step, owner, officer):
    reach_milestone(milestone=step, evidence="Fatto", by=owner, now=NOW)
    with pytest.raises(Invalid):
        send_back_milestone(milestone=step, reason="  ", by=officer, now=NOW)
    send_back_milestone(milestone=step, reason="Manca la foto", by=officer, now=NOW)
    step.refresh_from_db()
    assert (step.status, step.reached_on) == (MilestoneStatus.PLANNED, None)
    assert step.events.last().why == "Manca la foto"
    reach_milestone(milestone=step, evidence="Ecco la foto", by=owner, now=NOW)
    assert step.status == MilestoneStatus.REACHED


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"consent": False}, "consent_missing", "consent"),
        ({"text": "  "}, "missing", "text"),
        ({"kind": "film"}, "unknown_kind", "kind"),
        ({"kind": "document", "consent": False}, "other_kind", "file"),
        ({"file": ContentFile(b"MZ\x90\x00 not a picture", name="x.png")}, "file_kind", "file"),
    ],
)
def test_bad_evidence_changes_nothing(step, owner, fields, code, field):
    with pytest.raises(Invalid) as refused:
        photo(step, owner, **fields)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not MilestoneFile.objects.exists()


def test_a_file_goes_until_the_step_is_reported(step, owner):
    remove_evidence(file=photo(step, owner), by=owner, now=NOW)
    kept = photo(step, owner)
    reach_milestone(milestone=step, evidence="Fatto", by=owner, now=NOW)
    kept.refresh_from_db()
    with pytest.raises(Refused) as refused:
        remove_evidence(file=kept, by=owner, now=NOW)
    assert refused.value.code == "milestone_reported"


def test_the_database_wants_consent_with_a_photo(step):
    rows = MilestoneFile(
        milestone=step, kind="photo", file="x", file_kind="webp", text="x", consent=False, added_at=NOW
    )
    with pytest.raises(IntegrityError, match="milestone_photo_has_consent"), transaction.atomic():
        rows.save()


def test_another_date_moves_the_step_its_report_and_the_last_one(step, owner, officer):
    last = final(step.campaign)
    later = TODAY + dt.timedelta(days=90)
    change = ask_change(milestone=step, due_on=later, reason="Il permesso tarda", by=owner, now=NOW)
    with pytest.raises(Refused) as refused:
        ask_change(milestone=step, due_on=later, reason="Ancora", by=owner, now=NOW)
    assert refused.value.code == "change_waits"
    agree_change(change=change, by=officer, now=NOW)
    step.refresh_from_db()
    assert (step.due_on, change.before_on) == (later, TODAY + dt.timedelta(days=30))
    assert step.spending_reports.get().due_on == later + dt.timedelta(days=30)
    last.refresh_from_db()
    assert last.due_on == later + dt.timedelta(days=60)
    assert [event.to_status for event in change.events.all()] == ["requested", "agreed"]


def test_a_refused_date_stays(step, owner, officer):
    due_on = step.due_on
    change = ask_change(
        milestone=step, due_on=TODAY + dt.timedelta(days=60), reason="Ferie", by=owner, now=NOW
    )
    refuse_change(change=change, why="Le ferie erano note", by=officer, now=NOW)
    step.refresh_from_db()
    assert (step.due_on, change.status) == (due_on, "refused")
    with pytest.raises(Refused):
        agree_change(change=change, by=officer, now=NOW)


@pytest.mark.parametrize(
    ("days", "reason", "code"), [(-1, "r", "due_past"), (30, "r", "same_day"), (60, " ", "missing")]
)
def test_a_bad_request_for_another_date(step, owner, days, reason, code):
    with pytest.raises(Invalid) as refused:
        ask_change(milestone=step, due_on=TODAY + dt.timedelta(days=days), reason=reason, by=owner, now=NOW)
    assert refused.value.code == code
    assert not MilestoneChange.objects.exists()


def test_the_picture_is_drawn_anew(step, owner):
    from django.core.files.storage import storages
    from PIL import Image

    stored = photo(step, owner).file
    with storages["private"].open(stored) as file, Image.open(io.BytesIO(file.read())) as picture:
        assert (picture.format, dict(picture.getexif())) == ("WEBP", {})
