"""Documents are known by their bytes: what is none, too much, or would run something, is refused and nothing kept."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from crowdfund.kit import files
from crowdfund.kit.errors import Invalid

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ODT = "application/vnd.oasis.opendocument.text"


def upload(content: bytes, name: str = "atto.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def word(**more: bytes) -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"} | more)


def locked() -> bytes:
    content = bytearray(word())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + place] |= 1
    return bytes(content)


def photo(size: tuple[int, int] = (640, 480), kind: str = "JPEG", **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (90, 140, 60)).save(out, kind, **save)
    return out.getvalue()


@pytest.fixture(autouse=True)
def private(tmp_path: Path, settings: Any) -> Path:
    settings.PRIVATE_ROOT = tmp_path
    return tmp_path


@pytest.mark.parametrize(
    ("content", "name", "kind", "shown"),
    [
        (PDF, "Determina n. 12/2026.PDF", "pdf", "2026.pdf"),
        (PDF, "foto.jpg", "pdf", "foto.pdf"),
        (PDF, '../..\\x"; filename=y.exe', "pdf", "x- filename-y.pdf"),
        (PDF, "", "pdf", "file.pdf"),
        (
            packed({"mimetype": ODT.encode(), "content.xml": b"<c/>"}),
            "relazione.docx",
            "odt",
            "relazione.odt",
        ),
        (word(), "relazione.docx", "docx", "relazione.docx"),
        (packed({"[Content_Types].xml": b"", "xl/workbook.xml": b"<w/>"}), "spese.xls", "xlsx", "spese.xlsx"),
        ("voce;importo\ncittà;12,50\n".encode(), "spese.csv", "csv", "spese.csv"),
        (photo(), "scontrino.pdf", "webp", "scontrino.webp"),
        (photo(kind="PNG"), "perché.png", "webp", "perché.webp"),
        (photo(kind="WEBP"), "a.webp", "webp", "a.webp"),
    ],
)
def test_a_document_is_what_its_bytes_say(content: bytes, name: str, kind: str, shown: str) -> None:
    read = files.read_document(File(io.BytesIO(content), name))
    assert (read.kind, read.name) == (kind, shown)
    assert read.content_type == files.CONTENT_TYPES[kind]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_kind"),
        (b"MZ\x90\x00\x03", "file_kind"),
        (b"<html>,<script>alert(1)</script>", "file_kind"),
        (b"#!/bin/sh, echo", "file_kind"),
        (b"una riga sola", "file_kind"),
        (b"a,b\x00c", "file_kind"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "file_kind"),
        (packed({"a.txt": b"x"}), "file_kind"),
        (packed({"mimetype": b"application/epub+zip"}), "file_kind"),
        (PDF[:-20], "file_broken"),
        (word()[:40], "file_broken"),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>"), "file_active"),
        (PDF.replace(b"/Catalog", b"/Catalog/AA<</S/Launch>>"), "file_active"),
        (word(**{"word/vbaProject.bin": b"x"}), "file_active"),
        (packed({"mimetype": ODT.encode(), "Basic/script-lc.xml": b"x"}), "file_active"),
        (locked(), "file_locked"),
        (word(**{"word/big.xml": bytes(3_000_000)}), "file_bomb"),
        (b"\xff\xd8\xff<?php echo 1;", "not_a_picture"),
        (photo()[:900], "not_a_picture"),
        (photo((90, 640)), "picture_too_small"),
        (photo((10_000, 10_000), "PNG"), "picture_too_large"),
        (PDF + bytes(2 << 20), "file_too_large"),
    ],
)
def test_what_is_no_document_is_refused(content: bytes, code: str, private: Path) -> None:
    with pytest.raises(Invalid) as refused:
        files.read_document(upload(content), max_bytes=1 << 20, field="receipt")
    assert (refused.value.code, refused.value.field) == (code, "receipt")
    assert str(refused.value)
    assert not list(private.iterdir())


def test_a_photo_loses_the_place_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010E] = "segreto"
    exif.get_ifd(0x8825)[2] = (45.0, 27.0, 51.0)  # GPS latitude
    read = files.read_document(upload(photo(exif=exif)))
    assert b"segreto" not in read.content
    with Image.open(io.BytesIO(read.content)) as drawn:
        assert not drawn.getexif()


def test_a_spreadsheet_of_old_becomes_utf8() -> None:
    assert files.read_document(upload("città;1".encode("cp1252"), "a.csv")).content == "città;1".encode()


def test_a_kept_file_has_no_address_and_is_only_sent_as_a_download(private: Path) -> None:
    read = files.read_document(upload(PDF))
    stored = files.keep_private(read, "acts")
    assert (private / stored).read_bytes() == PDF
    assert "atto" not in stored
    with pytest.raises(ValueError, match="no address"):
        storages["private"].url(stored)
    answer = files.send_private(stored, name=read.name, kind=read.kind)
    assert b"".join(answer) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="atto.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    assert "sandbox" in answer["Content-Security-Policy"]
    answer.close()
    files.forget_private(stored)
    assert not list(private.rglob("*.pdf"))
