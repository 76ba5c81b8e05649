"""Work as rows: claims, leases, fences and the loops that run the drains, on the real PostgreSQL."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.models import Q

from accounts.notices.models import Notice, NoticeStatus
from accounts.notices.services import notify
from crowdfund.kit import clock, jobs
from tests.race import race

SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)


def queue(count: int, *, now: dt.datetime, event: str = "account_message") -> list[Notice]:
    return Notice.objects.bulk_create(
        Notice(
            event=event,
            email=f"a{n}@example.org",
            context={"heading": "Ciao", "body": "Funziona."},
            created_at=now,
            due_at=now,
        )
        for n in range(count)
    )


def take(now: dt.datetime, **options) -> list[Notice]:
    return jobs.claim(Notice, Q(status=NoticeStatus.QUEUED), now=now, **options)


def lease_ends(row: Notice) -> None:
    """Let the lease be over, as after a long sleep of the worker that holds it."""
    Notice.objects.filter(pk=row.pk).update(leased_until=clock.real_now() - SECOND)


@pytest.mark.django_db(transaction=True)
class TestTheRace:
    ROWS, WORKERS = 40, 4

    def test_two_workers_never_hold_the_same_row(self):
        now = clock.now()
        queue(self.ROWS, now=now)

        def work(_n: int) -> list[int]:
            mine: list[int] = []
            while batch := take(now, limit=3):
                mine += [row.pk for row in batch]
            return mine

        held = [pk for worker in race(self.WORKERS, work) for pk in worker]
        assert len(held) == self.ROWS
        assert len(set(held)) == self.ROWS
        assert set(Notice.objects.values_list("fence", flat=True)) == {1}

    def test_control_without_lock_and_lease_work_is_done_twice(self):
        now = clock.now()
        queue(self.ROWS, now=now)
        read = threading.Barrier(self.WORKERS)

        def work(_n: int) -> list[int]:
            due = Notice.objects.filter(status=NoticeStatus.QUEUED, due_at__lte=now)
            mine = list(due.values_list("pk", flat=True))
            read.wait(10)
            for pk in mine:  # one by one: all at once, two workers may wait for each other
                Notice.objects.filter(pk=pk).update(leased_until=now + HOUR)
            return mine

        held = [pk for worker in race(self.WORKERS, work) for pk in worker]
        assert len(held) == self.ROWS * self.WORKERS

    def test_emails_of_racing_drains_leave_once(self, mailoutbox):
        from accounts.notices.services import send_due_notices

        queue(self.ROWS, now=clock.now())
        tried = race(self.WORKERS, lambda _n: send_due_notices())
        assert sum(tried) == self.ROWS
        assert sorted(message.to[0] for message in mailoutbox) == sorted(
            Notice.objects.filter(status=NoticeStatus.SENT).values_list("email", flat=True)
        )
        assert len(mailoutbox) == self.ROWS

    def test_a_locked_row_is_passed_over_without_waiting(self):
        now = clock.now()
        first, second = queue(2, now=now)
        with transaction.atomic():
            Notice.objects.select_for_update().get(pk=first.pk)
            began = time.monotonic()
            (others,) = race(1, lambda _n: [row.pk for row in take(now)])
            assert others == [second.pk]
            assert time.monotonic() - began < 5

    def test_still_mine_locks_the_row_until_the_end_of_the_transaction(self):
        now = clock.now()
        queue(1, now=now)
        (row,) = take(now)
        lease_ends(row)
        with transaction.atomic():
            assert jobs.still_mine(row)
            assert race(1, lambda _n: take(now)) == [[]]
        assert len(take(now)) == 1


@pytest.mark.django_db
class TestTheLease:
    def test_what_is_held_is_not_given_again_until_the_lease_is_over(self):
        now = clock.now()
        queue(1, now=now)
        (row,) = take(now)
        assert row.fence == 1
        assert take(now) == []
        lease_ends(row)
        (again,) = take(now)
        assert (again.pk, again.fence) == (row.pk, 2)

    def test_who_outlives_the_lease_applies_nothing(self, mailoutbox):
        now = clock.now()
        queue(1, now=now)
        (slow,) = take(now)
        lease_ends(slow)
        (quick,) = take(now)
        with transaction.atomic():
            assert not jobs.still_mine(slow)
            assert jobs.still_mine(quick)

    def test_a_lease_that_is_over_still_holds_while_nobody_else_took_the_row(self):
        now = clock.now()
        queue(1, now=now)
        (row,) = take(now)
        lease_ends(row)
        with transaction.atomic():
            assert jobs.still_mine(row)

    @pytest.mark.parametrize("offset", [dt.timedelta(days=400), -dt.timedelta(days=400)])
    def test_the_lease_is_in_real_time_wherever_the_clock_stands(self, offset):
        with clock.moved(offset):
            now = clock.now()
            queue(2, now=now)
            (row,) = take(now, limit=1)
            left = row.leased_until - clock.real_now()
            assert dt.timedelta() < left <= jobs.LEASE
            assert row.pk not in [other.pk for other in take(now)]
        with clock.moved(offset + 2 * jobs.LEASE):  # only the clock has moved on: the worker is still at it
            assert take(clock.now()) == []

    def test_due_is_judged_by_the_services_clock(self):
        now = clock.now()
        queue(1, now=now + HOUR)
        assert take(now) == []
        with clock.moved(HOUR + SECOND):
            assert len(take(clock.now())) == 1

    def test_a_row_without_a_due_time_waits(self):
        now = clock.now()
        queue(1, now=now)
        Notice.objects.update(due_at=None)
        assert take(now) == []

    def test_oldest_first_and_no_more_than_asked_for(self):
        now = clock.now()
        late, early, middle = queue(3, now=now)
        for row, back in ((late, 1), (early, 3), (middle, 2)):
            Notice.objects.filter(pk=row.pk).update(due_at=now - back * HOUR)
        assert [row.pk for row in take(now, limit=2)] == [early.pk, middle.pk]

    def test_a_claim_costs_as_many_queries_for_one_row_as_for_many(self, django_assert_max_num_queries):
        now = clock.now()
        queue(30, now=now)
        with django_assert_max_num_queries(5):  # the time, the rows, the lease, begin and end
            assert len(take(now)) == 30


@pytest.mark.django_db
class TestEach:
    def test_one_that_fails_does_not_stop_the_others(self, caplog):
        now = clock.now()
        queue(3, now=now)
        rows, done = take(now), []

        def work(row: Notice) -> None:
            if row.pk == rows[1].pk:
                raise ValueError("broken")
            done.append(row.pk)

        assert jobs.each(rows, work) == 3
        assert done == [rows[0].pk, rows[2].pk]
        assert "job failed" in caplog.text
        assert take(now) == []  # its turn comes when its lease is over
        lease_ends(rows[1])
        assert [row.pk for row in take(now)] == [rows[1].pk]

    def test_a_failing_database_statement_does_not_stop_the_others(self):
        now = clock.now()
        queue(2, now=now)
        rows = take(now)

        def work(row: Notice) -> None:
            with transaction.atomic():
                if row is rows[0]:
                    connection.cursor().execute("SELECT 1/0")
                Notice.objects.filter(pk=row.pk).update(status=NoticeStatus.SENT)

        jobs.each(rows, work)
        assert list(Notice.objects.order_by("pk").values_list("status", flat=True)) == ["queued", "sent"]

    def test_the_last_of_a_slow_batch_is_not_begun_with_its_lease_over(self):
        """The second row waits behind the first beyond the lease; another worker has begun it."""
        now = clock.now()
        queue(2, now=now)
        rows, began = take(now, lease=SECOND / 5), []

        def work(row: Notice) -> None:
            began.append(row.pk)
            time.sleep(0.25)
            take(now)  # what another worker does meanwhile

        jobs.each(rows, work)
        assert began == [rows[0].pk]

    def test_a_lease_half_gone_is_renewed(self):
        now = clock.now()
        queue(1, now=now)
        (row,) = take(now, lease=SECOND)
        before = row.leased_until
        assert jobs.keep(row)
        assert row.leased_until == before  # fresh: no query, no change
        time.sleep(0.6)
        assert jobs.keep(row)
        row.refresh_from_db()
        assert row.leased_until > before + SECOND / 2

    def test_rows_that_nobody_claimed_are_worked_on_as_they_are(self):
        done: list[str] = []
        assert jobs.each(["a", "b"], done.append) == 2
        assert done == ["a", "b"]


@pytest.fixture
def drain(monkeypatch):
    """Register drains for one test."""
    monkeypatch.setattr(jobs, "_drains", {})
    return jobs.register


@pytest.mark.django_db
class TestUntilQuiet:
    def test_it_ends_when_nothing_is_left(self, mailoutbox):
        queue(120, now=clock.now())
        assert jobs.run_until_quiet(["notices.send"]) == 120
        assert len(mailoutbox) == 120
        assert jobs.run_until_quiet(["notices.send"]) == 0

    def test_it_ends_with_a_row_that_always_fails(self, caplog):
        queue(1, now=clock.now(), event="no_such_event")
        jobs.run_until_quiet(["notices.send"])
        assert Notice.objects.get().attempts == 1  # and waits for its next turn

    def test_what_one_drain_leaves_to_another_is_done_too(self, drain):
        left = {"a": 3, "b": 0}

        def first() -> int:
            moved, left["a"] = left["a"], 0
            left["b"] += moved
            return moved

        def second() -> int:
            done, left["b"] = left["b"], 0
            return done

        drain("second", second)
        drain("first", first)
        assert jobs.run_until_quiet() == 6
        assert left == {"a": 0, "b": 0}

    def test_a_drain_that_never_empties_is_named(self, drain):
        drain("quiet", lambda: 0)
        drain("busy", lambda: 1)
        with pytest.raises(RuntimeError, match=r"3 rounds: busy$"):
            jobs.run_until_quiet(rounds=3)


def loop_in_a_thread(stop: threading.Event, pause: float = 0.01) -> threading.Thread:
    def run() -> None:
        try:
            jobs.loop(stop=stop.is_set, pause=pause)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def until(happened, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.django_db(transaction=True)
class TestTheLoop:
    def test_each_drain_in_its_time_and_a_failing_one_stops_nothing(self, drain, caplog):
        runs = {"often": 0, "seldom": 0, "broken": 0}

        def counted(name: str):
            def run() -> int:
                runs[name] += 1
                if name == "broken":
                    raise ValueError("broken")
                return 0

            return run

        for name, every in (("broken", 0.01), ("often", 0.01), ("seldom", 3600)):
            drain(name, counted(name), every=every)
        stop = threading.Event()
        thread = loop_in_a_thread(stop)
        assert until(lambda: runs["often"] > 3)
        stop.set()
        thread.join(5)
        assert not thread.is_alive()
        assert runs["broken"] > 3
        assert runs["seldom"] == 1
        assert "drain failed" in caplog.text

    def test_it_comes_back_after_the_database_went_away(self, drain, settings):
        backends: list[int] = []

        def ask() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backends.append(cursor.fetchone()[0])
            return 0

        drain("ask", ask, every=0.01)
        stop = threading.Event()
        thread = loop_in_a_thread(stop)
        assert until(lambda: backends)
        first = backends[0]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [first])
        assert until(lambda: backends[-1] != first)
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
class TestWake:
    @pytest.fixture
    def wishes(self, monkeypatch):
        wishes: list[str] = []
        monkeypatch.setattr(jobs, "_wakers", [])
        jobs.wake_by(wishes.append)
        return wishes

    def test_only_after_the_commit(self, wishes):
        with transaction.atomic():
            jobs.wake("notices.send")
            assert wishes == []
        assert wishes == ["notices.send"]

    def test_never_after_a_rollback(self, wishes):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            jobs.wake("notices.send")
            raise ZeroDivisionError
        assert wishes == []

    def test_a_broker_that_is_away_fails_no_deed(self, wishes, caplog):
        def away(name: str) -> None:
            raise OperationalError("no broker")

        jobs.wake_by(away)
        with transaction.atomic():
            notify(event="x", email="a@example.org", language="it", context={}, now=clock.now())
        assert Notice.objects.count() == 1
        assert "no broker" in caplog.text
        assert wishes == ["notices.send"]
