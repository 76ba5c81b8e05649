"""What every test of the contract owes: it names its page, and asks only for what any target has."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.payments.standin.conftest import REPOSITORY

CONTRACT = Path(__file__).parents[1] / "contract"
OWN_ALONE = {"standin", "control", "receiver", "endpoint"}  # fixtures of the stand-in
OWN_WORDS = {"Control", "fetch", "pay_at", "start", "start_here", "submit"}  # and ways to its pages


def functions() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (f"{path.name}::{node.name}", node)
        for path in sorted(CONTRACT.glob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]


def test_every_test_of_the_contract_names_its_page():
    nameless = [
        name
        for name, node in functions()
        if node.name.startswith("test_") and not (ast.get_docstring(node) or "").startswith("Docs: ")
    ]
    assert nameless == []


def test_no_test_of_the_contract_asks_for_what_only_the_stand_in_has():
    asking = [
        name
        for name, node in functions()
        if OWN_ALONE & {argument.arg for argument in node.args.args}
        or OWN_WORDS & {word.id for word in ast.walk(node) if isinstance(word, ast.Name)}
    ]
    assert asking == []


@pytest.mark.process
@pytest.mark.parametrize("key", ["", "sk_live_x", "pk_test_x"])
def test_stripes_test_mode_is_not_asked_without_its_key(monkeypatch, key):
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    made = subprocess.run(["make", "stripe-contract", f"PY={sys.executable}"], cwd=REPOSITORY,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode != 0
    assert "sk_test_ or rk_test_" in made.stderr
    assert len(made.stderr.strip().splitlines()) == 2  # the sentence, and make's own
