"""The whole test-suite on a machine of its own: `python -m tests.suite [--changed] [pytest arguments]`.

Starts the embedded PostgreSQL once, runs the tests in two processes and prints one closing line. Modules with a browser
or real processes come first, each whole in one of the two (see conftest.py): while they wait, the other tests run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from crowdfund.management.postgres import NotAvailable, Server

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("accounts", "campaigns", "payments", "crowdfund")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUICK = ("-m", "not browser and not process")
# pytest's own last line, never one that a test has printed
SUMMARY = re.compile(r"^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+) in \d+\.\d+s(?: \([\d:, days]+\))?(?: =+)?$")


@dataclass(frozen=True)
class Run:
    """What became of one run of pytest."""

    code: int
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def fine(self) -> bool:
        """Say whether it ended well: by its exit code, negative after a signal; and no test at all proves nothing."""
        return self.code == 0 and not self.failed and self.passed > 0


def count(line: str) -> dict[str, int]:
    """Read pytest's last line, `3 passed, 1 failed in 0.12s`, by outcome; empty when it is another line."""
    found = SUMMARY.match(line.strip())
    pairs = re.findall(r"(\d+) ([a-z]+)", found[1]) if found else []
    return {outcome.removesuffix("s"): int(number) for number, outcome in pairs}


def run_pytest(*arguments: str) -> Run:
    """Run pytest and pass its output through."""
    command = [sys.executable, "-m", "pytest", "--color=no", "-rs", *arguments]
    counts: dict[str, int] = {}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            counts = count(line) or counts
    failed = counts.get("failed", 0) + counts.get("error", 0)
    return Run(process.returncode, counts.get("passed", 0), failed, counts.get("skipped", 0))


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(
        [shutil.which("git") or "git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [name for name in done.stdout.split("\0") if name.strip()] if done.returncode == 0 else []


def changed_files() -> list[str]:
    """Return what was touched since the branch left main, committed or not; on main itself, what is not committed."""
    base = _git("merge-base", "HEAD", "main") or _git("merge-base", "HEAD", "origin/main")
    since = base[0].strip() if base else "HEAD"
    return [*_git("diff", "--name-only", "-z", since), *_git("ls-files", "-o", "-z", "--exclude-standard")]


def folders(files: list[str]) -> list[str]:
    """Return the test folders of the rooms that files belong to; what is nobody's is the hall's."""
    rooms = {
        next((room for room in ROOMS if room in Path(name).parts[:2]), "crowdfund")
        for name in files or ["crowdfund"]
    }
    return [f"tests/{room}" for room in sorted(rooms) if (ROOT / "tests" / room).is_dir()]


def left_out(files: list[str]) -> list[str]:
    """Return pytest's words for what a quick run leaves out: the stand-in's own tests, unless it was touched."""
    return [] if any("standin" in Path(name).parts for name in files) else ["--ignore=tests/payments/standin"]


def report(run: Run) -> int:
    """Print the closing lines; return the exit code."""
    if run.skipped:
        sys.stdout.write(f"\n{run.skipped} skipped: see above for the reasons")
    if not run.fine and not run.failed:
        sys.stdout.write("\npytest did not come to its end: see above")
    sys.stdout.write(f"\n{run.passed} passed, {run.failed} failed\n")
    return 0 if run.fine else 1


def main(arguments: list[str]) -> int:
    """Run the suite; 0 when everything passed."""
    quick = "--changed" in arguments
    rest = [argument for argument in arguments if argument != "--changed"]
    if not quick and not any(shutil.which(name) for name in BROWSERS):
        sys.stderr.write(
            "No Chromium: the tests that drive it fail. Install what requirements/apt.txt names.\n"
        )
    server = None if os.environ.get("DATABASE_URL") else Server(ROOT, "test-data", fast=True)
    try:
        if server:
            server.start()
            os.environ["DATABASE_URL"] = server.url
        touched = changed_files() if quick else []
        chosen = [*QUICK, *folders(touched), *left_out(touched)] if quick else []
        run = run_pytest("-n", "2", "--dist", "loadgroup", *chosen, *rest)
    except NotAvailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        if server:
            server.stop()
    return report(run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
