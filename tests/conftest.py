"""What every test may ask for."""

from tests.browsing import phone, system_chromium
from tests.payments.conftest import standin_url, stripe

__all__ = ["phone", "standin_url", "stripe", "system_chromium"]
