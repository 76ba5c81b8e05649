"""The whole test-suite on a machine of its own: `python -m tests.suite [--changed] [pytest arguments]`.

Starts the embedded PostgreSQL once, then the tests in two processes, then those that need a browser or real processes
one after the other, and prints one closing line.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from crowdfund.management.postgres import Server

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("accounts", "campaigns", "payments", "crowdfund")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _pytest(*arguments: str) -> tuple[int, int, int]:
    """Run pytest, pass its output through, and return exit code, passed and failed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    last = ""
    for line in process.stdout or ():
        sys.stdout.write(line)
        sys.stdout.flush()
        last = line if re.search(r"\d+ (passed|failed|error)|no tests ran", line) else last
    passed = sum(map(int, re.findall(r"(\d+) passed", last)))
    failed = sum(map(int, re.findall(r"(\d+) (?:failed|error)", last)))
    return process.wait(), passed, failed


def _changed() -> list[str]:
    """Return the test folders of the rooms touched since the branch left main, or by uncommitted work."""
    git = shutil.which("git") or "git"
    base = subprocess.run(
        [git, "merge-base", "HEAD", "main"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    since = base.stdout.strip() or "HEAD"
    on_main = subprocess.run(
        [git, "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if since == on_main.stdout.strip():
        since = "HEAD"
    files = subprocess.run(
        [git, "diff", "--name-only", since], cwd=ROOT, capture_output=True, text=True, check=True
    )
    new = subprocess.run(
        [git, "ls-files", "-o", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = (files.stdout + new.stdout).split()
    touched = {room for room in ROOMS for name in names if room in name.split("/")}
    return [f"tests/{room}" for room in sorted(touched) if (ROOT / "tests" / room).exists()]


def main(arguments: list[str]) -> int:
    """Run the suite; 0 when everything passed."""
    quick = "--changed" in arguments
    rest = [argument for argument in arguments if argument != "--changed"]
    if not quick and not any(shutil.which(name) for name in BROWSERS):
        sys.stderr.write("The browser tests need Chromium: install the packages in requirements/apt.txt.\n")
        return 1
    server = None
    if not os.environ.get("DATABASE_URL"):
        server = Server(ROOT, "test-data", fast=True)
        server.start()
        os.environ["DATABASE_URL"] = server.url
    try:
        folders = _changed() if quick else []
        if quick and not folders:
            folders = ["tests/crowdfund"]
        runs = [
            _pytest("-n", "2", "--dist", "loadgroup", "-m", "not browser and not process", *folders, *rest)
        ]
        if not quick:
            runs.append(_pytest("-m", "browser or process", *rest))
    finally:
        if server:
            server.stop()
    print(f"\n{sum(r[1] for r in runs)} passed, {sum(r[2] for r in runs)} failed")  # noqa: T201
    return max(r[0] for r in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
