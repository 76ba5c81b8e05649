"""Pictures and documents of programmes and calls: with words, credit and consent, in order, gone when taken away."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from campaigns.calls.models import GalleryPicture, Programme, PublicDocument
from campaigns.calls.services import gallery
from crowdfund.kit.errors import Invalid, Refused
from tests import world
from tests.campaigns import calling
from tests.campaigns.team import picture
from tests.world import NOW

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF"
WORDS = {"alt": "Il cortile", "credit": "Lia Sala", "consent": True}


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Any, monkeypatch: Any) -> Path:
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)
    settings.MEDIA_ROOT, settings.PRIVATE_ROOT = tmp_path / "media", tmp_path / "private"
    return tmp_path


@pytest.fixture
def officer() -> Any:
    return calling.officer()


@pytest.fixture
def programme(officer: Any) -> Programme:
    return calling.create_programme(sheet=calling.sheet(), by=officer, now=NOW)


def add(owner: Any, by: Any, **given: Any) -> GalleryPicture:
    return gallery.add_picture(
        owner=owner, by=by, now=NOW, **{"file": picture()} | WORDS | given
    )  # fmt: skip


def test_pictures_stand_in_order_and_go_for_good(
    officer: Any, programme: Programme, places: Path, django_capture_on_commit_callbacks: Any
) -> None:
    first, second, third = (add(programme, officer, alt=alt) for alt in ("Uno", "Due", "Tre"))
    gallery.move_picture(picture=third, up=True, by=officer, now=NOW)
    gallery.move_picture(picture=first, up=True, by=officer, now=NOW)  # it is the first already
    assert [row.alt for row in programme.pictures.all()] == ["Uno", "Tre", "Due"]
    gallery.move_picture(picture=first, up=False, by=officer, now=NOW)
    assert [row.alt for row in programme.pictures.all()] == ["Tre", "Uno", "Due"]
    with django_capture_on_commit_callbacks(execute=True):
        gallery.remove_picture(picture=second, by=officer, now=NOW)
    assert len(list((places / "media" / "gallery").iterdir())) == 2
    assert [row.alt for row in programme.pictures.all()] == ["Tre", "Uno"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"alt": " "}, "alt"),
        ({"credit": ""}, "credit"),
        ({"consent": False}, "consent"),
        ({"consent": "on"}, "consent"),
        ({"file": SimpleUploadedFile("a.jpg", b"<?php")}, "file"),
    ],
)
def test_a_picture_without_words_credit_or_consent(
    officer: Any, programme: Programme, places: Path, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(programme, officer, **given)
    assert refused.value.field == field
    assert not list(places.rglob("*.webp"))
    assert not GalleryPicture.objects.exists()


def test_a_gallery_has_an_end_and_an_owner(officer: Any, programme: Programme, monkeypatch: Any) -> None:
    monkeypatch.setattr(gallery, "MOST_PICTURES", 1)
    there = add(programme, officer)
    with pytest.raises(Refused, check=lambda error: error.code == "gallery_full"):
        add(programme, officer)
    call = calling.call(published=False, programme=programme)
    for change in ({"call": call}, {"programme": None}, {"consent": False}, {"alt": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            GalleryPicture.objects.filter(pk=there.pk).update(**change)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"dated_on": NOW.date() + dt.timedelta(days=2)}, "dated_on"),
        ({"file": SimpleUploadedFile("a.pdf", b"MZ")}, "file"),
    ],
)
def test_a_document_that_is_wrong(
    officer: Any, programme: Programme, given: dict[str, Any], field: str
) -> None:
    facts = {"title": "Atto", "dated_on": NOW.date(), "file": SimpleUploadedFile("a.pdf", PDF)} | given
    with pytest.raises(Invalid) as refused:
        gallery.add_document(owner=programme, by=officer, now=NOW, **facts)
    assert refused.value.field == field
    assert not PublicDocument.objects.exists()


def test_the_officers_page(client: Any, officer: Any, programme: Programme) -> None:
    client.force_login(officer)
    url = reverse("programme_gallery", args=[programme.slug])
    assert client.post(url, {"do": "picture", "alt": "", "credit": "L"}).status_code == 422
    no_consent = {"do": "picture", "alt": "Il cortile", "credit": "Lia", "file": picture()}
    page = client.post(url, no_consent)
    assert page.status_code == 422
    assert page.context["picture_form"].errors["consent"]
    for alt in ("Uno", "Due"):
        client.post(url, no_consent | {"alt": alt, "consent": "on", "file": picture()})
    last = GalleryPicture.objects.get(alt="Due")
    client.post(url, {"do": "up", "pk": last.pk})
    assert [row.alt for row in programme.pictures.all()] == ["Due", "Uno"]
    client.post(url, {"do": "down", "pk": last.pk})
    client.post(url, {"do": "remove", "pk": last.pk})
    assert [row.alt for row in programme.pictures.all()] == ["Uno"]
    for wrong in ({"do": "burn"}, {"do": "up", "pk": "x"}, {"do": "up", "pk": "999999"}):
        assert client.post(url, wrong).status_code == 404
    given = {"do": "document", "title": "Piano", "dated_on": "2026-01-02"}
    assert client.post(url, given | {"file": SimpleUploadedFile("a.pdf", b"MZ")}).status_code == 422
    client.post(url, given | {"file": SimpleUploadedFile("piano.pdf", PDF)})
    document = PublicDocument.objects.get()
    client.logout()
    shown = client.get(programme.get_absolute_url()).content.decode()
    assert 'alt="Uno"' in shown
    assert "Piano" in shown
    answer = client.get(reverse("public_document", args=[document.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="piano.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer) == PDF
    assert client.get(url).status_code == 302
    client.force_login(officer)
    client.post(url, {"do": "remove_document", "pk": document.pk})
    assert client.get(reverse("public_document", args=[document.pk])).status_code == 404


def test_documents_of_a_draft_call_are_not_found(client: Any, officer: Any, programme: Programme) -> None:
    call = calling.call(published=False, programme=programme)
    row = gallery.add_document(
        owner=call, title="Bando", dated_on=NOW.date(), file=SimpleUploadedFile("b.pdf", PDF), by=officer, now=NOW
    )  # fmt: skip
    add(call, officer)
    urls = [
        reverse("public_document", args=[row.pk]),
        reverse("api_call_documents", args=[call.slug]),
        reverse("api_call_pictures", args=[call.slug]),
    ]
    assert [client.get(url).status_code for url in urls] == [404] * 3
    client.force_login(officer)
    assert [client.get(url).status_code for url in urls[1:]] == [200] * 2
    assert b"Il cortile" in client.get(call.get_absolute_url()).content
    assert client.get(reverse("call_gallery", args=[call.slug])).status_code == 200


def test_the_api(officer: Any, programme: Programme) -> None:
    desk, anyone = APIClient(), APIClient()
    desk.force_authenticate(officer)
    pictures = reverse("api_programme_pictures", args=[programme.slug])
    bad = desk.post(pictures, WORDS | {"consent": False, "file": picture()}, format="multipart")
    assert (bad.status_code, bad.json()["field"]) == (400, "consent")
    made = desk.post(pictures, WORDS | {"file": picture()}, format="multipart").json()
    assert anyone.get(pictures).json() == [made]
    assert anyone.post(pictures, WORDS | {"file": picture()}, format="multipart").status_code in {401, 403}
    documents = reverse("api_programme_documents", args=[programme.slug])
    given = {"title": "Piano", "dated_on": "2026-01-02", "file": SimpleUploadedFile("p.pdf", PDF)}
    kept = desk.post(documents, given, format="multipart").json()
    assert anyone.get(documents).json()[0]["sha256"] == kept["sha256"]
    for name, pk in (("api_picture", made["id"]), ("api_document", kept["id"])):
        assert anyone.delete(reverse(name, args=[pk])).status_code in {401, 403}
        assert desk.delete(reverse(name, args=[pk])).status_code == 204
    assert anyone.get(pictures).json() == []
    assert world.rows("calls_publicdocument") == []
