"""Celery wakes the drains and spreads them over machines; the work itself is rows in the database."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crowdfund.settings.base")

app = Celery("crowdfund")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="crowdfund.run_drain", ignore_result=True)  # type: ignore[untyped-decorator]
def run_drain(name: str) -> int:
    """Run one drain by name. Safe to run twice: rows are claimed."""
    from crowdfund.kit import jobs

    return jobs.run_one(name)


@app.on_after_finalize.connect  # type: ignore[untyped-decorator]
def schedule_drains(sender: Celery, **_kwargs: object) -> None:
    """Give beat a sweep of every drain, so that a lost wake-up costs seconds."""
    from crowdfund.kit import jobs

    for drain in jobs.drains():
        sender.add_periodic_task(max(drain.every, 1.0), run_drain.s(drain.name), name=drain.name)
