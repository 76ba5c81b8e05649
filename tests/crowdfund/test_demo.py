"""`make run` as a tree of real processes: all of it starts, all of it ends, whoever is killed and however."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from crowdfund.management.processes import answers, free_port, is_free

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
NAME = f"test-demo-{os.getpid()}"
START_SECONDS = 180  # a busy machine migrates slowly
END_SECONDS = 5 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # five, where nobody else is at work
KILLED_SECONDS = (
    15  # the database writes its checkpoint, gunicorn's worker looks for its master once a second
)

pytestmark = pytest.mark.process


def environment(**more: str) -> dict[str, str]:
    """What a developer's shell has, not what the test-suite set for itself."""
    ours = {"DATABASE_URL", "REDIS_URL", "STRIPE_SECRET_KEY", "PORT", "DJANGO_SETTINGS_MODULE"}
    return {key: value for key, value in os.environ.items() if key not in ours} | more


def run_demo(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "demo", *arguments],
        cwd=ROOT, env=environment(**more), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def ignore_ctrl_c() -> None:
    """Begin as a background job does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Demo:
    """A running `manage.py demo` and every process it has started."""

    def __init__(self, log: Path, *arguments: str, **more: str) -> None:
        self.log = log
        self.tree: list[psutil.Process] = []
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--empty", "--data", NAME, *arguments],
                cwd=ROOT, env=environment(**more), stdout=file, stderr=file, stdin=subprocess.DEVNULL,
                preexec_fn=ignore_ctrl_c,  # noqa: PLW1509 - no threads yet
            )  # fmt: skip

    @property
    def text(self) -> str:
        return self.log.read_text()

    def started(self) -> int:
        """Wait until it says where it is; return the port."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            if found := re.search(r"Open http://localhost:(\d+)/", self.text):
                self.tree = [psutil.Process(self.process.pid)]
                self.tree += self.tree[0].children(recursive=True)
                return int(found[1])
            time.sleep(0.1)
        raise AssertionError(self.text)

    def left(self, seconds: float) -> list[psutil.Process]:
        """Return what is still there after at most so many seconds."""
        _gone, alive = psutil.wait_procs(self.tree, timeout=seconds)
        return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]

    def clear(self) -> None:
        for process in self.tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def start(tmp_path) -> Iterator[type]:
    made: list[Demo] = []

    def run(*arguments: str, **more: str) -> Demo:
        made.append(Demo(tmp_path / f"{len(made)}.log", *arguments, **more))
        return made[-1]

    yield run
    for demo in made:
        demo.clear()


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    done = run_demo("--forget", "--data", NAME)
    assert done.returncode == 0, done.stderr


def test_all_of_it_starts_once_and_sigterm_ends_all_of_it(start):
    demo = start(PORT=str(free_port(8100)))
    port = demo.started()
    assert answers(port, "/health/")
    assert answers(port, "/", seconds=30)
    names = " ".join(" ".join(process.cmdline()) for process in demo.tree)
    for part in ("gunicorn", "run_jobs", "payments.standin", "postgres"):
        assert part in names

    second = start()
    assert second.process.wait(60) == 1
    assert f"Another process ({demo.process.pid}) uses the database" in second.text
    assert "Traceback" not in second.text
    forget = run_demo("--forget", "--data", NAME)
    assert forget.returncode == 1
    assert "uses the database" in forget.stderr
    assert answers(port, "/health/")

    began = time.monotonic()
    demo.process.terminate()
    assert demo.process.wait(30) == 0
    took = time.monotonic() - began
    assert demo.left(0.1) == []
    assert took < END_SECONDS, f"{took:.1f} s\n{demo.text}"
    assert "Traceback" not in demo.text


def test_a_kill_of_the_parent_leaves_nobody_and_the_data_start_again(start):
    demo = start()
    demo.started()
    demo.process.kill()
    assert demo.left(KILLED_SECONDS) == []
    again = start()
    assert answers(again.started(), "/health/")
    # Ctrl-C, although this process inherited SIGINT as ignored
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(30) == 0
    assert again.left(0.1) == []
    assert "Traceback" not in again.text


def test_when_one_part_falls_the_rest_ends_and_says_which(start):
    demo = start()
    demo.started()
    (jobs,) = [process for process in demo.tree if "run_jobs" in " ".join(process.cmdline())]
    jobs.kill()
    assert demo.process.wait(30) == 1
    assert "jobs has ended" in demo.text
    assert demo.left(0.1) == []


def test_it_ends_with_make(start, tmp_path):
    """`make` starts it with --with-parent: killed with -9, it takes nothing of ours with it but all of ours ends."""
    pid_file = tmp_path / "pid"
    code = (
        "import subprocess, sys; child = subprocess.Popen(sys.argv[2:]);"
        "open(sys.argv[1], 'w').write(str(child.pid)); child.wait()"
    )
    log = (tmp_path / "make.log").open("wb")
    command = [sys.executable, "manage.py", "demo", "--empty", "--data", NAME, "--with-parent"]
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(pid_file), *command],
        cwd=ROOT,
        env=environment(),
        stdout=log,
        stderr=log,
    )
    tree: list[psutil.Process] = []
    try:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and b"Open http" not in (tmp_path / "make.log").read_bytes():
            time.sleep(0.1)
        demo = psutil.Process(int(pid_file.read_text()))
        tree = [demo, *demo.children(recursive=True)]
        assert len(tree) > 5
        parent.kill()
        _gone, alive = psutil.wait_procs(tree, timeout=KILLED_SECONDS)
        assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    finally:
        log.close()
        for process in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        parent.kill()
        parent.wait(10)


@pytest.mark.parametrize("port", ["taken", "http"])
def test_a_port_that_is_taken_is_told_and_nothing_stays(start, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        demo = start(PORT=str(taken.getsockname()[1]) if port == "taken" else port)
        assert demo.process.wait(60) == 1
    assert "is taken" in demo.text
    assert "Traceback" not in demo.text


@pytest.mark.parametrize("name", ["../demo", "A", "", "-x"])
def test_a_name_that_is_no_folder_of_ours_is_refused(name):
    assert run_demo(f"--data={name}", "--forget").returncode == 2


def test_real_settings_have_no_demonstration():
    done = run_demo(DJANGO_SETTINGS_MODULE="crowdfund.settings.base", SECRET_KEY="x")
    assert done.returncode == 1
    assert "development settings only" in done.stderr


def test_a_second_one_takes_the_next_ports():
    port = free_port(8300)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert not is_free(port)
        assert port < free_port(port) <= port + 20
    assert is_free(port)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_a_port_taken_on_the_other_loopback_address_is_taken():
    """Browsers try both for localhost, and would show somebody else's pages."""
    with socket.socket(socket.AF_INET6) as taken:
        taken.bind(("::1", 0))
        taken.listen()
        assert not is_free(taken.getsockname()[1])
