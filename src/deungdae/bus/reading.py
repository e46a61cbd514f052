"""Reading a queue in order, from any place in it, as often as one likes.

The reader keeps no place on the bus: whoever reads knows how far it came (the writer reads it from
its table), and so a crash can neither skip a message nor take one away from the next reader.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import nats.errors
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.client import JetStreamContext

from deungdae.bus.bundles import BadBundle, Part, unpack
from deungdae.bus.connection import LOST, Connection
from deungdae.bus.streams import Queue

REST_SECONDS = 0.2


@dataclass(frozen=True)
class Stored:
    """A message as it lies in a queue. `parts` is None when its bytes are no bundle."""

    sequence: int
    stored_us: int  #: when the bus stored it
    parts: list[Part] | None
    raw: bytes


class Reader:
    """Reads one queue from behind a sequence on, or from its beginning."""

    def __init__(self, connection: Connection, queue: Queue, after: int | None) -> None:
        self._connection = connection
        self._queue = queue
        self._subscription: JetStreamContext.PullSubscription | None = None
        self._breaks = -1
        self._fresh = False  # nothing came yet since the subscription began
        self.after = -1 if after is None else after  #: the last sequence that was returned
        self.missing = 0  #: sequences that the bus no longer had; not 0 is a loss to look into

    async def next(self, most: int, wait: float, linger: float | None = None) -> list[Stored]:
        """Return up to `most` messages in order; none after `wait` seconds, or without a line.

        It waits for `most` as long as it may, or only for `linger` seconds after the first.
        """
        try:
            subscription = await self._subscribed()
            if linger is None:
                messages = await subscription.fetch(most, timeout=wait)
            else:
                messages = await subscription.fetch(1, timeout=wait)
                with suppress(nats.errors.TimeoutError):
                    messages += await subscription.fetch(most, timeout=linger)
        except nats.errors.TimeoutError:
            await self._check()
            return []
        except LOST:
            self._subscription = None
            await asyncio.sleep(min(REST_SECONDS, wait))
            return []
        found = []
        for message in messages:
            about = message.metadata
            sequence = about.sequence.stream
            if sequence <= self.after:
                continue
            if sequence != self.after + 1:
                if not self._fresh:
                    # Some were lost on the line, not on the bus: ask for them again.
                    await self._drop()
                    break
                self.missing += sequence - self.after - 1
            self._fresh = False
            self.after = sequence
            stored_us = int(about.timestamp.timestamp() * 1_000_000)
            found.append(Stored(sequence, stored_us, _parts(message.data), message.data))
        return found

    async def close(self) -> None:
        """Stop reading."""
        await self._drop()

    async def _subscribed(self) -> JetStreamContext.PullSubscription:
        if self._subscription is not None and self._breaks == self._connection.breaks:
            return self._subscription
        await self._drop()
        self._breaks = self._connection.breaks
        jetstream = self._connection.jetstream
        info = await jetstream.stream_info(self._queue.name)
        began = (info.config.first_seq or 1) - 1
        if self.after < began:
            self.after = began  # nothing was read yet, or the bus was replaced by a new one
        if self.after + 1 < info.state.first_seq:
            self.missing += info.state.first_seq - self.after - 1
            self.after = info.state.first_seq - 1
        self._subscription = await jetstream.pull_subscribe(
            f"{self._queue.subject}.>",
            stream=self._queue.name,
            config=ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=self.after + 1,
                ack_policy=AckPolicy.NONE,
                inactive_threshold=60.0,
                mem_storage=True,
            ),
        )
        self._fresh = True
        return self._subscription

    async def _check(self) -> None:
        """When nothing comes although there is something, the subscription has died in silence."""
        try:
            info = await self._connection.jetstream.stream_info(self._queue.name)
            if info.state.last_seq > self.after:
                await self._drop()
        except LOST:
            self._subscription = None

    async def _drop(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            try:
                await subscription.unsubscribe()
            except LOST:
                return


def _parts(data: bytes) -> list[Part] | None:
    try:
        return unpack(data)
    except BadBundle:
        return None
