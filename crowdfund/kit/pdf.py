"""Accessible PDFs (PDF/UA-1) from HTML. The one module that imports weasyprint, and only when a PDF is asked for."""

from __future__ import annotations

import contextlib
import hashlib
import io
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.utils._os import safe_join
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Refused

VARIANT: Final = "pdf/ua-1"
CREATOR: Final = "Civic crowdfunding"


def pdf_of_html(html: str, *, title: str, language: str, base_url: str | None = None) -> bytes:
    """Make a tagged PDF/UA-1 of an HTML document, or of what stands in its body.

    `title` is what readers show instead of a file name, `language` a code such as `it`. Relative addresses are taken
    from `base_url` (the site's own unless told otherwise): links keep them, and of files only those of the site's
    static folder and `data:` are read; nothing is ever fetched from a network. The same input gives the same bytes.

    Raises `Refused` (`no_pdf`) on a machine without Pango: offer the page itself.
    """
    weasyprint = _weasyprint()
    base = base_url or f"{settings.SITE_URL}/"
    source = weasyprint.HTML(string=html, base_url=base, url_fetcher=_fetcher(base))
    document = source.render(pdf_variant=VARIANT)
    document.metadata.title, document.metadata.lang = title, language
    document.metadata.generator = CREATOR
    identifier = hashlib.sha256(f"{title}\0{language}\0{html}".encode()).digest()[:16]
    made: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier)
    return made


def _weasyprint() -> Any:
    """Import weasyprint: two seconds, the first time. Without Pango it prints a banner, which is kept from the log."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            import weasyprint
            from PIL import ImageFile
    except OSError as error:
        sentence = _("The PDF can't be made on this machine: read the page instead, or print it.")
        raise Refused("no_pdf", sentence) from error
    # It lets half pictures pass in the whole process; an upload that is cut off must not
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


def static_file(address: str, base: str) -> Path | None:
    """Find the file that an address of the site's static folder stands for; None for every other address."""
    root = urljoin(base, settings.STATIC_URL)
    if not address.startswith(root):
        return None
    name = unquote(urlsplit(address).path.removeprefix(urlsplit(root).path))
    with contextlib.suppress(SuspiciousFileOperation, ValueError):
        collected = Path(safe_join(str(settings.STATIC_ROOT), name))
        if collected.is_file():
            return collected
        found = finders.find(name)
        return Path(found) if found else None
    return None


def _fetcher(base: str) -> Any:
    return _fetcher_class()(base)


@lru_cache(maxsize=1)
def _fetcher_class() -> type:
    """Make the class once weasyprint is there: it inherits from what weasyprint asks for."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
        """Reads static files and `data:`; anything else is left out and logged by weasyprint."""

        def __init__(self, base: str) -> None:
            super().__init__(allowed_protocols=["data"], allow_redirects=False)
            self.base = base

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Give a file's bytes."""
            if url.startswith("data:"):
                return super().fetch(url, headers)
            found = static_file(url, self.base)
            if found is None:
                raise ValueError(f"not a file of ours: {url}")
            kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, found.read_bytes(), {"Content-Type": kind})

    return OwnFilesOnly
