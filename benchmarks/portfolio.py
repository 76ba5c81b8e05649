"""The portfolio of 1,000 projects with 60 months each: how much of a page is its SQL. Prints times, ratio and memory.

    python -m benchmarks.portfolio [projects] [months]

The page must answer cold (no cache of ours exists) in at most 1.5 times what its own statements take alone, rows
fetched. Both are taken in turns, in one run, and the medians are compared. A database of its own is made and dropped.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import resource
import statistics
import sys
import time
from pathlib import Path

ROUNDS = 15
SEED = 33


def seed(projects: int, months: int) -> None:
    """Make projects in ten neighbourhoods, each with its closed months: earning more as time goes on, or not."""
    from campaigns.models import Project
    from campaigns.sustainability.models import Books, MonthlyAccount
    from tests import world

    chance = random.Random(SEED)
    places = [world.neighbourhood(f"Quartiere {number}") for number in range(10)]
    home = world.organisation()
    first = 2026 * 12 + 9 - months  # up to October 2026
    made = [
        world.project(organisation=home, neighbourhood=places[number % len(places)])
        for number in range(projects)
    ]
    books = Books.objects.bulk_create(
        Books(project=project, opened_on=dt.date((first + 1) // 12, (first + 1) % 12 + 1, 1))
        for project in made
    )
    for one in books:
        growth, costs = chance.uniform(0, 0.03), chance.randrange(200_000, 900_000)
        MonthlyAccount.objects.bulk_create(
            MonthlyAccount(
                books=one,
                month=dt.date((first + number) // 12, (first + number) % 12 + 1, 1),
                earned_cents=int(costs * chance.uniform(0.2, 0.6) * (1 + growth) ** number),
                staff_cents=costs // 2,
                rent_cents=costs // 4,
                goods_cents=costs // 8,
                depreciation_cents=costs // 16,
                in_kind_cents=costs // 10,
                cash_end_cents=costs,
                closed_at=world.NOW,
            )
            for number in range(1, months + 1)
        )
    assert Project.objects.count() == projects


def measure() -> None:
    """Take the page and its statements in turns; the two short lists of its filters are left out of the statements."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client, url = Client(), "/en/portfolio/"
    started = time.perf_counter()
    assert client.get(url).status_code == 200
    print(f"first request of the process (templates read too): {time.perf_counter() - started:.3f} s")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    statements = [query["sql"] for query in captured.captured_queries if "DECLARE" not in query["sql"]]
    page, alone = [], []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        client.get(url)
        page.append(time.perf_counter() - started)
        started = time.perf_counter()
        with connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql)
                cursor.fetchall()
        alone.append(time.perf_counter() - started)
    both = statistics.median(page), statistics.median(alone)
    print(
        f"page {both[0]:.3f} s, its {len(statements)} statements alone {both[1]:.3f} s: ratio {both[0] / both[1]:.2f}"
    )
    print(f"most memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


def main(projects: int = 1000, months: int = 60) -> None:
    """Seed a scratch database, then measure."""
    from crowdfund.management.postgres import Server

    server = Server(Path(__file__).resolve().parents[1], "benchmark-data", fast=True)
    server.start()
    try:
        os.environ |= {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "crowdfund.settings.test"}
        import django

        django.setup()
        from django.db import connection
        from django.test.utils import setup_test_environment

        setup_test_environment()
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            seed(projects, months)
            seeded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{projects} projects x {months} months; memory {before} MiB, {seeded} MiB once seeded")
            measure()
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
    finally:
        server.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
