"""Everything on one machine: PostgreSQL, the Stripe stand-in, the job loop and the web server, with a city in it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crowdfund.management.postgres import NotAvailable, Server
from crowdfund.management.processes import Tree, free_port, wait_until_open

if TYPE_CHECKING:
    from argparse import ArgumentParser

STANDIN_WAIT = 15
WEB_WAIT = 30


class Stop(Exception):  # noqa: N818 - not an error
    """Somebody asked for the end."""


def _stop(*_: object) -> None:
    raise Stop


class Command(BaseCommand):
    """`demo` runs until SIGINT or SIGTERM; `demo --forget` drops its data."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--forget", action="store_true", help="drop the demonstration's data")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Start all of it in order, wait, stop all of it in reverse order."""
        if not settings.DEBUG:
            raise CommandError("The demonstration runs with the development settings only.")
        for sig in (signal.SIGINT, signal.SIGTERM):  # a background job inherits SIGINT as ignored
            signal.signal(sig, _stop)
        server = None if os.environ.get("DATABASE_URL") else Server(settings.BASE_DIR, "demo-data")
        if options["forget"]:
            self._forget(server)
            return
        tree = Tree(settings.BASE_DIR, os.environ | {"PYTHONUNBUFFERED": "1"})
        try:
            self._run(server, tree)
        except Stop:
            self.stdout.write("\nStopping…")
        except NotAvailable as error:
            raise CommandError(str(error)) from error
        finally:
            for sig in (signal.SIGINT, signal.SIGTERM):
                signal.signal(sig, signal.SIG_IGN)
            tree.stop()
            if server:
                server.stop()

    def _run(self, server: Server | None, tree: Tree) -> None:
        port = int(os.environ.get("PORT", "8000"))
        if free_port(port) != port:
            raise CommandError(f"Port {port} is taken: try PORT={port + 1} make run.")
        tree.environment["SITE_URL"] = f"http://localhost:{port}"
        if server:
            server.start()
            tree.environment["DATABASE_URL"] = server.url
        self._standin(tree, port)
        tree.run(["manage.py", "migrate", "--verbosity", "0"])
        tree.run(["manage.py", "load_city"])
        tree.start("jobs", ["manage.py", "run_jobs"])
        tree.start(
            "web",
            [
                "-m", "gunicorn", "crowdfund.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
                "--threads", "8", "--graceful-timeout", "1", "--log-level", "warning",
            ],
        )  # fmt: skip
        if not wait_until_open(port, seconds=WEB_WAIT):
            raise CommandError("The web server did not start.")
        self.stdout.write(
            f"\n  Open http://localhost:{port}/\n"
            f"  Logins: http://localhost:{port}/dev/logins/   Emails: http://localhost:{port}/dev/mail/\n"
            "  Stop with Ctrl-C.\n"
        )
        while True:
            time.sleep(0.5)
            if fallen := tree.fallen():
                raise CommandError(f"{fallen} has ended; see above.")

    def _standin(self, tree: Tree, port: int) -> None:
        """Start the stand-in unless a key of Stripe's test mode was given."""
        if os.environ.get("STRIPE_SECRET_KEY"):
            return
        run = Path(settings.BASE_DIR) / ".run"
        run.mkdir(exist_ok=True)
        own = free_port(port + 1)
        tree.environment.setdefault("STRIPE_API_BASE", f"http://127.0.0.1:{own}")
        tree.start(
            "stand-in",
            [
                "-m", "payments.standin", "--port", str(own), "--state", str(run / "standin.sqlite"),
                "--webhook-url", f"http://127.0.0.1:{port}/webhooks/stripe/",
                "--webhook-secret", settings.STANDIN_WEBHOOK_SECRET,
            ],
        )  # fmt: skip
        if not wait_until_open(own, seconds=STANDIN_WAIT):
            raise CommandError("The Stripe stand-in did not start.")

    def _forget(self, server: Server | None) -> None:
        if server is None:
            raise CommandError("DATABASE_URL is set: drop that database yourself.")
        server.forget()
        run = Path(settings.BASE_DIR) / ".run"
        for file in run.glob("standin.sqlite*"):
            file.unlink()
        sys.stdout.write("Forgotten. `make run` builds the city anew.\n")
