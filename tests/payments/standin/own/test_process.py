"""The stand-in as a process: it starts, keeps its books, stops."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.payments.standin.conftest import REPOSITORY, Control, fetch, pay_at, sdk, start
from tests.payments.standin.machine import start_here

pytestmark = pytest.mark.process


def test_everything_survives_a_restart(tmp_path):
    """The stand-in's own rule: state is the SQLite file."""
    first = start(tmp_path / "state.sqlite")
    try:
        client = sdk(first.url).v1
        Control(first.url)("clock", offset=86400)
        customer = client.customers.create({"email": "a@example.org"}, {"idempotency_key": "one"})
        session: Any = client.checkout.sessions.create(
            {
                "mode": "setup",
                "currency": "eur",
                "customer": customer.id,
                "success_url": "https://example.org/",
            }
        )
    finally:
        assert first.stop() == 0
    second = start_here(tmp_path / "state.sqlite")
    try:
        client = sdk(second.url).v1
        assert (
            client.customers.create({"email": "a@example.org"}, {"idempotency_key": "one"}).id == customer.id
        )
        assert Control(second.url).read("clock")["offset"] == 86400
        again: Any = client.checkout.sessions.retrieve(session.id)
        assert again.url.startswith(second.url)
        assert pay_at(again.url) == "https://example.org/"
    finally:
        second.stop()


def test_a_kill_loses_nothing_that_was_answered(tmp_path):
    """The stand-in's own rule."""
    first = start(tmp_path / "state.sqlite")
    customer = sdk(first.url).v1.customers.create({"email": "a@example.org"})
    first.process.kill()
    first.process.wait(timeout=5)
    first.process.stdout.close()
    second = start_here(tmp_path / "state.sqlite")
    try:
        assert sdk(second.url).v1.customers.retrieve(customer.id).email == "a@example.org"
    finally:
        second.stop()


def test_it_listens_on_the_loopback_address_only_and_stops_within_a_second(tmp_path):
    """The stand-in's own rule."""
    running = start(tmp_path / "state.sqlite")
    assert urlsplit(running.url).hostname == "127.0.0.1"
    assert _listening(urlsplit(running.url).port) == {"0100007F"}
    began = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - began < 1


def test_the_endpoint_of_the_command_line_is_signed_with_its_secret(tmp_path, receiver):
    """Docs: Webhooks, Verify webhook signatures."""
    import stripe

    ready = tmp_path / "ready"
    running = start(
        tmp_path / "state.sqlite",
        "--webhook-url",
        receiver.url,
        "--webhook-secret",
        "whsec_ours",
        "--clock-offset",
        "3600",
        "--ready-file",
        str(ready),
    )
    try:
        assert ready.read_text() == running.url
        sdk(running.url).v1.customers.create()
        Control(running.url)("flush")
        signature, body = receiver.arrived[0]
        event = stripe.Webhook.construct_event(body, signature, "whsec_ours")
        assert event.created - time.time() > 3500
    finally:
        running.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_it_ends_with_its_parent(tmp_path):
    """The stand-in's own rule: no process is left behind, even after kill -9 of the parent."""
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'payments.standin', '--state', sys.argv[1]],"
        " stdout=subprocess.PIPE, text=True)\n"
        "child.stdout.readline()\nprint(child.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent: Any = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "state.sqlite")],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait(timeout=5)
    parent.stdout.close()
    until = time.monotonic() + 3
    while _alive(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _alive(child)


def _listening(port: int) -> set[str]:
    """The addresses somebody listens at on a port, as the kernel writes them; what `ss -ltn` reads too."""
    with Path("/proc/net/tcp").open(encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return {local[:8] for _, local, _, state, *_ in rows if state == "0A" and local[9:] == f"{port:04X}"}


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        with Path(f"/proc/{pid}/stat").open(encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_the_control_takes_json_only(standin):
    """The stand-in's own rule: a page in a browser must not reach the switches."""
    assert fetch(f"{standin.url}/_standin/clock", b"offset=1").status == 415
    assert fetch(f"{standin.url}/_standin/nonsense").status == 404
    refused = fetch(
        f"{standin.url}/_standin/faults",
        b'{"rules": [{"match": "*", "kind": "x"}]}',
        Content_Type="application/json",
    )
    assert refused.status == 400
