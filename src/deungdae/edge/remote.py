"""What a server wants of its agent: a configuration, or a look at a machine.

GET {server}/edge/v1/work?number=N&wait=25     N: the newest configuration that came here, 0: none
200 {"number": M, "drivers": […], "send": {…}}  another one is wanted
200 {"task": {"id": …, "kind": "browse", "driver": {…}, "most": 500}}
204                                            nothing within `wait` seconds
401, 403                                       the token is not, or no longer, accepted

A configuration is checked as a file would be before anything changes. If it has problems, they are
reported and the former one goes on; they are looked at again each minute, because what is wrong may
lie here, such as a file with a password that is not there yet.
"""

import random
from collections.abc import Callable
from threading import BoundedSemaphore, Event, Thread
from typing import Any, NamedTuple

from deungdae.edge import clock, kept
from deungdae.edge.browsing import browse, plain
from deungdae.edge.config import Config, Wanted, read_wanted
from deungdae.edge.fields import Problem
from deungdae.edge.wire import NoAnswer, Reply, Server
from deungdae.records.messages import message

PATH = "/edge/v1/work"
ANSWERS_PATH = "/edge/v1/answers/"
WAIT_SECONDS = 25
REPLY_SECONDS = 20.0  #: beyond what the server may wait
FIRST_DELAY, LONGEST_DELAY = 1.0, 30.0  #: seconds between tries
SLOWLY = 60.0  #: seconds, where a person has to do something first
RECHECK_SECONDS = 60.0
MOST_TASKS = 2  #: at once


class Refused(NamedTuple):
    """A configuration that was not applied, and why."""

    number: int
    problems: tuple[Problem, ...]


class Remote:
    """Follows what the server wants. `apply` makes drivers run; `log` writes a fault down."""

    def __init__(
        self,
        config: Config,
        server: Server,
        apply: Callable[[Wanted], None],
        log: Callable[[str], str],
        *,
        recheck_seconds: float = RECHECK_SECONDS,
    ) -> None:
        self.applied: int | None = None
        self.refused: Refused | None = None
        self._config = config
        self._server = server
        self._apply = apply
        self._log = log
        self._wire = server.wire(WAIT_SECONDS + REPLY_SECONDS)
        self._kept = kept.load(config.folder)
        self._checked_us = 0
        self._recheck_us = round(recheck_seconds * 1e6)
        self._failures = 0
        self._tasks = BoundedSemaphore(MOST_TASKS)

    def begin(self) -> None:
        """Apply what was kept from before, without asking anybody."""
        if self._kept.received is not None and not self._take(self._kept.received):
            former = self._kept.applied
            if former is not None:
                problems: list[Problem] = []
                wanted = read_wanted(former, self._config, problems)
                if not problems:
                    self._apply(wanted)
                    self.applied = kept.number_of(former)

    def run(self, stop: Event) -> None:
        """Ask again and again until stopped."""
        while not stop.is_set():
            asked = clock.now_us()
            stop.wait(self.step())
            self.look_again()
            if clock.now_us() - asked < 0.2e6:
                stop.wait(1.0)  # a server that never waits must not be asked without end
        self._wire.close()

    def end(self) -> None:
        """Break off the question that hangs at the server."""
        self._wire.break_off()

    def step(self) -> float:
        """Ask once and do what is wanted; return how many seconds to wait before the next."""
        path = f"{PATH}?number={self._kept.number}&wait={WAIT_SECONDS}"
        try:
            reply = self._wire.ask("GET", path, None, {})
        except NoAnswer:
            return self._later()
        if reply.status in (401, 403, 404):
            return max(SLOWLY * (0.5 + random.random() / 2), reply.retry_after_seconds or 0)  # noqa: S311
        if reply.status not in (200, 204):
            return max(self._later(), reply.retry_after_seconds or 0)
        self._failures = 0
        if reply.status == 200:
            self._heed(reply)
        return 0

    def _heed(self, reply: Reply) -> None:
        document = reply.document
        task = document.get("task")
        if isinstance(task, dict):
            Thread(target=self._carry_out, args=[task], name="task", daemon=True).start()
        elif type(document.get("number")) is int and document["number"] != self._kept.number:
            self._take(document)

    def _take(self, document: dict[str, Any]) -> bool:
        """Apply a configuration if it is in order; keep it in any case."""
        problems: list[Problem] = []
        wanted = read_wanted(document, self._config, problems)
        self._checked_us = clock.now_us()
        number = kept.number_of(document)
        if problems:
            self.refused = Refused(number, tuple(problems))
            standing = kept.Kept(document, self._kept.applied)
        else:
            self._apply(wanted)
            self.applied, self.refused = number, None
            standing = kept.Kept(document, document)
        if standing != self._kept:
            self._kept = standing
            try:
                kept.save(self._config.folder, standing)
            except OSError:
                # It runs; after a restart the server is asked for it again.
                self._log("wanted")
        return not problems

    def look_again(self) -> None:
        """See whether a problem is gone, or a file was exchanged that a driver was made with."""
        if clock.now_us() - self._checked_us < self._recheck_us:
            return
        self._checked_us = clock.now_us()
        if self._kept.received is None:
            return
        if self.refused is not None:
            self._take(self._kept.received)
            return
        problems: list[Problem] = []
        wanted = read_wanted(self._kept.received, self._config, problems)
        if not problems:  # else what runs goes on, and says itself what it lacks
            self._apply(wanted)

    def _carry_out(self, task: dict[str, Any]) -> None:
        number = task.get("id")
        if not isinstance(number, str) or task.get("kind") != "browse":
            return
        if self._tasks.acquire(blocking=False):
            try:
                answer = browse(self._config, task)
            finally:
                self._tasks.release()
        else:
            answer = {"error": plain(message("The agent is looking at other machines already."))}
        wire = self._server.wire(REPLY_SECONDS)
        try:
            wire.tell(ANSWERS_PATH + number, answer)
        except NoAnswer:
            return  # whoever asked hears that nobody answered in time
        finally:
            wire.close()

    def _later(self) -> float:
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return delay * (0.5 + random.random() / 2)  # noqa: S311 - spreads tries


def refusal(refused: Refused | None) -> dict[str, Any] | None:
    """Return a refusal as data."""
    if refused is None:
        return None
    problems = [{"where": p.where, "what": plain(p.what)} for p in refused.problems[:50]]
    return {"number": refused.number, "problems": problems}
