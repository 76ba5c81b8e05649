"""The database of a test run: the one in DATABASE_URL, or an embedded one started before the settings are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_server = None


if not os.environ.get("DATABASE_URL"):  # a test run by hand; the suite and its workers have one already
    from crowdfund.management.postgres import NotAvailable, Server

    _server = Server(Path(__file__).resolve().parents[1], "test-data", fast=True)
    try:
        _server.start()
    except NotAvailable as error:
        pytest.exit(str(error), returncode=1)
    os.environ["DATABASE_URL"] = _server.url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the database that this process started."""
    if _server:
        _server.stop()
