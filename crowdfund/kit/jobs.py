"""Work is rows: drains claim them with a lease, and whoever wakes the drains (Celery, the job loop) is free to die."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from crowdfund.kit import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)
M = TypeVar("M", bound="Claimable")
LEASE = dt.timedelta(minutes=2)


@dataclasses.dataclass(frozen=True)
class Drain:
    """A named piece of work that empties a queue of rows; `run` returns how many it worked on."""

    name: str
    every: float
    run: Callable[[], int]


_drains: dict[str, Drain] = {}


def register(name: str, run: Callable[[], int], *, every: float = 1.0) -> None:
    """Register a drain to be run every `every` seconds at the latest. Called from `AppConfig.ready()`."""
    _drains[name] = Drain(name, every, run)


def drains() -> list[Drain]:
    """Return the registered drains in the order of registration."""
    return list(_drains.values())


def run_one(name: str) -> int:
    """Run one drain by name and return how many rows it worked on."""
    return _drains[name].run()


def wake(name: str) -> None:
    """Ask for a drain to run soon, once the running transaction has committed. Losing the wish costs seconds."""
    if settings.CELERY_BROKER_URL:
        from celery import current_app

        transaction.on_commit(functools.partial(current_app.send_task, "crowdfund.run_drain", [name]))


def run_until_quiet(names: Iterable[str] | None = None, *, rounds: int = 50) -> int:
    """Run drains again and again until a whole round finds nothing to do; return the rows worked on."""
    chosen = list(names) if names is not None else list(_drains)
    total = 0
    for _ in range(rounds):
        worked = sum(run_one(name) for name in chosen)
        total += worked
        if not worked:
            return total
    return total


class Claimable(models.Model):
    """A row of work: claimed under a lease in real time, with a fencing number that grows at each claim."""

    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


def claim(
    model: type[M],
    where: Q,
    *,
    now: dt.datetime,
    limit: int = 50,
    lease: dt.timedelta = LEASE,
    order: str = "due_at",
) -> list[M]:
    """Claim up to `limit` due rows of `model` matching `where`; nobody else gets them until the lease ends.

    Due is judged by the service's `now`, the lease by real time. The rows returned carry their fence; write back only
    through `still_mine`, so that a worker that slept beyond its lease changes nothing.
    """
    real = clock.real_now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=real)
    with transaction.atomic():
        rows = list(
            model._default_manager.select_for_update(skip_locked=True, of=("self",))  # noqa: SLF001
            .filter(where & free, due_at__lte=now)
            .order_by(order, "pk")[:limit]
        )
        keys = [row.pk for row in rows]
        model._default_manager.filter(pk__in=keys).update(  # noqa: SLF001
            leased_until=real + lease, fence=F("fence") + 1
        )
    for row in rows:
        row.fence += 1
        row.leased_until = real + lease
    return rows


def still_mine(row: Claimable) -> bool:
    """Lock the row and say whether the claim still holds (same fence). Call inside the applying transaction."""
    model = type(row)
    return bool(
        model._default_manager.select_for_update().filter(pk=row.pk, fence=row.fence).exists()  # noqa: SLF001
    )


def each(rows: Iterable[Any], work: Callable[[Any], object]) -> int:
    """Work on rows one by one; one that fails is logged and left for its next turn, the others go on."""
    count = 0
    for row in rows:
        count += 1
        try:
            work(row)
        except Exception:
            log.exception("job failed", extra={"row": repr(row)})
    return count


def loop(*, stop: Callable[[], bool], pause: float = 0.5) -> None:
    """Run every drain when its time has come until `stop()` says so."""
    last: dict[str, float] = {}
    while not stop():
        for drain in drains():
            if stop():
                return
            if time.monotonic() - last.get(drain.name, 0.0) < drain.every:
                continue
            last[drain.name] = time.monotonic()
            try:
                drain.run()
            except Exception:
                log.exception("drain failed", extra={"drain": drain.name})
        time.sleep(pause)
