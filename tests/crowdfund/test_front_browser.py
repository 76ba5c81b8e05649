"""The frame and every component in a real browser: axe finds nothing, nothing overflows, nothing leaves the site."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import CALM, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.crowdfund.component_urls"),
]

PATHS = ["/", "/en/", "/dev/components/", "/account/login/", "/account/signup/", "/not-here/"]


@pytest.fixture
def screen(system_chromium: Browser) -> Iterator[Page]:
    screen = system_chromium.new_page(reduced_motion=CALM)
    yield screen
    screen.close()


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_nothing_overflows(live_server, screen, path, settings):
    settings.DEMO_MODE = True  # with the banner
    complaints: list[str] = []
    strangers: list[str] = []
    screen.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    screen.on(
        "request",
        lambda asked: strangers.append(asked.url) if not is_ours(asked.url, live_server.url) else None,
    )
    for width in (320, 768, 1280):
        screen.set_viewport_size({"width": width, "height": 900})
        screen.goto(live_server.url + path)
        assert screen.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(screen) == []
    assert strangers == []
    assert [text for text in complaints if "404" not in text] == []


def is_ours(url: str, server: str) -> bool:
    return url.startswith((server, "data:"))


def test_targets_are_large_enough_for_a_thumb(live_server, screen):
    screen.set_viewport_size({"width": 320, "height": 900})
    screen.goto(live_server.url + "/dev/components/")
    small = screen.evaluate(
        """() => [...document.querySelectorAll(
            'a.btn, button, summary, .slim a, .main-menu a, .site-footer a, .choice')]
          .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_the_menu_opens_by_keyboard_and_escape_gives_the_focus_back(live_server, screen):
    screen.set_viewport_size({"width": 390, "height": 800})
    screen.goto(live_server.url + "/dev/components/")
    screen.focus("[data-burger]")
    screen.keyboard.press("Enter")
    assert screen.get_attribute("[data-burger]", "aria-expanded") == "true"
    screen.keyboard.press("Escape")
    assert screen.get_attribute("[data-burger]", "aria-expanded") == "false"
    assert screen.evaluate("document.activeElement.hasAttribute('data-burger')")


def test_a_preset_fills_the_amount_and_the_amount_is_echoed(live_server, screen):
    screen.goto(live_server.url + "/dev/components/")
    box = screen.locator("[data-amount]").filter(has=screen.locator("[data-preset]"))
    box.locator("[data-preset='25']").click()
    assert box.locator("input").input_value() == "25"
    for typed, understood in (("12,50", "12,50"), ("1.250", "1250,00"), ("1.250,5,0", ""), ("1,25,0", "")):
        box.locator("input").fill(typed)
        echo = box.locator("[data-amount-echo]").text_content() or ""
        assert echo.replace(".", "").replace("\N{NO-BREAK SPACE}€", "") == understood


def test_the_page_works_without_scripts(live_server, system_chromium):
    context = system_chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    screen = context.new_page()
    screen.goto(live_server.url + "/dev/components/")
    assert screen.locator("#content h1").is_visible()
    assert not screen.locator("[data-burger]").is_visible()
    context.close()
