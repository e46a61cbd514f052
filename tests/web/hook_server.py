"""A program that listens for webhooks on a free port and answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hooked:
    """What arrived: (headers, body). `status` is answered, with `location` where it leads."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.location = ""
        self.port = 0


@contextmanager
def hook_server() -> Iterator[Hooked]:
    """Listen as long as the block lasts."""
    hooked = Hooked()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            hooked.got.append((dict(self.headers), body))
            self.send_response(hooked.status)
            if hooked.location:
                self.send_header("Location", hooked.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hooked.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hooked
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
