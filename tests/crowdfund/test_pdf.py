"""PDFs from HTML: tagged, named, in a language, the same bytes each time, and nothing fetched from anywhere."""

from __future__ import annotations

import builtins
import io
import sys
from typing import Any

import pytest
from pypdf import PdfReader

from crowdfund.kit.errors import Refused
from crowdfund.kit.pdf import pdf_of_html, static_file

PAGE = """<!DOCTYPE html><html lang="it"><head><title>x</title>
<link rel="stylesheet" href="/static/css/print.css"></head><body><h1>Ricevuta n. 1/2026</h1>
<p>Città, perché: 12,50 € •••• 4242</p><table><tr><th scope="row">Chi</th><td>Ada</td></tr></table>
<p><a href="/campagne/orto/">La campagna</a></p></body></html>"""


@pytest.fixture(scope="module")
def made() -> bytes:
    return pdf_of_html(PAGE, title="Ricevuta 1/2026", language="it")


def roles(node: Any) -> list[str]:
    """The tags of a structure tree, top down."""
    found = [node["/S"]] if "/S" in node else []
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        inner = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(inner, dict):
            found += roles(inner)
    return found


def test_a_pdf_is_tagged_named_and_in_a_language(made):
    root: Any = PdfReader(io.BytesIO(made)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "it"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    xmp = root["/Metadata"].get_data().decode()
    assert 'pdfuaid:part="1"' in xmp
    assert ">Ricevuta 1/2026<" in xmp
    tags = roles(root["/StructTreeRoot"])
    assert {"/Document", "/H1", "/P", "/Table", "/TR", "/TH", "/TD", "/Link"} <= set(tags)


def test_its_text_can_be_read_out_and_its_links_lead_to_the_site(made, settings):
    page: Any = PdfReader(io.BytesIO(made)).pages[0]
    text = page.extract_text()
    assert "Città, perché: 12,50 € •••• 4242" in text
    link: Any = page["/Annots"][0]
    assert link.get_object()["/A"]["/URI"] == f"{settings.SITE_URL}/campagne/orto/"


def test_its_letters_are_the_sites_own_and_inside_the_file(made):
    fonts: Any = PdfReader(io.BytesIO(made)).pages[0]["/Resources"]["/Font"]
    names = {font.get_object()["/BaseFont"].partition("+")[2] for font in fonts.values()}
    assert names == {"Titillium-Web", "Titillium-Web-Bold"}


def test_the_same_page_gives_the_same_bytes(made):
    assert pdf_of_html(PAGE, title="Ricevuta 1/2026", language="it") == made
    assert pdf_of_html(PAGE, title="Receipt 1/2026", language="en") != made


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/x.png",
        "https://127.0.0.1/x.png",
        "file:///etc/hostname",
        "/media/x.png",
        "ftp://x/y",
    ],
)
def test_nothing_is_fetched_from_anywhere_else(address, caplog, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_args: pytest.fail("it went to the network"))
    pdf_of_html(f'<p>x</p><img src="{address}" alt="">', title="x", language="it")
    assert "not a file of ours" in caplog.text


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://site.test/static/css/print.css", True),
        ("http://site.test/static/css/no.css", False),
        ("http://site.test/static/../manage.py", False),
        ("http://site.test/static/%2e%2e/manage.py", False),
        ("http://site.test/static/%00", False),
        ("http://other.test/static/css/print.css", False),
    ],
)
def test_only_files_of_the_static_folder_are_read(address, found):
    assert bool(static_file(address, "http://site.test/")) is found


def test_a_machine_without_pango_says_so(monkeypatch):
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    whole = builtins.__import__

    def without(name: str, *more: Any, **named: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return whole(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Refused) as refused:
        pdf_of_html("<p>x</p>", title="x", language="it")
    assert refused.value.code == "no_pdf"
