"""A program that listens for webhooks on a free port and answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from socketserver import StreamRequestHandler, ThreadingTCPServer
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


@contextmanager
def dripping_server(*drops: bytes) -> Iterator[int]:
    """Take every call and answer drop by drop without end: `drops`, then the last of them on."""
    ends = threading.Event()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                for drop in chain(drops, repeat(drops[-1])):
                    self.wfile.write(drop)
                    if ends.wait(0.02):
                        return

    server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        ends.set()
        server.shutdown()
        thread.join(10)
        server.server_close()
