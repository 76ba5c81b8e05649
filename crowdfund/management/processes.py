"""A small process tree: children started in order, watched, and stopped in reverse order, whatever happens."""

from __future__ import annotations

import ctypes
import functools
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GRACE_SECONDS = 3.0
STOP_SECONDS = 3.5  # for all children together
LAST_PORT = 65_535
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded here: a forked child must not load


def die_with_parent(parent: int, sig: int = signal.SIGTERM) -> None:
    """Ask the kernel (Linux) to signal this process when `parent` ends, however it ends.

    Runs in the child, before exec and after any change of user, which undoes it. It is the parent's *thread* that
    counts: start such children from the main thread.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, sig)
        if os.getppid() != parent:  # it ended in between
            os._exit(1)


def is_running(pid: int) -> bool:
    """Say whether there is such a process, and more of it than a zombie that nobody has asked after (Linux)."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        pass
    return _state(pid) != "Z"


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2][:1]
    except OSError:
        return ""


def is_free(port: int) -> bool:
    """Say whether nobody listens on a loopback port, by either of its addresses: browsers try both for localhost."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((host, port))
        except OSError:
            if family == socket.AF_INET or _listens(host, port):
                return False
    return True


def _listens(host: str, port: int) -> bool:
    """Tell a port that is taken from a machine without IPv6."""
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def free_port(wanted: int) -> int:
    """Return the first free loopback port from `wanted` on, among twenty, otherwise any (0: any at once)."""
    for port in range(wanted, min(wanted + 20, LAST_PORT + 1)) if wanted else ():
        if is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Tree:
    """Children of this process. Each dies with it (Linux), and `stop` ends them newest first."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self.root = root
        self.environment = dict(environment)
        self.children: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a child that is to run until the end."""
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, *command],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            preexec_fn=functools.partial(_begin, os.getpid()),  # noqa: PLW1509 - no threads here
        )
        self.children.append((name, child))

    def run(self, command: Sequence[str]) -> None:
        """Run a child to its end. Raises `CalledProcessError` when it fails."""
        subprocess.run(  # noqa: S603
            [sys.executable, *command],
            cwd=self.root,
            env=self.environment,
            check=True,
            stdin=subprocess.DEVNULL,
            preexec_fn=functools.partial(_begin, os.getpid()),
        )

    def fallen(self) -> str | None:
        """Return the name of a child that has ended by itself, if any."""
        return next((name for name, child in self.children if child.poll() is not None), None)

    def stop(self) -> None:
        """End every child, newest first, kindly and then not, all within `STOP_SECONDS`."""
        until = time.monotonic() + STOP_SECONDS
        for _name, child in reversed(self.children):
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(timeout=max(0.1, min(GRACE_SECONDS, until - time.monotonic())))
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        self.children.clear()


def _begin(parent: int) -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the parent decides the order
    die_with_parent(parent)


def wait_until_open(port: int, *, seconds: float) -> bool:
    """Wait until somebody listens on a loopback port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if _listens("127.0.0.1", port):
            return True
        time.sleep(0.1)
    return False


def answers(port: int, path: str, *, seconds: float = 5.0) -> bool:
    """Say whether a loopback server answers a path with 200; no proxy is ever asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
