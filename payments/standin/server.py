"""The HTTP server: sockets, and who answers what."""

import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from payments.standin.api import Api, Desk
from payments.standin.control import PREFIX, Control
from payments.standin.errors import ApiError
from payments.standin.exchange import Answer, Request, json_answer
from payments.standin.faults import CutError, broken
from payments.standin.pages import addresses

LARGEST_BODY, LARGEST_UPLOAD = 1_000_000, 12_000_000


class Server(ThreadingHTTPServer):
    """The listening socket, on the loopback address only."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    desk: Desk
    api: Api
    control: Control

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def base_url(self) -> str:
        """The address to reach it at."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def answer(self, request: Request) -> Answer:
        """The API, the switches or a page. Raises `CutError`."""
        if request.path.startswith("/v1/"):
            return self.api.answer(request)
        if request.path.startswith(PREFIX):
            return self.control.answer(request)
        with self.desk.store.transaction():
            answer = addresses.answer(self.desk.call(), request)
        if request.method == "POST":
            self.desk.wake()
        return answer


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "standin", ""
    disable_nagle_algorithm = True
    wbufsize = 65536
    server: Server

    def _respond(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        if length > (LARGEST_UPLOAD if path == "/v1/files" else LARGEST_BODY):
            self.close_connection = True
            self._send(json_answer(413, ApiError("The request is too large.", status=413).body()))
            return
        request = Request(self.command, path, query, self.headers, self.rfile.read(length))
        try:
            answer = self.server.answer(request)
        except CutError:
            self.close_connection = True
            return
        except Exception:  # noqa: BLE001 - one request's fault must not end its connection without an answer
            traceback.print_exc(file=sys.stderr)
            answer = json_answer(500, broken().body())
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    do_GET = do_POST = do_DELETE = _respond  # noqa: N815 - the names http.server asks for

    def log_message(self, *_args: object) -> None:
        """Silent: who wants to know asks the control API."""
