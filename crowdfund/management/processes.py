"""A small process tree: children started in order, watched, and stopped in reverse order, whatever happens."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from crowdfund.management.postgres import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

GRACE_SECONDS = 3.0


def free_port(wanted: int) -> int:
    """Return `wanted` if nobody listens there on loopback, otherwise any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError("no free port")


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
            preexec_fn=self._child,  # noqa: PLW1509 - no threads here
        )
        self.children.append((name, child))

    def run(self, command: Sequence[str]) -> None:
        """Run a child to its end. Raises `CalledProcessError` when it fails."""
        subprocess.run(  # noqa: S603
            [sys.executable, *command],
            cwd=self.root,
            env=self.environment,
            check=True,
            preexec_fn=self._child,
        )

    def fallen(self) -> str | None:
        """Return the name of a child that has ended by itself, if any."""
        return next((name for name, child in self.children if child.poll() is not None), None)

    def stop(self) -> None:
        """End every child, newest first, kindly and then not."""
        for _name, child in reversed(self.children):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
                try:
                    child.wait(timeout=GRACE_SECONDS)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        self.children.clear()

    @staticmethod
    def _child() -> None:
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl-C reaches the whole group; the parent decides the order
        die_with_parent()


def wait_until_open(port: int, *, seconds: float) -> bool:
    """Wait until somebody listens on a loopback port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False
