"""What every test may ask for."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from django.utils import translation
from stripe import HTTPClient

from tests.browsing import phone, system_chromium
from tests.database import django_db_modify_db_settings
from tests.payments.conftest import standin_url, stripe

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["django_db_modify_db_settings", "phone", "standin_url", "stripe", "system_chromium"]


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Let one worker run all of a module with a browser or processes, in one go: what it starts, it starts once.

    They come first: the other tests, short as they are, fill both workers to the end.
    """
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("process"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    yield
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays until the end: a twentieth of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.fixture(autouse=True)
def _in_italian() -> Iterator[None]:
    """Begin every test in the default language: a page asked for in English leaves its language behind."""
    with translation.override("it"):
        yield


@pytest.fixture(autouse=True, scope="session")
def _without_long_pauses() -> None:
    """Let the SDK ask again as often as always, but wait a tenth of the time before: no network recovers here."""
    HTTPClient.INITIAL_DELAY /= 10
