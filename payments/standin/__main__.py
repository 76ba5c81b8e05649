"""`python -m payments.standin`: start, say where, stop when told."""

import argparse
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from payments.standin.service import Service

_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    options = _options(arguments)
    _end_with_parent()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service = Service(options.state, port=options.port, clock_offset=options.clock_offset)
    if options.webhook_url:
        service.set_endpoint(options.webhook_url, options.webhook_secret, options.webhook_events.split(","))
    service.start()
    _say_ready(service.url, options.ready_file)
    stop.wait()
    service.stop()
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


if __name__ == "__main__":
    sys.exit(main())
