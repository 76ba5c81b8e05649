"""Work is rows: drains claim them with a lease, and whoever wakes the drains (Celery, the job loop) is free to die."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import close_old_connections, models, transaction
from django.db.models import F, Q

from crowdfund.kit import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=2)
M = TypeVar("M", bound="Claimable")


@dataclasses.dataclass(frozen=True)
class Drain:
    """A named piece of work that empties a queue of rows; `run` returns how many it worked on."""

    name: str
    every: float
    run: Callable[[], int]


_drains: dict[str, Drain] = {}
_wakers: list[Callable[[str], object]] = []


def register(name: str, run: Callable[[], int], *, every: float = 1.0) -> None:
    """Register a drain to be run every `every` seconds at the latest. Called from `AppConfig.ready()`."""
    _drains[name] = Drain(name, every, run)


def drains() -> list[Drain]:
    """Return the registered drains in the order of registration."""
    return list(_drains.values())


def run_one(name: str) -> int:
    """Run one drain by name and return how many rows it worked on."""
    return _drains[name].run()


def wake_by(waker: Callable[[str], object]) -> None:
    """Register who carries a wish to run a drain to the workers. Called from `AppConfig.ready()`."""
    _wakers.append(waker)


def wake(name: str) -> None:
    """Ask for a drain to run soon, once the running transaction has committed. Losing the wish costs seconds.

    A broker that is away is logged and never fails the request: what was asked for is a row, and the sweep finds it.
    """
    if _wakers:
        transaction.on_commit(functools.partial(_ask, name))


def _ask(name: str) -> None:
    for waker in _wakers:
        try:
            waker(name)
        except Exception as error:  # noqa: BLE001 - a broker can fail in any way
            log.warning("nobody could be asked to run %s: %s", name, error)


def run_until_quiet(names: Iterable[str] | None = None, *, rounds: int = 1000) -> int:
    """Run drains again and again until a whole round finds nothing to do; return the rows worked on.

    Raises `RuntimeError` when there is still work after `rounds`: a drain that counts what it leaves undone.
    """
    chosen = list(names) if names is not None else list(_drains)
    total, busy = 0, chosen
    for _ in range(rounds):
        worked = {name: run_one(name) for name in chosen}
        total += sum(worked.values())
        busy = [name for name, count in worked.items() if count]
        if not busy:
            return total
    raise RuntimeError(f"not quiet after {rounds} rounds: {', '.join(busy)}")


@dataclasses.dataclass(frozen=True)
class Hold:
    """When this process claimed a row, by its own monotonic clock, and for how long."""

    at: float
    lease: dt.timedelta

    @property
    def fresh(self) -> bool:
        """Say whether less than half of the lease has gone by."""
        return time.monotonic() - self.at < self.lease.total_seconds() / 2


class Claimable(models.Model):
    """A row of work: claimed under a lease in real time, with a fencing number that grows at each claim."""

    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)

    hold: Hold | None = None  # of this copy of the row, in memory

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
    hold = Hold(time.monotonic(), lease)
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
        row.hold = hold
    return rows


def keep(row: Claimable) -> bool:
    """Say whether the claim still holds before work on the row begins, and renew a lease that is half gone.

    Rows claimed together wait for one another: without this the last of a slow batch would begin with its lease over,
    while another worker has begun it too.
    """
    hold = row.hold
    if hold is None or hold.fresh:
        return True
    began = time.monotonic()
    until = clock.real_now() + hold.lease
    mine = type(row)._default_manager.filter(pk=row.pk, fence=row.fence)  # noqa: SLF001
    if not mine.update(leased_until=until):
        return False
    row.leased_until, row.hold = until, Hold(began, hold.lease)
    return True


def still_mine(row: Claimable) -> bool:
    """Lock the row and say whether the claim still holds (same fence). Call inside the applying transaction."""
    model = type(row)
    return bool(
        model._default_manager.select_for_update().filter(pk=row.pk, fence=row.fence).exists()  # noqa: SLF001
    )


def each(rows: Iterable[Any], work: Callable[[Any], object]) -> int:
    """Work on rows one by one, each only while its claim holds; return how many there were.

    One that fails is logged and comes back when its lease is over; the others go on.
    """
    count = 0
    for row in rows:
        count += 1
        try:
            if not isinstance(row, Claimable) or keep(row):
                work(row)
        except Exception:
            log.exception("job failed", extra={"row": repr(row)})
    return count


def loop(*, stop: Callable[[], bool], pause: float = 0.1) -> None:
    """Run every drain when its time has come until `stop()` says so. `pause` is in seconds."""
    next_at: dict[str, float] = {}
    while not stop():
        close_old_connections()  # a database that went away comes back to a new connection
        for drain in drains():
            if stop():
                return
            if time.monotonic() >= next_at.get(drain.name, 0.0):
                next_at[drain.name] = time.monotonic() + drain.every
                _run_logged(drain)
        time.sleep(pause)


def _run_logged(drain: Drain) -> None:
    try:
        drain.run()
    except Exception:
        log.exception("drain failed", extra={"drain": drain.name})
