"""The agent: runs the drivers and the sender, each in its thread, and writes down how they are."""

import json
import os
import random
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from threading import Event, Lock, Thread
from typing import Any

from deungdae.edge import clock
from deungdae.edge.buffer import Buffer, BufferClosed
from deungdae.edge.config import Config, DriverConfig
from deungdae.edge.drivers import DriverFailed, DriverMissing
from deungdae.edge.sending import Sender
from deungdae.edge.uplink import Uplink
from deungdae.records.messages import Message, message
from deungdae.records.readings import Reading

BUFFER_FILE = "buffer.sqlite"
STATUS_FILE = "status.json"
LOG_FILE = "errors.log"
MOST_LOG_BYTES = 1 << 20
ASIDE_FOLDER = "refused"
STATUS_SECONDS = 2.0
FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  #: seconds before a driver is started again
CALM_SECONDS = 60.0  #: after which a driver counts as well again


class DriverSink:
    """Takes the readings of one driver to the buffer, and remembers how it is."""

    def __init__(self, name: str, kind: str, buffer: Buffer) -> None:
        self.name, self.kind = name, kind
        self.taken = 0
        self.last_us: int | None = None  #: received time of the last reading
        self.problem: Message | None = None
        self._buffer = buffer

    def take(self, readings: Iterable[Reading], bookmarks: Mapping[str, str] | None = None) -> int:
        """Keep readings on disk, and with them how far the source has been read."""
        kept = self._buffer.take(self.name, readings, bookmarks)
        if kept:
            self.taken += kept
            self.last_us = clock.now_us()
        return kept

    def bookmark(self, key: str) -> str | None:
        """Return how far the source has been read."""
        return self._buffer.bookmark(self.name, key)

    def lose(self, reason: str, readings: int, first_us: int, last_us: int) -> None:
        """Count what was lost before it could be taken."""
        self._buffer.lose(self.name, reason, readings, first_us, last_us)

    def note(self, problem: Message | None) -> None:
        """Say what is wrong at the machine; `None` when all is well."""
        self.problem = problem


class Agent:
    """Everything that runs for one configuration."""

    def __init__(self, config: Config, say: Callable[[Message], str] = str) -> None:
        """Open the buffer; raise `BufferUnusable` if that is not possible."""
        self._config = config
        self._say = say
        self._stop = Event()
        self._log_lock = Lock()
        config.folder.mkdir(parents=True, exist_ok=True)
        self.buffer = Buffer(
            config.folder / BUFFER_FILE,
            config.edge,
            most_bytes=config.most_bytes,
            when_full=config.when_full,
            clock_us=clock.now_us,
        )
        uplink = Uplink(
            config.server,
            config.token,
            ca_file=config.ca_file,
            timeout_seconds=config.timeout_seconds,
            clock_us=clock.now_us,
        )
        self.sender = Sender(
            self.buffer,
            uplink,
            most_readings=config.most_readings,
            every_seconds=config.every_seconds,
            aside=config.folder / ASIDE_FOLDER,
        )
        self.sinks = [DriverSink(d.name, d.kind, self.buffer) for d in config.drivers]

    def stop(self) -> None:
        """Ask everything to end; `run` then returns. May be called by a signal's handler."""
        self._stop.set()

    def run(self) -> None:
        """Run until `stop`; what was taken and not acknowledged stays in the buffer."""
        threads = [
            Thread(target=self._drive, args=pair, name=pair[0].name, daemon=True)
            for pair in zip(self._config.drivers, self.sinks, strict=True)
        ]
        sending = Thread(target=self._send, name="sender", daemon=True)
        for thread in (*threads, sending):
            thread.start()
        while not self._stop.wait(STATUS_SECONDS):
            self.write_status()
        for thread in (*threads, sending):
            # A driver that hangs in its machine must not keep the agent from ending.
            thread.join(timeout=5)
        self.write_status()
        self.buffer.close()

    def _drive(self, driver: DriverConfig, sink: DriverSink) -> None:
        failures = 0
        while not self._stop.is_set():
            started = clock.now_us()
            try:
                driver.recipe.make().run(sink, self._stop)
            except BufferClosed:
                return
            except DriverMissing as error:
                sink.note(error.message)
                return
            except DriverFailed as error:
                sink.note(error.message)
            except Exception:  # noqa: BLE001 - written to the log; the other drivers go on
                self._log(driver.name)
                sink.note(
                    message(
                        "The driver stopped by a fault of its own, written in {log}.", log=LOG_FILE
                    )
                )
            if clock.now_us() - started > CALM_SECONDS * 1e6:
                failures = 0
            delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(failures, 10))
            failures += 1
            self._stop.wait(delay * (0.5 + random.random() / 2))  # noqa: S311 - spreads tries

    def _send(self) -> None:
        while not self._stop.is_set():
            try:
                self.sender.run(self._stop)
            except BufferClosed:
                return
            except Exception:  # noqa: BLE001 - written to the log; the batch stays in the buffer
                self._log("sender")
                self._stop.wait(LONGEST_DELAY)

    def _log(self, where: str) -> None:
        path = self._config.folder / LOG_FILE
        with self._log_lock:
            if path.exists() and path.stat().st_size > MOST_LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
            with path.open("a", encoding="utf-8") as log:
                log.write(f"{clock.now_us()} {where}\n{traceback.format_exc()}\n")

    def status(self) -> dict[str, Any]:
        """Return how everything stands, as plain data."""
        standing = self.buffer.standing()
        measured = self.buffer.clock_error()
        link, problem = self.sender.state
        return {
            "edge": self._config.edge,
            "time_us": clock.now_us(),
            "process": os.getpid(),
            "server": self._config.server,
            "link": "stopped" if self._stop.is_set() else link.value,
            "problem": None if problem is None else self._say(problem),
            "taken": standing.taken,
            "acknowledged": standing.acknowledged,
            "acknowledged_sequence": standing.acknowledged_sequence,
            "waiting": standing.waiting,
            "waiting_bytes": standing.waiting_bytes,
            "oldest_us": standing.oldest_us,
            "losses": [lost._asdict() for lost in standing.losses],
            "clock_error_us": None if measured is None else measured[0],
            "clock_round_trip_us": None if measured is None else measured[1],
            "drivers": [
                {
                    "name": sink.name,
                    "kind": sink.kind,
                    "taken": sink.taken,
                    "last_us": sink.last_us,
                    "problem": None if sink.problem is None else self._say(sink.problem),
                }
                for sink in self.sinks
            ],
        }

    def write_status(self) -> None:
        """Replace the status file; a reader sees the old or the new one, never half of it."""
        path = self._config.folder / STATUS_FILE
        draft = path.with_suffix(".draft")
        try:
            draft.write_text(json.dumps(self.status(), ensure_ascii=False, indent=1), "utf-8")
            draft.replace(path)
        except OSError as error:
            # A full disk must not stop the agent; its buffer counts what that costs.
            draft.unlink(missing_ok=True)
            print(f"status: {error}", file=sys.stderr)
