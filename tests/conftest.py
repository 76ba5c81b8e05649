"""What every test may ask for."""

from tests.payments.conftest import standin_url, stripe  # noqa: F401
