"""A small HTTP server that keeps batches in a folder: `server_of_batches.py FOLDER [PORT]`.

It prints its port. What it answers beside "stored" stands in FOLDER/answer.json, read for each
request: {"status": 503, "headers": {…}, "body": {…}, "close": false}. Batches that it acknowledged
lie in FOLDER/batches, written and synced before the answer.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from deungdae.edge.clock import now_us
from deungdae.records.batches import Batch

AHEAD_US = 32_400_000_000  # the server's clock is 9 hours ahead of the agent's


class Handler(BaseHTTPRequestHandler):
    """Answers as the real server does."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_POST(self) -> None:
        """Store a batch, or answer as the test wants."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with (self.folder / "requests.jsonl").open("a") as log:
            log.write(json.dumps({"path": self.path, **dict(self.headers)}) + "\n")
        wish = self.folder / "answer.json"
        if wish.exists():
            told = json.loads(wish.read_text())
            if told.get("once"):
                wish.unlink()
            if told.get("close"):
                self.close_connection = True
                return
            self._answer(told["status"], told.get("body", {}), told.get("headers", {}))
            return
        batch = Batch.decode(body)
        path = self.folder / "batches" / f"{batch.sequence}.batch"
        if not path.exists():
            draft = path.with_suffix(".draft")
            with draft.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        elif path.read_bytes() != body:
            (self.folder / "two_contents").touch()
        self._answer(
            200, {"acknowledged": batch.sequence, "server_time_us": now_us() + AHEAD_US}, {}
        )

    def _answer(self, status: int, document: object, headers: dict[str, str]) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(folder: str, port: str = "0") -> None:
    """Serve until killed."""
    Handler.folder = Path(folder)
    (Handler.folder / "batches").mkdir(exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
