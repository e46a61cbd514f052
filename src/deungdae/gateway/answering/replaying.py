"""The topic "gateway": what must be done where points are taken in, such as a replay."""

import asyncio
from collections.abc import Callable

from deungdae import bus
from deungdae.bus.given import Given
from deungdae.gateway import sinks
from deungdae.gateway.answering.understanding import Understanding
from deungdae.gateway.naming import Names
from deungdae.gateway.sinks import Sink
from deungdae.gateway.writing.replay import replay
from deungdae.lake.intake import Quarantine
from deungdae.records.errors import PublicError, UnusableOption

TOPIC = "gateway"
REPLAY_SECONDS = 15.0  #: then the asker is told how far it came, and asks on


class Replaying:
    """A part of the gateway: answers `replay` until it is stopped."""

    def __init__(
        self,
        connection: bus.Connection,
        quarantine: Quarantine,
        sink: Sink,
        names: Names,
        now_us: Callable[[], int],
    ) -> None:
        self._connection = connection
        self._quarantine = quarantine
        self._sink = sink
        self._names = names
        self._now_us = now_us
        self._stop = asyncio.Event()
        self._busy: set[str] = set()

    async def run(self) -> None:
        """Answer until `stop`."""
        groups = await bus.Mirror.open(self._connection, bus.SPARKPLUG)
        self._understand = Understanding(self._names, lambda group: groups.find(group))
        answers = await bus.Answering.open(self._connection, TOPIC, self._answer)
        try:
            await self._stop.wait()
        finally:
            await answers.close()
            await groups.close()

    def stop(self) -> None:
        """Let `run` end."""
        self._stop.set()

    async def _answer(self, asked: bus.Asked) -> bus.Said:
        if asked.ask != "replay":
            raise UnusableOption("There is no question {name}.", name=asked.ask[:80])
        given = Given(asked.parameters)
        source, reason = given.word("source"), given.word("reason")
        after = _place(given.word("after"))
        given.nothing_else()
        if asked.organisation in self._busy:
            raise PublicError("A replay is under way already. Please wait until it has ended.")
        self._busy.add(asked.organisation)
        try:
            found = await replay(
                self._quarantine,
                self._sink,
                self._understand,
                asked.organisation,
                now_us=self._now_us(),
                reason=reason,
                source=source,
                after=after,
                seconds=min(REPLAY_SECONDS, asked.within / 2),
            )
        except sinks.Refused as error:
            raise PublicError(
                "The points could not be stored now. What was replayed before is stored; please "
                "try again in {seconds} seconds.",
                seconds=error.retry_after_s,
            ) from error
        finally:
            self._busy.discard(asked.organisation)
        told = {name: getattr(found, name) for name in ("replayed", "still_held", "points")}
        ended = found.after is None
        return bus.said_json(
            told | {"next": None if ended else "{}-{}".format(*(found.after or ()))}
        )


def _place(cursor: str | None) -> tuple[int, int] | None:
    if cursor is None:
        return None
    sequence, dash, place = cursor.partition("-")
    if not (dash and sequence.isascii() and sequence.isdecimal() and place.isdecimal()):
        raise UnusableOption("The parameter {name} is missing or makes no sense.", name="after")
    return int(sequence), int(place)
