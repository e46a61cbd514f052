"""Sends batches until stopped: one at a time, in order, each until the server has it."""

import os
import random
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import NamedTuple

from deungdae.edge.buffer import Buffer, Outgoing
from deungdae.edge.uplink import Answer, NoAnswer, Uplink
from deungdae.records.messages import Message, message
from deungdae.records.readings import shown

FIRST_DELAY, LONGEST_DELAY = 0.5, 60.0  #: seconds between tries
SLOWLY = 60.0  #: seconds, where a person has to do something first
LONGEST_WISH = 3600.0  #: seconds of a Retry-After that are believed
LOOK_SECONDS = 0.5  #: between two looks whether to stop
GATHER_SECONDS = 0.03  #: for the rest of what one look at a machine brings


class Link(StrEnum):
    """How things stand between the agent and the server."""

    STARTING = "starting"
    SENDING = "sending"
    OFFLINE = "offline"  #: no answer
    REFUSED = "refused"  #: an answer that a person must look at
    BUSY = "busy"  #: the server asked to wait


class State(NamedTuple):
    """The link and a sentence about it, for the status."""

    link: Link
    problem: Message | None


class Sender:
    """Takes batches from the buffer to the server."""

    def __init__(
        self,
        buffer: Buffer,
        uplink: Uplink,
        *,
        most_readings: int,
        every_seconds: float,
        aside: Path,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.state = State(Link.STARTING, None)
        self._buffer = buffer
        self._uplink = uplink
        self.most_readings = most_readings  #: of a batch; may be changed at any time
        self.every_seconds = every_seconds  #: between batches; may be changed at any time
        self._aside = aside
        self._chance = chance
        self.failures = 0  #: tries since the server answered last
        self._gap_after: int | None = None
        self._hurry = Event()

    def run(self, stop: Event) -> None:
        """Send until `stop` is set; what is not acknowledged by then stays in the buffer."""
        while not stop.is_set():
            if self.state.link in (Link.STARTING, Link.SENDING):
                self._gather(stop)
                if stop.is_set():
                    break
            begun = time.monotonic()
            pause = self.step()
            if self.state.link is Link.SENDING:
                # From one batch to the next, not from the end of one: a machine that is read as
                # often as batches go is then sent as soon as it was read.
                pause -= time.monotonic() - begun
            self._pause(stop, pause)
        self._uplink.close()

    def _gather(self, stop: Event) -> None:
        if self._buffer.await_readings(0):
            return
        while not stop.is_set():
            if self._buffer.await_readings(LOOK_SECONDS):
                stop.wait(GATHER_SECONDS)
                return

    def hurry(self) -> None:
        """The server was heard: do not wait for it any longer."""
        if self.state.link is Link.OFFLINE:
            self._hurry.set()

    def _pause(self, stop: Event, seconds: float) -> None:
        while seconds > 0 and not stop.is_set():
            part = min(seconds, LOOK_SECONDS)
            stop.wait(part)
            seconds -= part
            if self._hurry.is_set():
                self._hurry.clear()
                return

    def step(self) -> float:
        """Send one batch if any waits; return how many seconds to wait before the next."""
        batch = self._buffer.next_batch(self.most_readings)
        if batch is None:
            return self.every_seconds
        try:
            answer = self._uplink.send(batch.body, gap_after=self._gap_after)
        except NoAnswer as error:
            self.state = State(
                Link.OFFLINE, message("The server does not answer: {why}", why=shown(str(error)))
            )
            return self._later(None)
        if answer.clock_error_us is not None and answer.status < 500:
            self._buffer.keep_clock_error(answer.clock_error_us, answer.round_trip_us)
        return self._heed(batch, answer)

    def _heed(self, batch: Outgoing, answer: Answer) -> float:
        status = answer.status
        if status == 200 and answer.whole("acknowledged") == batch.sequence:
            self._buffer.acknowledge(batch.sequence)
            return self._done()
        if status == 409 and (known := answer.whole("acknowledged")) is not None:
            return self._after_a_gap(batch, known)
        if status in (400, 422) and isinstance(answer.document.get("code"), str):
            self._set_aside(batch, answer)
            return self._done(problem=self.state.problem)
        if status in (429, 502, 503, 504):
            self.state = State(Link.BUSY, _busy(answer))
            return self._later(answer.retry_after_seconds)
        if status in (401, 403):
            problem = message(
                "The server does not accept this agent's token. Has it been revoked? Nothing is "
                "lost meanwhile."
            )
        else:
            # A proxy's page, a wrong address, a server's fault: never a reason to throw data away.
            problem = message(
                "The server answers with status {status}, which is no answer to a batch. Is its "
                "address right?",
                status=status,
            )
        self.state = State(Link.REFUSED, problem)
        return max(SLOWLY * (0.5 + self._chance() / 2), answer.retry_after_seconds or 0)

    def _after_a_gap(self, batch: Outgoing, known: int) -> float:
        if known >= batch.sequence:
            self.state = State(
                Link.REFUSED,
                message(
                    "The server already has batch {known} of this edge, and we are at {ours}. Does "
                    "another agent use the same id?",
                    known=known,
                    ours=batch.sequence,
                ),
            )
            return SLOWLY
        if self._gap_after == known:
            self.state = State(
                Link.REFUSED,
                message("The server misses batches after {known} and does not go on.", known=known),
            )
            return SLOWLY
        # What was acknowledged is deleted here, so nothing between can be sent again: say so.
        self._gap_after = known
        return 0

    def _set_aside(self, batch: Outgoing, answer: Answer) -> None:
        self._aside.mkdir(parents=True, exist_ok=True)
        with (self._aside / f"{batch.sequence}.batch").open("wb") as file:
            file.write(batch.body)
            file.flush()
            os.fsync(file.fileno())
        self._buffer.set_aside(batch.sequence)
        self.state = State(
            Link.SENDING,
            message(
                "The server cannot read batch {sequence}: {why} It was set aside in {folder}.",
                sequence=batch.sequence,
                why=shown(str(answer.document.get("message", answer.document["code"])), 200),
                folder=str(self._aside),
            ),
        )

    def _done(self, problem: Message | None = None) -> float:
        self.failures = 0
        self._gap_after = None
        self.state = State(Link.SENDING, problem)
        more = self._buffer.standing().waiting >= self.most_readings
        return 0 if more else self.every_seconds

    def _later(self, wished: float | None) -> float:
        # Agents that lost one server together must not come back together.
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(self.failures, 10))
        self.failures += 1
        return max(delay * (0.5 + self._chance() / 2), min(wished or 0, LONGEST_WISH))


def _busy(answer: Answer) -> Message:
    """Return the server's own reason, if it gives one: a quota says how long to wait."""
    why = answer.document.get("message")
    if not isinstance(why, str) or not why:
        return message("The server asks to wait.")
    return message("The server asks to wait: {why}", why=shown(why, 200))
