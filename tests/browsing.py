"""A real Chromium for the tests, Debian's, and axe to judge what it shows."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Literal

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

FLAGS = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
)
PHONE = {"width": 390, "height": 844}
CALM: Literal["reduce"] = (
    "reduce"  # who asks for less motion does not wait for smooth scrolling; nor do the tests
)


@pytest.fixture(scope="module")
def system_chromium(django_db_setup: None) -> Iterator[Browser]:
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = [*FLAGS.split(), *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=flags
        )
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def phone(system_chromium: Browser) -> Iterator[Page]:
    context = system_chromium.new_context(viewport=PHONE, locale="it-IT", reduced_motion=CALM)
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe finds wrong: rules and the elements that break them.

    It is asked for nothing else, which spares it three quarters of the work: to list every element that is right.
    """
    page.evaluate(Axe().axe_script)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def nothing_wrong(page: Page) -> None:
    """Axe finds nothing, and nothing makes the page scroll sideways."""
    assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
