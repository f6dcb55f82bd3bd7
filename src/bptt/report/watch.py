"""The report of a run over HTTP, to this machine alone, growing as the run does."""

import html
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bptt.errors import BpttError, ConfigError
from bptt.messages import _
from bptt.record import REPORT, Run
from bptt.report.view import View
from bptt.report.write import render
from bptt.training import Event, finished

HOST = "127.0.0.1"
EVERY = 3  # seconds between two looks at a run that goes on
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Pages:
    """The page of `run` as it stands, written anew when a file of the run has changed. No page is written to disk."""

    def __init__(self, run: Run, view: View) -> None:
        self._run, self._view = run, view
        self._lock, self._state, self._page = threading.Lock(), None, b""

    def page(self) -> tuple[bytes, bool]:
        """The page, and whether the run has come to its end, scores and all. Raises BpttError for a run that cannot be read."""
        with self._lock:
            state: Any = sorted((file.name, file.stat().st_mtime_ns) for file in self._run.path.glob("[!.]*"))
            if state != self._state:
                self._page = render(self._run, self._view).encode()
                self._state = state
            return self._page, finished(self._run.metrics(Event)) and (self._run.path / REPORT).exists()


def serve(run: Run, view: View, port: int, ready: Callable[[str], None]) -> None:
    """Answers at http://127.0.0.1:`port`/ (0: a free port) until the process is interrupted; `ready` is called with the address.

    Raises ConfigError for a port that cannot be had."""
    try:
        answering = server(Pages(run, view), port)
    except OSError as error:
        message = _("Port {port} cannot be had here ({reason}). Name another with --port, or leave it out.")
        raise ConfigError("watch.port", message.format(port=port, reason=error.strerror)) from error
    with answering as one:
        ready(f"http://{HOST}:{one.server_address[1]}/")
        one.serve_forever(poll_interval=0.2)


def server(pages: Pages, port: int) -> ThreadingHTTPServer:
    """What answers with `pages`, bound to the loopback."""
    handler = type("Handler", (_Handler,), {"pages": pages})
    one = ThreadingHTTPServer((HOST, port), handler)
    one.daemon_threads = True
    return one


class _Handler(BaseHTTPRequestHandler):
    """One page, at /; nothing else is there. A request under another name than that of this machine is refused: a site in the
    browser could else read the page under a name of its own that leads here (DNS rebinding)."""

    pages: Pages
    server_version, sys_version = "bptt", ""
    timeout = 10  # seconds that a client may take

    def handle(self) -> None:
        with suppress(ConnectionError):  # the asker has left
            super().handle()

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, body: bool) -> None:
        port = self.connection.getsockname()[1]
        if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
            self._send(HTTPStatus.FORBIDDEN, b"", body)
        elif self.path != "/":
            self._send(HTTPStatus.NOT_FOUND, b"", body)
        else:
            try:
                status, (page, ended) = HTTPStatus.OK, self.pages.page()
            except (BpttError, OSError) as error:
                message = _("The run cannot be read now: {reason}").format(reason=error)
                status, ended = HTTPStatus.SERVICE_UNAVAILABLE, False
                page = f"<!DOCTYPE html><p>{html.escape(message)}</p>".encode()
            self._send(status, page, body, again=not ended)

    def _send(self, status: HTTPStatus, page: bytes, body: bool, again: bool = False) -> None:
        """The page itself is that of the report: that it is to be asked for again stands in the header."""
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if again:
            self.send_header("Refresh", str(EVERY))
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if body:
            self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is that of the method it stands for)
        """Nothing: the terminal belongs to the user, and what was asked for is the asker's words."""
