"""What every test may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from tests.browsing import phone, system_chromium
from tests.payments.conftest import standin_url, stripe

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["phone", "standin_url", "stripe", "system_chromium"]


@pytest.fixture(autouse=True)
def _in_italian() -> Iterator[None]:
    """Begin every test in the default language: a page asked for in English leaves its language behind."""
    with translation.override("it"):
        yield
