"""Signed JSON over HTTP to a program of the factory, such as its MES.

    POST /…  Deungdae-Delivery: <id>, the same when it is sent again
             Deungdae-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">

The address is looked up once and judged; the one that was judged is called. Redirects are not
followed: they could lead to where the address itself may not. The whole exchange has one deadline:
a program that answers drop by drop holds nobody up.
"""

import hashlib
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from deungdae.records.messages import message
from deungdae.web.core import outside
from deungdae.web.core.outgoing import NotSent

#: For connecting to one address, and for one silence of the program.
TIMEOUT_SECONDS: Final = 10.0
#: For all of it, from looking the name up to the status.
DEADLINE_SECONDS: Final = 20.0
MOST_ADDRESSES: Final = 3
LONGEST_URL: Final = 2000
#: The program says that it will never take anything here again.
GONE: Final = 410


@dataclass(frozen=True)
class Hook:
    """Where to send, and the secret that signs. `private` opens the own network."""

    url: str
    secret: str
    private: bool
    deadline_seconds: float = DEADLINE_SECONDS


def split(url: str) -> SplitResult | None:
    """Return the parts of a usable address; None for an odd one."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and (parts.port is None or parts.port > 0)
        usable = usable and not parts.username and not parts.password and not parts.fragment
    except ValueError:
        return None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    return parts if usable and plain else None


def signature(secret: str, at: int, body: bytes) -> str:
    """Return what stands in the header `Deungdae-Signature`; `at` in seconds since 1970."""
    told = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={told}"


def send(hook: Hook, delivery: str, document: Mapping[str, Any], at: int) -> None:
    """Send one document; raises `NotSent`."""
    parts = split(hook.url)
    if parts is None:
        raise NotSent(message("The address of the channel cannot be used."), final=True)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Deungdae",
        "Deungdae-Delivery": delivery,
        "Deungdae-Signature": signature(hook.secret, at, body),
    }
    host = str(parts.hostname)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = _connection(parts, host, hook)
        with _ended_in_time(connection):
            connection.request("POST", path, body, headers)
            status = connection.getresponse().status
    except ssl.SSLError as error:
        why = message("{host} does not prove who it is: {reason}", host=host, reason=_plain(error))
        raise NotSent(why) from error
    except (OSError, HTTPException) as error:
        why = message("{host} cannot be reached: {reason}", host=host, reason=_plain(error))
        raise NotSent(why) from error
    if 300 <= status < 400:
        raise NotSent(
            message("{host} leads elsewhere ({status}), which is not followed.", host=host,
                    status=status)
        )  # fmt: skip
    if not 200 <= status < 300:
        raise NotSent(
            message("{host} answered {status}.", host=host, status=status), final=status == GONE
        )


def _plain(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]


@contextmanager
def _ended_in_time(connection: "_Judged | _JudgedSecure") -> Iterator[None]:
    """Close a connection after the block, and shut it down when the block takes too long."""
    late = threading.Event()

    def end() -> None:
        late.set()
        if connection.sock is not None:
            # Not the method of a TLS socket, which would let the rest be read as plain text.
            with suppress(OSError):
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, connection.until - monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPException) as error:
        if late.is_set():
            why = message("{host} did not answer in time.", host=connection.host)
            raise NotSent(why) from error
        raise
    finally:
        timer.cancel()
        connection.close()


def _connection(parts: SplitResult, host: str, hook: Hook) -> "_Judged | _JudgedSecure":
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    until = monotonic() + hook.deadline_seconds
    within = min(outside.LOOK_UP_SECONDS, hook.deadline_seconds)
    ips = outside.addresses(host, port, private=hook.private, within=within)
    if not ips:
        raise NotSent(
            message("{host} is an address inside the own network, which is closed.", host=host)
        )
    if secure:
        context = ssl.create_default_context()
        return _JudgedSecure(host, port, ips, until, context)
    return _Judged(host, port, ips, until)


def _open(ips: list[str], port: int, until: float) -> socket.socket:
    failure: OSError | None = None
    for ip in ips[:MOST_ADDRESSES]:
        left = until - monotonic()
        if left <= 0:
            break
        try:
            opened = socket.create_connection((ip, port), min(left, TIMEOUT_SECONDS))
        except OSError as error:
            failure = error
        else:
            opened.settimeout(TIMEOUT_SECONDS)
            return opened
    raise failure or OSError("no address")


def _in_time(until: float) -> None:
    # Whoever shuts down what is late has found no socket yet when connecting took all the time.
    if monotonic() >= until:
        raise TimeoutError("timed out")


class _Judged(HTTPConnection):
    """Calls an address that was judged, under the name that was typed."""

    def __init__(self, host: str, port: int, ips: list[str], until: float) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._ips, self.until = ips, until

    def connect(self) -> None:
        self.sock = _open(self._ips, self.port, self.until)
        _in_time(self.until)


class _JudgedSecure(HTTPSConnection):
    """The same by TLS; the certificate must be that of the name."""

    def __init__(
        self, host: str, port: int, ips: list[str], until: float, context: ssl.SSLContext
    ) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS, context=context)
        self._ips, self.until, self._tls = ips, until, context

    def connect(self) -> None:
        opened = _open(self._ips, self.port, self.until)
        # The handshake comes when the deadline can already reach the socket.
        self.sock = self._tls.wrap_socket(
            opened, server_hostname=self.host, do_handshake_on_connect=False
        )
        _in_time(self.until)
        self.sock.do_handshake()
