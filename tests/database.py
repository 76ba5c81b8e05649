"""The database of a test run: the one in DATABASE_URL, or an embedded one started before the settings are read.

Its tables are made once, in a template that every process copies and later runs find again.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import TransactionTestCase
    from pytest_django.plugin import DjangoDbBlocker

_server = None
TEMPLATE = "test_template_"
LOCK = 20_261_122  # of whoever makes the template

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


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Let pytest-django copy the template instead of migrating, and clean after commits without TRUNCATE."""
    from django.db import connection
    from django.test import TransactionTestCase

    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        connection.settings_dict["TEST"] |= {"TEMPLATE": _template(cursor), "MIGRATE": False}
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() == (True,):
            TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


def _schema() -> str:
    """Digest what makes the tables: the migrations of every app."""
    from django.apps import apps

    found = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        for file in sorted(Path(app.path, "migrations").glob("*.py")):
            found.update(f"{app.name} {file.name}\n".encode() + file.read_bytes())
    return found.hexdigest()[:16]


def _template(cursor: Any) -> str:
    """Return the name of the database with the tables, made by the first who needs it; what was before it goes."""
    wanted = TEMPLATE + _schema()
    cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATE])
    there = {name for (name,) in cursor.fetchall()}
    if wanted not in there:
        for name in there:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        half = f"{TEMPLATE}half"  # whole under its own name, or not at all
        _migrate(half)
        cursor.execute(f'ALTER DATABASE "{half}" RENAME TO "{wanted}"')
    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return wanted


def _migrate(name: str) -> None:
    from django.conf import settings
    from django.db import connection

    ours, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    named = test["NAME"]
    test["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        test["NAME"] = named
        settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = ours


def _empty(case: TransactionTestCase) -> None:
    """Delete all rows but those that every test begins with: a hundred times as fast as TRUNCATE of every table.

    As a replica, which no trigger holds back: neither a foreign key's nor the ledger's.
    """
    from django.db import connection, transaction

    begin_with = {"django_content_type", "auth_permission"}
    tables = set(connection.introspection.django_table_names(include_views=False)) - begin_with
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("; ".join(f'DELETE FROM "{name}"' for name in sorted(tables)))
