"""The whole stand-in put together: books, clock, faults, server, courier; in a process of its own or inside another."""

import threading

from payments.standin.api import Api, Desk
from payments.standin.clock import Clock
from payments.standin.control import Control
from payments.standin.errors import PRIVATE
from payments.standin.faults import Faults
from payments.standin.objects import webhook_endpoints
from payments.standin.server import Server
from payments.standin.store import Store
from payments.standin.webhooks import Courier

TICK = 0.5  # seconds between looks at what has become due


class Service:
    """A stand-in that serves from `start` to `stop`.

    `state` is the SQLite file; `clock_offset` is in seconds, None for the one remembered there.
    """

    def __init__(self, state: str, *, port: int = 0, clock_offset: int | None = None) -> None:
        self._store = Store(state)
        faults = Faults()
        self._courier = Courier(self._store, faults)
        self._server = Server(port)
        clock = _clock(self._store, clock_offset)
        self.desk = Desk(self._store, clock, faults, self._server.base_url, self._courier.wake)
        self._server.desk, self._server.api = self.desk, Api(self.desk)
        self._server.control = Control(self.desk, self._courier)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True),
            threading.Thread(target=self._tick, daemon=True),
        ]

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._server.base_url

    def start(self) -> None:
        """Begin to serve."""
        self._courier.start()
        for thread in self._threads:
            thread.start()

    def _tick(self) -> None:
        while not self._stopping.wait(TICK):
            self.desk.tick()

    def stop(self) -> None:
        """Stop serving; the file is complete."""
        self._stopping.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        if self._courier.stop():  # one that still waits for an answer must not find the books closed
            self._store.close()

    def set_endpoint(self, url: str, secret: str, events: list[str]) -> None:
        """The endpoint of the command line, one and the same across restarts."""
        with self._store.transaction():
            call = self.desk.call()
            known = self._store.setting("endpoint")
            endpoint = self._store.get(known) if known else None
            if endpoint is None:
                endpoint = webhook_endpoints.build(call, url, events, secret)
                self._store.remember("endpoint", endpoint["id"])
            call.save({**endpoint, "url": url, "enabled_events": events, PRIVATE: {"secret": secret}})


def _clock(store: Store, offset: int | None) -> Clock:
    with store.transaction():
        if offset is None:
            return Clock(store.setting("clock_offset", 0))
        store.remember("clock_offset", offset)
        return Clock(offset)
