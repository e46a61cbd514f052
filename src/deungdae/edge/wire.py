"""HTTPS to one server: connections that are kept open and renewed when they break."""

import json
import ssl
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from deungdae.records.messages import Message, message

MOST_ANSWER_BYTES = 4 << 20
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NoAnswer(Exception):  # noqa: N818
    """The server could not be reached, or broke off; nothing is known of what we sent."""


class Reply(NamedTuple):
    """What a server said."""

    status: int
    content: bytes
    headers: Mapping[str, str]  #: names in small letters
    sent_us: int  #: by our clock
    heard_us: int

    @property
    def document(self) -> dict[str, Any]:
        """Its JSON object; empty if it is none."""
        try:
            document = json.loads(self.content)
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def retry_after_seconds(self) -> float | None:
        """How long it asks to wait."""
        # A date may stand there as well; servers that speak to machines write seconds.
        told = self.headers.get("retry-after", "").strip()
        return float(told[:9]) if told.isascii() and told.isdecimal() else None


def address_problem(text: str) -> Message | None:
    """Say what is wrong with a server's address."""
    try:
        url = urlsplit(text)
        complete = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
        complete = complete and not (url.username or url.query or url.fragment)
    except ValueError:
        complete = False
    if not complete:
        return message("The server must be an address such as https://cloud.example.org.")
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        return message(
            "The server must begin with https://: the token would travel in plain words."
        )
    return None


class Server:
    """Where the server is, whom it must prove to be, and how we say who we are."""

    def __init__(
        self, url: str, token: str | None, *, ca_file: Path | None, clock_us: Callable[[], int]
    ) -> None:
        parts = urlsplit(url)
        self.clock_us = clock_us
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.path = parts.path.rstrip("/")
        self._host, self._port = parts.hostname or "", parts.port
        # One for all connections: the system's certificates take megabytes of memory.
        self._trust: ssl.SSLContext | None = None
        if parts.scheme == "https":
            self._trust = ssl.create_default_context(
                cafile=None if ca_file is None else str(ca_file)
            )

    def wire(self, timeout_seconds: float) -> "Wire":
        """Return a connection to it, which opens when something is asked."""
        if self._trust is None:
            return Wire(self, HTTPConnection(self._host, self._port, timeout=timeout_seconds))
        return Wire(
            self,
            HTTPSConnection(self._host, self._port, timeout=timeout_seconds, context=self._trust),
        )


class Wire:
    """One connection, for one thread."""

    def __init__(self, server: Server, connection: HTTPConnection) -> None:
        self._server = server
        self._connection = connection
        self._ended = False

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """Ask and return the answer; raise `NoAnswer`. What is asked may arrive twice."""
        fresh = self._connection.sock is None
        try:
            return self._exchange(method, path, body, headers)
        except (OSError, HTTPException) as error:
            self.close()
            if not fresh and not self._ended:
                # The server may have closed an idle connection: once more, by a new one.
                return self.ask(method, path, body, headers)
            raise NoAnswer(str(error) or type(error).__name__) from error

    def tell(self, path: str, document: Mapping[str, Any]) -> Reply:
        """Post a JSON document; raise `NoAnswer`."""
        body = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
        return self.ask("POST", path, body, {"Content-Type": "application/json"})

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        sent = self._server.clock_us()
        # By this the server sees how far this computer's clock is off.
        whole = self._server.headers | {"Deungdae-Clock-Us": str(sent)} | dict(headers)
        self._connection.request(method, self._server.path + path, body, whole)
        response = self._connection.getresponse()
        # The server's clock was read while it answered: halfway between, as far as we can know.
        heard = self._server.clock_us()
        content = response.read(MOST_ANSWER_BYTES)
        if not response.isclosed():
            self.close()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, content, named, sent, heard)

    def be_patient(self, seconds: float) -> None:
        """Wait so long for an answer, from the next connection on."""
        self._connection.timeout = seconds

    def break_off(self) -> None:
        """End for good what another thread is waiting for; it gets `NoAnswer`."""
        self._ended = True
        sock = self._connection.sock
        if sock is not None:
            try:
                sock.shutdown(SHUT_RDWR)
            except OSError:
                return  # it has ended already

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        self._connection.close()
