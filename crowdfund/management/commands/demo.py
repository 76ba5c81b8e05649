"""Everything on one machine: PostgreSQL, the Stripe stand-in, the job loop and the web server, with a city in it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crowdfund.management.postgres import NotAvailable, Server
from crowdfund.management.processes import Tree, answers, die_with_parent, free_port, is_free

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable, Iterator

FIRST_PORT = 8000
STANDIN_WAIT, WEB_WAIT = 15, 60  # seconds
WATCH_SECONDS = 0.5
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(Exception):  # noqa: N818 - not an error
    """Somebody asked for the end."""


def _listen_for_the_end() -> None:
    """Take SIGINT and SIGTERM explicitly (a background job inherits SIGINT as ignored), SIGHUP unless nohup did."""

    def stop(*_: object) -> None:
        for sig in ENDS:  # once is enough: the end is on its way
            signal.signal(sig, signal.SIG_IGN)
        raise Stop

    nohup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    for sig in ENDS[:-1] if nohup else ENDS:
        signal.signal(sig, stop)


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", text):
        raise ArgumentTypeError("small letters, digits and dashes")
    return text


class Command(BaseCommand):
    """`demo` runs until SIGINT or SIGTERM; `demo --forget` drops its data."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take switches, none of them needed."""
        parser.add_argument("--forget", action="store_true", help="drop the demonstration's data")
        parser.add_argument("--empty", action="store_true", help="load no city")
        parser.add_argument("--data", type=_name, default="demo-data", help="the name of the data folder")
        parser.add_argument("--with-parent", action="store_true", help="end when the caller ends (Linux)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Start all of it in order, wait, stop all of it in reverse order."""
        if not settings.DEBUG:
            raise CommandError("The demonstration runs with the development settings only.")
        if options["with_parent"]:
            die_with_parent(os.getppid())
        _listen_for_the_end()
        name = options["data"]
        server = None if os.environ.get("DATABASE_URL") else Server(settings.BASE_DIR, name)
        self.state = (server.root if server else Path(settings.BASE_DIR) / ".run") / f"{name}.standin.sqlite"
        tree = Tree(settings.BASE_DIR, os.environ | {"PYTHONUNBUFFERED": "1"})
        with self._ending_all(tree, server):
            if options["forget"]:
                self._forget(server)
            else:
                self._run(server, tree, empty=options["empty"])

    @contextlib.contextmanager
    def _ending_all(self, tree: Tree, server: Server | None) -> Iterator[None]:
        try:
            yield
        except Stop:
            self._say("\nStopping…")
        except NotAvailable as error:
            raise CommandError(str(error)) from error
        except subprocess.CalledProcessError as error:
            raise CommandError("It could not be prepared; see above.") from error
        finally:
            for sig in ENDS:
                signal.signal(sig, signal.SIG_IGN)
            tree.stop()
            if server:
                server.stop()

    def _run(self, server: Server | None, tree: Tree, *, empty: bool) -> None:
        if server:
            server.start()
            tree.environment["DATABASE_URL"] = server.url
        port = self._port()
        tree.environment["SITE_URL"] = f"http://localhost:{port}"
        self._standin(tree, port)
        tree.run(["manage.py", "migrate", "--verbosity", "0"])
        if not empty:
            tree.run(["manage.py", "load_city"])
        tree.start("jobs", ["manage.py", "run_jobs"])
        tree.start(
            "web",
            [
                "-m", "gunicorn", "crowdfund.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
                "--threads", "8", "--graceful-timeout", "1", "--log-level", "warning", "--no-control-socket",
            ],
        )  # fmt: skip
        self._wait(tree, "web server", lambda: answers(port, "/health/"), WEB_WAIT)
        self._say(
            f"\n  Open http://localhost:{port}/\n"
            f"  Logins: http://localhost:{port}/dev/logins/   Emails: http://localhost:{port}/dev/mail/\n"
            "  Stop with Ctrl-C.\n"
        )
        while True:
            time.sleep(WATCH_SECONDS)
            self._check(tree)

    def _port(self) -> int:
        """Return the port that was asked for, which must be free, or the first free one."""
        asked = os.environ.get("PORT", "")
        if not asked:
            return free_port(FIRST_PORT)
        if not asked.isdecimal() or not is_free(int(asked)):
            raise CommandError(f"Port {asked} is taken: try another, or none for the first that is free.")
        return int(asked)

    def _standin(self, tree: Tree, port: int) -> None:
        """Start the stand-in unless a key of Stripe's test mode was given."""
        if os.environ.get("STRIPE_SECRET_KEY"):
            return
        own = free_port(port + 1)
        ready = self.state.with_suffix(".ready")
        self.state.parent.mkdir(exist_ok=True)
        ready.unlink(missing_ok=True)
        tree.environment["STRIPE_API_BASE"] = f"http://127.0.0.1:{own}"
        tree.start(
            "stand-in",
            [
                "-m", "payments.standin", "--port", str(own), "--state", str(self.state),
                "--webhook-url", f"http://127.0.0.1:{port}/webhooks/stripe/",
                "--webhook-secret", settings.STANDIN_WEBHOOK_SECRET, "--ready-file", str(ready),
            ],
        )  # fmt: skip
        self._wait(tree, "Stripe stand-in", ready.exists, STANDIN_WAIT)

    def _wait(self, tree: Tree, name: str, ready: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not ready():
            self._check(tree)
            if time.monotonic() > until:
                raise CommandError(f"The {name} did not start in {seconds} seconds.")
            time.sleep(0.1)

    def _check(self, tree: Tree) -> None:
        if fallen := tree.fallen():
            raise CommandError(f"{fallen} has ended; see above.")

    def _forget(self, server: Server | None) -> None:
        if server is None:
            raise CommandError("DATABASE_URL is set: drop that database yourself.")
        server.forget()
        for file in self.state.parent.glob(f"{self.state.name}*"):
            file.unlink()
        self._say("Forgotten. `make run` builds the city anew.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()  # whoever reads us through a pipe reads it now
