"""A real HTTP server that publishes one file, and can break off, stall, or begin in the middle as real ones do."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Home:
    """content: what is published; ranges: whether the server can begin in the middle; breaks: after how many bytes each
    request in turn is broken off (None: not at all), those after the last not at all; asked: the Range of each request."""

    content: bytes
    ranges: bool = True
    breaks: list[int | None] = field(default_factory=list)
    stall: bool = False  # in place of breaking off
    asked: list[str | None] = field(default_factory=list)
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(home: Home) -> Iterator[Home]:
    """`home` at `home.address` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers["Range"]
            limit = home.breaks[len(home.asked)] if len(home.asked) < len(home.breaks) else None
            home.asked.append(wanted)
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and home.ranges else 0
            if not self.path.endswith(".tar.gz"):
                self.send_error(404)
            elif start and start >= len(home.content):
                self.send_error(416)
            else:
                self._send(home.content[start:], start if wanted and home.ranges else None, limit)

        def _send(self, content: bytes, start: int | None, limit: int | None) -> None:
            self.send_response(200 if start is None else 206)
            self.send_header("Content-Length", str(len(content)))
            if start is not None:
                self.send_header("Content-Range", f"bytes {start}-{start + len(content) - 1}/{start + len(content)}")
            self.end_headers()
            self.wfile.write(content[:limit])
            self.wfile.flush()
            if limit is not None and home.stall:
                home.released.wait(60)

        def log_message(self, *_words: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    home.address = f"http://127.0.0.1:{server.server_address[1]}/aclImdb_v1.tar.gz"
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield home
    finally:
        home.released.set()
        server.shutdown()
        server.server_close()
