"""A photo sent with a need: drawn anew without its place; what is no photo changes nothing."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.enums import Role
from campaigns.codesign.models import Need
from tests import world

pytestmark = pytest.mark.django_db

GPS, MAKE = 0x8825, 0x010F


def with_place() -> bytes:
    """A JPEG that says where it was taken, and with what."""
    exif = Image.Exif()
    exif[MAKE] = "Pedalino"
    exif.get_ifd(GPS).update({1: "N", 2: (45.0, 26.0, 1.0), 3: "E", 4: (9.0, 9.0, 30.0)})
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#3a7").save(out, "JPEG", exif=exif)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that claims 10,000 by 10,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"0"))
        + chunk(b"IEND", b"")
    )


def send(client, content: bytes, name: str = "foto.jpg"):
    world.neighbourhood()
    written = {"title": "Una fontanella", "neighbourhood": "barona", "theme": "green", "source": "online"}
    return client.post(reverse("need_report"), written | {"picture": SimpleUploadedFile(name, content)})


def test_the_place_is_taken_out_of_a_photo(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert b"Pedalino" in with_place()
    client.force_login(world.staff(Role.ANIMATOR))
    answer = send(client, with_place())
    made = Need.objects.get()
    with default_storage.open(made.picture) as stored:
        content = stored.read()
    assert b"Pedalino" not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("WEBP", (640, 480), {})
    assert made.picture_url in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg onload='alert(1)'/>", "non è un'immagine"),
        (bomb(), "24 milioni di pixel"),
        (with_place()[:2000], "non è un'immagine"),
    ],
    ids=["no picture", "bomb", "half"],
)
def test_what_is_no_photo_is_refused_and_nothing_kept(client, settings, tmp_path, content, says):
    settings.MEDIA_ROOT = tmp_path
    text = send(client, content).content.decode().replace("’", "'").replace("&#x27;", "'")
    assert "Una fontanella" in text
    assert says in text
    assert not Need.objects.exists()
    assert not list(tmp_path.iterdir())
