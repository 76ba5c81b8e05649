"""Run every drain in a loop: the whole background of the service on a machine without a broker."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from crowdfund.kit import jobs


class Command(BaseCommand):
    """Stops after the drain in hand on SIGTERM or SIGINT; killed before that, leases give the rows back."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Loop until told to stop."""
        stop = threading.Event()
        for sig in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sig, lambda *_: stop.set())
        jobs.loop(stop=stop.is_set)
