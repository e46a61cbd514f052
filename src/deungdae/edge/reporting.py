"""Tells the server how the agent is: every few seconds, and at once when something changed.

POST {server}/edge/v1/status  a JSON object; 204: heard.
"""

import json
import random
from collections.abc import Callable
from threading import Event
from typing import Any

from deungdae.edge import clock
from deungdae.edge.wire import NoAnswer, Server

PATH = "/edge/v1/status"
EVERY_SECONDS = 5.0
LOOK_SECONDS = 0.5  #: between two looks whether something changed
MOST_BYTES = 128 << 10
FIRST_DELAY, LONGEST_DELAY = 1.0, 15.0  #: seconds between tries
SLOWLY = 60.0  #: seconds, where a person has to do something first
#: what changes all the time, and is no reason to tell at once
_QUIET = frozenset(
    {"time_us", "taken", "acknowledged", "acknowledged_sequence", "waiting", "waiting_bytes"}
    | {"oldest_us", "clock_error_us", "clock_round_trip_us", "losses", "drivers", "tags"}
)


class Reporter:
    """Posts what `status` returns; `heard` is called when the server answered."""

    def __init__(
        self, server: Server, status: Callable[[], dict[str, Any]], heard: Callable[[], None]
    ) -> None:
        self._wire = server.wire(20.0)
        self._status = status
        self._heard = heard
        self._failures = 0

    def run(self, stop: Event) -> None:
        """Tell until stopped, and once more then."""
        told, mark, wait = 0, "", 0.0
        while not stop.is_set():
            status = self._status()
            present = _mark(status)
            since = (clock.now_us() - told) / 1e6
            if since >= wait and (present != mark or since >= EVERY_SECONDS):
                told, mark = clock.now_us(), present
                wait = self._tell(status)
            stop.wait(LOOK_SECONDS)
        if not self._failures:
            self._tell(self._status())
        self._wire.close()

    def _tell(self, status: dict[str, Any]) -> float:
        """Post a status; return for how many seconds to be silent."""
        try:
            reply = self._wire.tell(PATH, fitted(status))
        except NoAnswer:
            return self._later()
        if reply.status in (401, 403, 404):
            self._failures += 1
            return SLOWLY
        if reply.status >= 300:
            return max(self._later(), reply.retry_after_seconds or 0)
        self._failures = 0
        self._heard()
        return 0

    def _later(self) -> float:
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return delay * (0.5 + random.random() / 2)  # noqa: S311 - spreads tries


def fitted(status: dict[str, Any]) -> dict[str, Any]:
    """Shorten lists until the whole is small enough; what is missing is named in `shortened`."""
    for name in ("tags", "losses", "drivers"):
        while len(json.dumps(status, ensure_ascii=False).encode()) > MOST_BYTES and status[name]:
            part = status[name]
            half = len(part) // 2
            kept = dict(list(part.items())[:half]) if isinstance(part, dict) else part[:half]
            status = status | {name: kept, "shortened": True}
    return status


def _mark(status: dict[str, Any]) -> str:
    loud = {name: value for name, value in status.items() if name not in _QUIET}
    loud["machines"] = [
        (one["name"], one["problem"], one["taken"] > 0) for one in status["drivers"]
    ]
    loud["lost"] = [(one["source"], one["reason"]) for one in status["losses"]]
    return json.dumps(loud, ensure_ascii=False)
