"""`python -m payments.standin`: start, say where, stop when told."""

import argparse
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from payments.standin.api import Api, Desk
from payments.standin.clock import Clock
from payments.standin.control import Control
from payments.standin.errors import PRIVATE
from payments.standin.faults import Faults
from payments.standin.objects import webhook_endpoints
from payments.standin.server import Server
from payments.standin.store import Store
from payments.standin.webhooks import Courier

_PR_SET_PDEATHSIG = 1
TICK = 0.5  # seconds between looks at what has become due


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    options = _options(arguments)
    _end_with_parent()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    store = Store(options.state)
    faults = Faults()
    courier = Courier(store, faults)
    server = Server(options.port)
    server.desk = Desk(store, _clock(store, options.clock_offset), faults, server.base_url, courier.wake)
    server.api, server.control = Api(server.desk), Control(server.desk, courier)
    if options.webhook_url:
        events = options.webhook_events.split(",")
        _set_endpoint(server.desk, options.webhook_url, options.webhook_secret, events)
    courier.start()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    _say_ready(server.base_url, options.ready_file)
    while not stop.wait(TICK):
        server.desk.tick()
    server.shutdown()
    if courier.stop():  # one that still waits for an answer must not find the books closed
        store.close()
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m payments.standin", description="A local stand-in for Stripe."
    )
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--state", required=True, help="the SQLite file that keeps everything")
    parser.add_argument("--webhook-url", default="")
    parser.add_argument("--webhook-secret", default="")
    parser.add_argument(
        "--webhook-events", default="*", help="event types separated by commas; all by default"
    )
    parser.add_argument("--clock-offset", type=int, default=None, help="seconds; remembered when not given")
    parser.add_argument("--ready-file", default="", help="written with the address once it listens")
    options = parser.parse_args(arguments)
    if options.webhook_url and not options.webhook_secret.startswith("whsec_"):
        parser.error("--webhook-url needs a --webhook-secret that starts with whsec_")
    return options


def _say_ready(address: str, ready_file: str) -> None:
    """Tell on standard output, and first in the file, which appears whole or not at all."""
    if ready_file:
        draft = Path(f"{ready_file}.part")
        draft.write_text(address, encoding="utf-8")
        draft.replace(ready_file)
    sys.stdout.write(f"listening on {address}\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """On Linux, be sent SIGTERM when the parent dies, even by -9."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died in between
        sys.exit(0)


def _clock(store: Store, offset: int | None) -> Clock:
    with store.transaction():
        if offset is None:
            return Clock(store.setting("clock_offset", 0))
        store.remember("clock_offset", offset)
        return Clock(offset)


def _set_endpoint(desk: Desk, url: str, secret: str, events: list[str]) -> None:
    """The endpoint of the command line, one and the same across restarts."""
    with desk.store.transaction():
        call = desk.call()
        known = desk.store.setting("endpoint")
        endpoint = desk.store.get(known) if known else None
        if endpoint is None:
            endpoint = webhook_endpoints.build(call, url, events, secret)
            desk.store.remember("endpoint", endpoint["id"])
        call.save({**endpoint, "url": url, "enabled_events": events, PRIVATE: {"secret": secret}})


if __name__ == "__main__":
    sys.exit(main())
