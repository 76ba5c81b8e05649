"""The stand-in running, as a process of its own or inside this one, and its switches."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stripe

from payments.standin.service import Service

from .wire import fetch

REPOSITORY = Path(__file__).parents[3]
TEST_KEY = "sk_test_contract"


@dataclass
class Standin:
    """A running stand-in."""

    process: Any
    url: str
    state: Path

    def stop(self) -> int:
        self.process.terminate()
        code: int = self.process.wait(timeout=5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def start(state: Path, *arguments: str) -> Standin:
    """Start a stand-in in a process of its own and wait until it says where it listens."""
    command = [sys.executable, "-m", "payments.standin", "--port", "0", "--state", str(state), *arguments]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on http://127.0.0.1:"), line
    return Standin(process, line.removeprefix("listening on ").strip(), state)


def start_here(state: Path) -> Service:
    """Start a stand-in in threads of this process: the same server, over the same HTTP, a second sooner."""
    running = Service(str(state))
    running.start()
    return running


def sdk(url: str, *, key: str = TEST_KEY, retries: int = 0) -> stripe.StripeClient:
    """Stripe's own SDK, talking to an address; empty for Stripe's."""
    addresses: Any = {"api": url, "files": url} if url else {}
    return stripe.StripeClient(key, base_addresses=addresses, max_network_retries=retries)


@dataclass
class Control:
    """The switches of the stand-in."""

    url: str

    def __call__(self, name: str, **body: Any) -> Any:
        reply = fetch(
            f"{self.url}/_standin/{name}", json.dumps(body).encode(), Content_Type="application/json"
        )
        assert reply.status == 200, reply.text
        return json.loads(reply.text)

    def read(self, name: str) -> Any:
        return json.loads(fetch(f"{self.url}/_standin/{name}").text)
