"""The test-suite's own closing line, exit code and choice of rooms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import suite
from tests.suite import Run


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("3 passed in 0.12s", {"passed": 3}),
        ("1 failed, 2 passed in 12.00s", {"failed": 1, "passed": 2}),
        ("=== 1 failed, 2 skipped, 2 errors in 61.00s (0:01:01) ===", {"failed": 1, "skipped": 2, "error": 2}),
        ("1 error in 0.01s", {"error": 1}),
        ("12 passed, 1 deselected, 2 warnings in 5.31s", {"passed": 12, "deselected": 1, "warning": 2}),
        ("3 passed in 93784.00s (1 day, 2:03:04)", {"passed": 3}),
        ("the drain says 1000 passed in 3.00s", {}),
        ("assert '2 passed in 1.00s'", {}),
        ("99 failed", {}),
        ("no tests ran in 0.01s", {}),
    ],
)  # fmt: skip
def test_only_pytests_own_last_line_counts(line, counts):
    assert suite.count(line) == counts


@pytest.mark.parametrize(
    ("run", "code", "last"),
    [
        (Run(0, passed=5), 0, "5 passed, 0 failed"),
        (Run(1, passed=5, failed=1), 1, "5 passed, 1 failed"),
        (Run(0, passed=5, failed=1), 1, "5 passed, 1 failed"),  # whatever the code says
        (Run(-9, passed=3), 1, "3 passed, 0 failed"),  # killed
        (Run(2, passed=4), 1, "4 passed, 0 failed"),  # interrupted
        (Run(5), 1, "0 passed, 0 failed"),  # nothing at all proves nothing
        (Run(0, passed=3, skipped=1), 0, "3 passed, 0 failed"),
    ],
)
def test_one_closing_line_and_an_exit_code_that_agrees(capsys, run, code, last):
    assert suite.report(run) == code
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == last
    assert ("skipped" in out) == bool(run.skipped)


@pytest.mark.parametrize(
    ("body", "passed", "failed", "fine"),
    [
        ("def test_a(): pass\ndef test_b(): print('9 failed in 1.00s')\n", 2, 0, True),
        ("def test_a(): assert 0\ndef test_b(): pass\n", 1, 1, False),
        ("import os\ndef test_a(): os.kill(os.getpid(), 9)\n", 0, 0, False),
        ("import no_such_module\n", 0, 1, False),
    ],
)
def test_a_run_of_the_real_pytest(tmp_path, monkeypatch, capfd, body, passed, failed, fine):
    (tmp_path / "test_it.py").write_text(body)
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # none is asked for, and all cost two seconds
    run = suite.run_pytest("-p", "no:cacheprovider", "-q", "-s", str(tmp_path))
    assert (run.passed, run.failed, run.fine) == (passed, failed, fine)


class TestChanged:
    @pytest.fixture
    def repository(self, tmp_path: Path, monkeypatch) -> Path:
        monkeypatch.setattr(suite, "ROOT", tmp_path)
        for room in ("accounts", "campaigns", "payments", "crowdfund"):
            (tmp_path / "tests" / room).mkdir(parents=True)
        self.git(tmp_path, "init", "--quiet", "--initial-branch", "main")
        self.commit(tmp_path, "README.md")
        return tmp_path

    def git(self, root: Path, *arguments: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.hooksPath=/dev/null")
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    def commit(self, root: Path, name: str) -> None:
        self.write(root, name)
        self.git(root, "add", "--all")
        self.git(root, "commit", "--quiet", "--message", name)

    def write(self, root: Path, name: str) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")

    def chosen(self) -> list[str]:
        return suite.folders(suite.changed_files())

    def test_on_a_branch_all_since_it_left_main(self, repository):
        self.git(repository, "switch", "--quiet", "--create", "work")
        self.commit(repository, "payments/models.py")
        self.git(repository, "switch", "--quiet", "main")
        self.commit(repository, "campaigns/models.py")  # what main did meanwhile is not ours
        self.git(repository, "switch", "--quiet", "work")
        self.write(repository, "templates/accounts/a page à la carte.html")
        assert self.chosen() == ["tests/accounts", "tests/payments"]

    def test_on_main_what_is_not_committed(self, repository):
        self.commit(repository, "payments/models.py")
        self.write(repository, "campaigns/calls/forms.py")
        assert self.chosen() == ["tests/campaigns"]

    def test_with_nothing_changed_or_nobodys_file_the_halls(self, repository):
        assert self.chosen() == ["tests/crowdfund"]
        self.write(repository, "static/js/x.js")
        assert self.chosen() == ["tests/crowdfund"]

    def test_a_main_known_only_from_afar(self, repository):
        self.git(repository, "update-ref", "refs/remotes/origin/main", "main")
        self.git(repository, "switch", "--quiet", "--create", "work")
        self.git(repository, "branch", "--quiet", "-D", "main")
        self.commit(repository, "tests/accounts/test_x.py")
        assert self.chosen() == ["tests/accounts"]

    def test_the_standins_own_tests_only_when_it_was_touched(self, repository):
        self.write(repository, "payments/models.py")
        assert suite.left_out(suite.changed_files()) == ["--ignore=tests/payments/standin"]
        self.write(repository, "payments/standin/cards.py")
        assert suite.left_out(suite.changed_files()) == []

    def test_without_git_the_halls(self, repository, monkeypatch):
        monkeypatch.setenv("GIT_DIR", str(repository / "nowhere"))
        assert self.chosen() == ["tests/crowdfund"]


def test_a_database_in_use_is_one_sentence(tmp_path):
    """Not a traceback of the machinery."""
    code = (
        "import os; os.environ.pop('DATABASE_URL', None)\n"
        "from crowdfund.management.postgres import NotAvailable, Server\n"
        "def start(self): raise NotAvailable('Another process uses it.')\n"
        "Server.start = start\n"
        "from tests.suite import main; raise SystemExit(main(['--changed']))\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "Another process uses it.\n")
