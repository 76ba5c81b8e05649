"""A real stand-in process, the real SDK, and a receiver of webhooks.

What only the stand-in can do (its clock, its switches, its hosted pages) is in fixtures of its own, so that a test
that does without them can be pointed at the real API.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
import stripe

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
    """Start a stand-in and wait until it says where it listens."""
    command = [sys.executable, "-m", "payments.standin", "--port", "0", "--state", str(state), *arguments]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on http://127.0.0.1:"), line
    return Standin(process, line.removeprefix("listening on ").strip(), state)


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    running = start(tmp_path_factory.mktemp("standin") / "state.sqlite")
    yield running
    running.stop()


def sdk(url: str, *, key: str = TEST_KEY, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": url}, max_network_retries=retries)


@pytest.fixture(scope="session")
def client(standin: Standin) -> stripe.V1Services:
    """The SDK, with money available from the start: no test depends on what another has spent."""
    services = sdk(standin.url).v1
    buyer = services.customers.create({"email": "float@example.org"})
    card = services.payment_methods.attach("pm_card_bypassPending", {"customer": buyer.id})
    services.payment_intents.create(
        {
            "amount": 50_000_000,
            "currency": "eur",
            "customer": buyer.id,
            "payment_method": card.id,
            "confirm": True,
            "off_session": True,
        }
    )
    return services


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


@dataclass
class Reply:
    """An HTTP answer as it came: redirects are not followed."""

    status: int
    headers: Any
    text: str

    @property
    def location(self) -> str:
        return str(self.headers["Location"])


def fetch(url: str, data: bytes | None = None, **headers: str) -> Reply:
    request = Request(
        url, data=data, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with build_opener(_NoRedirects).open(request, timeout=10) as answer:
            return Reply(answer.status, answer.headers, answer.read().decode())
    except HTTPError as answer:
        with answer:
            return Reply(answer.code, answer.headers, answer.read().decode())


def submit(url: str, **fields: str) -> Reply:
    """Send a hosted page's form."""
    return fetch(url, urlencode(fields).encode())


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


@pytest.fixture
def control(standin: Standin) -> Iterator[Control]:
    switches = Control(standin.url)
    yield switches
    switches("faults")
    switches("clock", offset=0)


@dataclass
class Receiver:
    """An endpoint of webhooks that remembers what came and answers as told."""

    url: str
    arrived: list[tuple[str, bytes]] = field(default_factory=list)
    status: int = 200

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.arrived]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events()]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            there.arrived.append((self.headers["Stripe-Signature"], body))
            self.send_response(there.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield there
    server.shutdown()
    thread.join()
    server.server_close()


def refusal(caught: pytest.ExceptionInfo[stripe.StripeError]) -> Any:
    """The error object of a refusal."""
    return caught.value.error


@pytest.fixture
def customer(client: stripe.V1Services) -> stripe.Customer:
    return client.customers.create({"email": "backer@example.org", "name": "Ada Backer"})


def pay_at(page_url: str, card: str = "4242424242424242") -> str:
    """Use the hosted page with a test card; where it leads."""
    reply = submit(page_url, card=card)
    assert reply.status == 303, re.sub(r"<[^>]+>", " ", reply.text)
    return reply.location


@pytest.fixture
def saved_card(client: stripe.V1Services, customer: stripe.Customer):
    """Attach the test card of a token to the customer."""

    def attach(token: str = "pm_card_visa") -> stripe.PaymentMethod:
        return client.payment_methods.attach(token, {"customer": customer.id})

    return attach


@pytest.fixture
def charge(client: stripe.V1Services, customer: stripe.Customer, saved_card):
    """Charge a saved card off-session, as a campaign does after its deadline."""

    def pay(token: str = "pm_card_visa", amount: int = 2500, *, key: str | None = None, **more: Any):
        params: Any = {
            "amount": amount,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": saved_card(token).id,
            "off_session": True,
            "confirm": True,
            **more,
        }
        return client.payment_intents.create(params, {"idempotency_key": key} if key else {})

    return pay
