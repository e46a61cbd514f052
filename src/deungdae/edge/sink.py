"""Takes the readings of one driver to the buffer, and remembers how it is."""

from collections import deque
from collections.abc import Iterable, Mapping
from statistics import median

from deungdae.edge import clock
from deungdae.edge.buffer import Buffer
from deungdae.edge.drivers import RESUMING
from deungdae.edge.losses import Loss
from deungdae.records.messages import Message
from deungdae.records.readings import Reading

LAGS = 200  #: readings whose lag is remembered
LAGS_OF_A_TAKE = 20


class DriverSink:
    """One driver's way to the buffer."""

    def __init__(self, name: str, kind: str, buffer: Buffer) -> None:
        self.name, self.kind = name, kind
        self.taken = 0
        self.last_us: int | None = None  #: received time of the last reading
        self.problem: Message | None = None
        self._gap_from: int | None = None  #: since when nobody reads the machine
        self._buffer = buffer
        self._lags: deque[int] = deque(maxlen=LAGS)
        self._live: set[str] = set()  #: tags whose next reading is a change that we saw happen

    def follow(self, other: "DriverSink") -> None:
        """Go on counting where another left off, when one configuration gives way to another."""
        self.taken, self.last_us = other.taken, other.last_us
        self._gap_from = other._gap_from if self.kind not in RESUMING else None

    def end(self) -> None:
        """Note that the machine is not read from now on."""
        self._gap_from = self._gap_from or clock.now_us()

    def take(self, readings: Iterable[Reading], bookmarks: Mapping[str, str] | None = None) -> int:
        """Keep readings on disk, and with them how far the source has been read."""
        told = list(readings)
        kept = self._buffer.take(self.name, told, bookmarks)
        if kept:
            self.taken += kept
            self.last_us = clock.now_us()
            self._bridge()
            self._measure(told, self.last_us)
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

    @property
    def source_lag_us(self) -> int | None:
        """Median of received - source time of the last readings: negative for a clock ahead."""
        lags = list(self._lags)
        return round(median(lags)) if lags else None

    def _bridge(self) -> None:
        since, self._gap_from = self._gap_from, None
        if since is not None:
            self.lose(Loss.GAP, 1, since, max(since, clock.now_us()))

    def _measure(self, readings: list[Reading], now: int) -> None:
        if self.kind in RESUMING:
            # An old file or a stay in the broker is no wrong clock: the newest tells most.
            chosen = [max(readings, key=lambda reading: reading.time_us)]
        else:
            seen = [reading for reading in readings if self._saw(reading)]
            chosen = seen[:: -(-len(seen) // LAGS_OF_A_TAKE) or 1]
        for reading in chosen:
            received = now if reading.received_us is None else reading.received_us
            self._lags.append(received - reading.time_us)

    def _saw(self, reading: Reading) -> bool:
        """Say whether a reading tells what just happened.

        The first of a tag, also after a silence, may be of a time long ago: a machine tells when
        its value changed last.
        """
        if reading.value is None:
            self._live.discard(reading.tag)
            return False
        known = reading.tag in self._live
        self._live.add(reading.tag)
        return known
