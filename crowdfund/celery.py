"""Celery wakes the drains and spreads them over machines; the work itself is rows in the database."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crowdfund.settings.base")

WISH_SECONDS = 60
"""How long a wish waits for a worker: the sweep comes sooner, and a worker long away finds no mountain of wishes."""

app = Celery("crowdfund")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="crowdfund.run_drain", ignore_result=True)  # type: ignore[untyped-decorator]
def run_drain(name: str) -> int:
    """Run one drain by name. Safe to run twice: rows are claimed."""
    from crowdfund.kit import jobs

    return jobs.run_one(name)


def ask_for_drain(name: str) -> None:
    """Send one wish to run a drain, once: a broker that is away must not keep the web waiting."""
    run_drain.apply_async([name], expires=WISH_SECONDS, retry=False)


@app.on_after_finalize.connect  # type: ignore[untyped-decorator]
def schedule_drains(sender: Celery, **_kwargs: object) -> None:
    """Give beat a sweep of every drain, so that a lost wake-up costs seconds."""
    from crowdfund.kit import jobs

    for drain in jobs.drains():
        every = max(drain.every, 1.0)
        sender.add_periodic_task(
            every, run_drain.s(drain.name), name=drain.name, expires=max(every, WISH_SECONDS)
        )
