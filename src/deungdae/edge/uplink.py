"""Sends a batch to the server, understands the answer.

POST {server}/edge/v1/batches
Authorization: Bearer TOKEN
Content-Type: application/vnd.deungdae.batch+gzip    the body is Batch.encode()
Deungdae-Clock-Us: our clock at this moment, so that the server can measure its error
Deungdae-Gap-After: N    only after a 409: nothing between batch N and this one exists any more

200 {"acknowledged": 7, "server_time_us": …}   it is stored, now or before
400, 422 with a JSON object that has "code"    this batch will never be readable
401, 403                                       the token is not, or no longer, accepted
409 {"acknowledged": 5}                        batches between 5 and this one are missing
429, 503 with Retry-After                      later
"""

import email.utils
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from deungdae.edge.wire import NoAnswer, Reply, Server

__all__ = ["Answer", "NoAnswer", "Uplink"]

PATH = "/edge/v1/batches"
CONTENT_TYPE = "application/vnd.deungdae.batch+gzip"


class Answer(NamedTuple):
    """What the server said."""

    status: int
    document: dict[str, Any]  #: empty if the body was no JSON object
    retry_after_seconds: float | None
    clock_error_us: int | None  #: our clock minus the server's; `None` if it told no time
    round_trip_us: int

    def whole(self, name: str) -> int | None:
        """Return a whole number of the answer, if it is there and is one."""
        value = self.document.get(name)
        return value if type(value) is int else None


class Uplink:
    """The way of batches to one server."""

    def __init__(
        self,
        server: str,
        token: str,
        *,
        ca_file: Path | None,
        timeout_seconds: float,
        clock_us: Callable[[], int],
    ) -> None:
        self.server = Server(server, token, ca_file=ca_file, clock_us=clock_us)
        self._wire = self.server.wire(timeout_seconds)

    def send(self, body: bytes, *, gap_after: int | None = None) -> Answer:
        """Send one batch; raise `NoAnswer` if there was none. A batch may be sent twice."""
        headers = {"Content-Type": CONTENT_TYPE}
        if gap_after is not None:
            headers["Deungdae-Gap-After"] = str(gap_after)
        return _answer(self._wire.ask("POST", PATH, body, headers))

    def be_patient(self, seconds: float) -> None:
        """Wait so long for an answer, from the next connection on."""
        self._wire.be_patient(seconds)

    def close(self) -> None:
        """Close the connection; the next batch opens another."""
        self._wire.close()


def _answer(reply: Reply) -> Answer:
    document = reply.document
    told = document.get("server_time_us")
    halfway = (reply.sent_us + reply.heard_us) // 2
    error = None
    if type(told) is int:
        error = halfway - told
    elif (date := _date_us(reply.headers.get("date"))) is not None:
        # Whole seconds, cut off: half a second is the best guess of the rest.
        error = halfway - date - 500_000
    return Answer(
        reply.status,
        document,
        reply.retry_after_seconds,
        error,
        reply.heard_us - reply.sent_us,
    )


def _date_us(header: str | None) -> int | None:
    try:
        return int(email.utils.parsedate_to_datetime(header or "").timestamp() * 1e6)
    except (ValueError, OverflowError):
        return None
