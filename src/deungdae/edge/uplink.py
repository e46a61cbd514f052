"""One HTTPS connection to the server: sends a batch, understands the answer.

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
import json
import ssl
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

PATH = "/edge/v1/batches"
CONTENT_TYPE = "application/vnd.deungdae.batch+gzip"
MOST_ANSWER_BYTES = 64 << 10


class NoAnswer(Exception):  # noqa: N818
    """The server could not be reached, or broke off; nothing is known of the batch."""


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
    """The way to one server. The connection is kept open and renewed when it breaks."""

    def __init__(
        self,
        server: str,
        token: str,
        *,
        ca_file: Path | None,
        timeout_seconds: float,
        clock_us: Callable[[], int],
    ) -> None:
        url = urlsplit(server)
        self._path = url.path.rstrip("/") + PATH
        self._token = token
        self._clock_us = clock_us
        host = url.hostname or ""
        self._connection: HTTPConnection
        if url.scheme == "https":
            trust = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
            self._connection = HTTPSConnection(
                host, url.port, timeout=timeout_seconds, context=trust
            )
        else:
            self._connection = HTTPConnection(host, url.port, timeout=timeout_seconds)

    def send(self, body: bytes, *, gap_after: int | None = None) -> Answer:
        """Send one batch; raise `NoAnswer` if there was none."""
        before = self._clock_us()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": CONTENT_TYPE,
            "Deungdae-Clock-Us": str(before),
        }
        if gap_after is not None:
            headers["Deungdae-Gap-After"] = str(gap_after)
        fresh = self._connection.sock is None
        try:
            return self._exchange(body, headers, before)
        except (OSError, HTTPException) as error:
            self.close()
            if not fresh:
                # The server may have closed an idle connection; a batch may be sent twice.
                return self.send(body, gap_after=gap_after)
            raise NoAnswer(str(error) or type(error).__name__) from error

    def _exchange(self, body: bytes, headers: dict[str, str], before: int) -> Answer:
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        # The server's clock was read while it answered: halfway between, as far as we can know.
        after = self._clock_us()
        content = response.read(MOST_ANSWER_BYTES)
        if not response.isclosed():
            self.close()
        document = _json_object(content)
        told = document.get("server_time_us")
        error = None
        if type(told) is int:
            error = (before + after) // 2 - told
        elif (date := _date_us(response.getheader("Date"))) is not None:
            # Whole seconds, cut off: half a second is the best guess of the rest.
            error = (before + after) // 2 - date - 500_000
        retry = response.getheader("Retry-After")
        return Answer(response.status, document, _seconds(retry), error, after - before)

    def close(self) -> None:
        """Close the connection; the next batch opens another."""
        self._connection.close()


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _date_us(header: str | None) -> int | None:
    try:
        return int(email.utils.parsedate_to_datetime(header or "").timestamp() * 1e6)
    except (ValueError, OverflowError):
        return None


def _seconds(header: str | None) -> float | None:
    # A date may stand there as well; servers that speak to machines write seconds.
    if header is None or not header.strip().isascii() or not header.strip().isdecimal():
        return None
    return float(header.strip()[:9])
