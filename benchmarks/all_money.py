"""How the officers' page of all money grows with the ledger: 20,000 and 200,000 transfers of 200 campaigns.

Run it from the repository's root: `.venv/bin/python -m benchmarks.all_money`. It makes a database of its own and drops
it afterwards. Ratios are what counts: they say the same on every machine.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CAMPAIGNS, STEPS, TIMES = 200, (20_000, 200_000), 5
AT = "2026-11-22 12:00:00+00"


def main() -> None:
    """Start a database if none is given, measure, and take everything away."""
    sys.path.insert(0, str(ROOT))
    server = None
    if not os.environ.get("DATABASE_URL"):
        from crowdfund.management.postgres import Server

        server = Server(ROOT, "test-data", fast=True)
        server.start()
        os.environ["DATABASE_URL"] = server.url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crowdfund.settings.test")
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"]["NAME"] = "benchmark_all_money"
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        measure()
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
        if server:
            server.stop()


def measure() -> None:
    """Fill the ledger step by step and print what reading costs, and by how much it grew."""
    numbers = campaigns()
    there, first = 0, 0.0
    for wanted in STEPS:
        fill(numbers, there, wanted)
        there = wanted
        cost = seconds()
        print(f"{wanted:>9,} transfers  {cost * 1000:8.1f} ms", end="")
        if first:
            print(f"   rows × {wanted / STEPS[0]:.0f} → time × {cost / first:.1f}", end="")
        print()
        first = first or cost


def campaigns() -> list[int]:
    from tests import world

    project = world.project()
    return [world.campaign(project=project, status="funded").pk for _n in range(CAMPAIGNS)]


def fill(numbers: list[int], there: int, wanted: int) -> None:
    """Copy charges, fees and refunds into the ledger, as a year of campaigns would."""
    from django.db import connection

    with connection.cursor() as cursor:
        held = {pk: f"held:{pk}:card" for pk in numbers}
        codes = ["cash:stripe", *held.values(), *(f"refund_due:{pk}" for pk in numbers)]
        cursor.executemany(
            "INSERT INTO ledger_ledgeraccount (book, code) VALUES ('cash', %s) ON CONFLICT DO NOTHING",
            [(code,) for code in codes],
        )
        columns = "book, debit_id, credit_id, amount_cents, code, reference, posted_at, digest"
        with cursor.copy(f"COPY ledger_ledgertransfer ({columns}) FROM STDIN") as copy:
            for n in range(there, wanted):
                pk = numbers[n // 4 % CAMPAIGNS]
                debit, credit, cents, code = (
                    ("cash:stripe", held[pk], 2_500, "charge_collected"),
                    (held[pk], "cash:stripe", 63, "charge_fee"),
                    ("cash:stripe", held[pk], 1_000, "charge_collected"),
                    (held[pk], f"refund_due:{pk}", 100, "refund_decided"),
                )[n % 4]
                copy.write_row(("cash", debit, credit, cents, code, f"bench:{n}", AT, b""))
        cursor.execute("ANALYZE ledger_ledgertransfer")


def seconds() -> float:
    """The median of reading everything that the page shows."""
    from payments.selectors.all_money import all_money

    costs = []
    for _time in range(TIMES):
        start = time.perf_counter()
        found = all_money()
        costs.append(time.perf_counter() - start)
        assert len(found.rows) == CAMPAIGNS
    return statistics.median(costs)


if __name__ == "__main__":
    main()
