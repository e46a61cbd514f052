"""The agent: runs the drivers, the sender and the talk with the server, each in its thread."""

import json
import os
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from platform import node
from threading import Event, Lock, Thread
from typing import Any

from deungdae.edge import clock
from deungdae.edge.browsing import plain
from deungdae.edge.buffer import Buffer, BufferClosed
from deungdae.edge.config import Config, DriverConfig, Wanted
from deungdae.edge.crew import Crew
from deungdae.edge.remote import Remote, refusal
from deungdae.edge.reporting import Reporter
from deungdae.edge.sending import Sender
from deungdae.edge.uplink import Uplink
from deungdae.records.messages import Message

BUFFER_FILE = "buffer.sqlite"
STATUS_FILE = "status.json"
LOG_FILE = "errors.log"
MOST_LOG_BYTES = 1 << 20
ASIDE_FOLDER = "refused"
STATUS_SECONDS = 2.0
FAULT_SECONDS = 60.0  #: before a thread that failed by a fault of its own goes on
END_SECONDS = 5.0  #: for which a thread is waited for


class Agent:
    """Everything that runs for one configuration."""

    def __init__(self, config: Config, say: Callable[[Message], str] = str) -> None:
        """Open the buffer; raise `BufferUnusable` if that is not possible."""
        self._config = config
        self._say = say
        self._stop = Event()
        self._log_lock = Lock()
        self._version, self._host = version("deungdae"), node()
        self._tags: dict[str, Any] = {}  #: what a file tells of tags
        config.folder.mkdir(parents=True, exist_ok=True)
        self.buffer = Buffer(
            config.folder / BUFFER_FILE,
            config.edge,
            most_bytes=config.most_bytes,
            when_full=config.when_full,
            clock_us=clock.now_us,
            after_batch=config.after_batch,
        )
        uplink = self._uplink = Uplink(
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
        self.crew = Crew(self.buffer, self._log)
        self._remote = (
            Remote(config, uplink.server, self._apply, self._log) if config.remote else None
        )
        self._reporter = Reporter(
            uplink.server, lambda: self.status(plain), heard=self.sender.hurry
        )

    def stop(self) -> None:
        """Ask everything to end; `run` then returns. May be called by a signal's handler."""
        self._stop.set()

    def run(self) -> None:
        """Run until `stop`; what was taken and not acknowledged stays in the buffer."""
        remote = self._remote
        if remote is None:
            told = self._config
            self._apply(
                Wanted(told.drivers, told.most_readings, told.every_seconds, told.timeout_seconds)
            )
        else:
            remote.begin()
        works = {"sender": self.sender.run, "status": self._reporter.run}
        if remote is not None:
            works["work"] = remote.run
        threads = [
            Thread(target=self._keep, args=item, name=item[0], daemon=True)
            for item in works.items()
        ]
        for thread in threads:
            thread.start()
        while not self._stop.wait(STATUS_SECONDS):
            self.write_status()
        self.crew.stop()
        if remote is not None:
            remote.end()
        self.crew.join(END_SECONDS)
        for thread in threads:
            thread.join(timeout=END_SECONDS)
        self.write_status()
        self.buffer.close()

    def _apply(self, wanted: Wanted) -> None:
        if not self._config.remote:  # else the server knows it already
            self._tags = _about(wanted.drivers)
        self.crew.change(wanted.drivers)
        self.sender.most_readings = wanted.most_readings
        self.sender.every_seconds = wanted.every_seconds
        self._uplink.be_patient(wanted.timeout_seconds)

    def _keep(self, name: str, work: Callable[[Event], None]) -> None:
        while not self._stop.is_set():
            try:
                work(self._stop)
            except BufferClosed:
                return
            except Exception:  # noqa: BLE001 - written to the log; what was taken stays kept
                self._log(name)
                self._stop.wait(FAULT_SECONDS)

    def _log(self, where: str) -> str:
        path = self._config.folder / LOG_FILE
        with self._log_lock:
            if path.exists() and path.stat().st_size > MOST_LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
            with path.open("a", encoding="utf-8") as log:
                log.write(f"{clock.now_us()} {where}\n{traceback.format_exc()}\n")
        return LOG_FILE

    def status(self, tell: Callable[[Message], Any]) -> dict[str, Any]:
        """Return how everything stands, as plain data; `tell` makes it of a sentence."""
        standing = self.buffer.standing()
        measured = self.buffer.clock_error()
        link, problem = self.sender.state
        remote = self._remote
        return {
            "edge": self._config.edge,
            "time_us": clock.now_us(),
            "process": os.getpid(),
            "version": self._version,
            "host": self._host,
            "server": self._config.server,
            "configuration": "file" if remote is None else "server",
            "applied": None if remote is None else remote.applied,
            "refused": None if remote is None else refusal(remote.refused),
            "link": "stopped" if self._stop.is_set() else link.value,
            "problem": None if problem is None else tell(problem),
            "taken": standing.taken,
            "acknowledged": standing.acknowledged,
            "acknowledged_sequence": standing.acknowledged_sequence,
            "waiting": standing.waiting,
            "waiting_bytes": standing.waiting_bytes,
            "most_bytes": self.buffer.most_bytes,
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
                    "source_lag_us": sink.source_lag_us,
                    "problem": None if sink.problem is None else tell(sink.problem),
                }
                for sink in self.crew.sinks
            ],
            "tags": self._tags,
        }

    def write_status(self) -> None:
        """Replace the status file; a reader sees the old or the new one, never half of it."""
        path = self._config.folder / STATUS_FILE
        draft = path.with_suffix(".draft")
        try:
            text = json.dumps(self.status(self._say), ensure_ascii=False, indent=1)
            draft.write_text(text, "utf-8")
            draft.replace(path)
        except OSError as error:
            # A full disk must not stop the agent; its buffer counts what that costs.
            draft.unlink(missing_ok=True)
            print(f"status: {error}", file=sys.stderr)


def _about(drivers: tuple[DriverConfig, ...]) -> dict[str, Any]:
    return {
        tag: {"unit": told.unit, "expected_seconds": told.expected_seconds}
        for driver in drivers
        for tag, told in driver.recipe.about.items()
        if told != (None, None)
    }
