"""A small HTTP server that keeps batches in folders: `server_of_batches.py BASE [PORT]`.

It prints its port. The first part of an address names a folder in BASE, so that one server does for
many tests; they make their folders themselves. What it answers beside "stored" stands in
FOLDER/answer.json, read for each request: {"status": 503, "headers": {…}, "body": {…}, "close":
false}; with "once" only the next request gets it, and those after it the body "then". Batches that
it acknowledged lie in FOLDER/batches, written and synced before the answer. What an agent is wanted
to do lies in FOLDER/work: a task goes out once, a configuration as long as the agent has another.
What agents say of themselves lies in FOLDER/status.jsonl, their answers in FOLDER/answers.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs, urlsplit

from deungdae.edge.clock import now_us
from deungdae.records.batches import Batch

AHEAD_US = 32_400_000_000  # the server's clock is 9 hours ahead of the agent's
LOOKS = 500  # of 20 ms: as long as a call for work may wait here


class Handler(BaseHTTPRequestHandler):
    """Answers as the real server does."""

    protocol_version = "HTTP/1.1"
    base: Path
    folder: Path

    def parse_request(self) -> bool:
        """Take the folder off the path."""
        understood = super().parse_request()
        if understood:
            name, _, rest = self.path.lstrip("/").partition("/")
            self.folder, self.path = self.base / name, f"/{rest}"
        return understood

    def do_GET(self) -> None:
        """Hand work out as soon as there is some."""
        self._log("")
        number = int(parse_qs(urlsplit(self.path).query)["number"][0])
        gong = Event()
        for _ in range(LOOKS):
            if self._wish():
                return
            if (found := self._work(number)) is not None:
                self._answer(200, found, {})
                return
            gong.wait(0.02)
        self._answer(204, None, {})

    def do_POST(self) -> None:
        """Store a batch, or answer as the test wants."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        what = self.path.partition("/edge/v1/")[2]
        self._log("" if what == "batches" else body.decode())
        if self._wish():
            return
        if what == "status":
            self._append("status.jsonl", body.decode())
            self._answer(204, None, {})
            return
        if what.startswith("answers/"):
            draft = self.folder / "answers" / "draft"
            draft.write_bytes(body)
            draft.rename(draft.with_name(what.rpartition("/")[2] + ".json"))
            self._answer(204, None, {})
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

    def _wish(self) -> bool:
        """Answer as the test wants, if it wants something."""
        wish = self.folder / "answer.json"
        try:
            told = json.loads(wish.read_text())
            if told.get("once"):
                wish.unlink()
            if "then" in told:
                wish.write_text(json.dumps({"status": 200, "body": told["then"]}))
        except FileNotFoundError:
            return False
        if told.get("close"):
            self.close_connection = True
        else:
            self._answer(told["status"], told.get("body", {}), told.get("headers", {}))
        return True

    def _work(self, number: int) -> object | None:
        for path in sorted((self.folder / "work").glob("*.json")):
            found: dict[str, object] = json.loads(path.read_text())
            if "task" in found:
                path.unlink()
                return found
            if found["number"] != number:
                return found
        return None

    def _log(self, body: str) -> None:
        line = {"path": self.path, **dict(self.headers), "body": body}
        self._append("requests.jsonl", json.dumps(line))

    def _append(self, name: str, line: str) -> None:
        with (self.folder / name).open("a") as log:
            log.write(line + "\n")

    def _answer(self, status: int, document: object, headers: dict[str, str]) -> None:
        content = b"" if status == 204 else json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(base: str, port: str = "0") -> None:
    """Serve until killed."""
    Handler.base = Path(base)
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
