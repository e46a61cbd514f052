"""A simulated machine of which everything is known: when it stood, and each part that it made.

It makes a part about each `cycle` seconds while it runs; at the end of a stop it begins a new part.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

S = 1_000_000


@dataclass
class Truth:
    """A machine for some seconds; `stops` are (start, end) in seconds after its start."""

    start_us: int
    seconds: int
    stops: Sequence[tuple[int, int]]
    cycle: float = 24.0
    jitter: float = 0.03
    seed: int = 7
    made: list[float] = field(default_factory=list)  #: seconds at which parts were done

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        edges = [0, *(edge for stop in self.stops for edge in stop), self.seconds]
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            at = float(begin)
            while True:
                at += self.cycle * (1 + chance.uniform(-self.jitter, self.jitter))
                if at >= end:
                    break
                self.made.append(at)

    def runs(self, second: float) -> bool:
        """Whether it runs at a second."""
        return not any(start <= second < end for start, end in self.stops)

    def counter(self, *, every: float = 1.0, first: int = 100) -> list[tuple[int, int]]:
        """Readings of its counter, polled."""
        found, at, place = [], 0.0, 0
        while at < self.seconds:
            while place < len(self.made) and self.made[place] <= at:
                place += 1
            found.append((self.start_us + round(at * S), first + place))
            at += every
        return found

    def current(self, *, every: float = 1.0, noise: float = 2.0) -> list[tuple[int, float]]:
        """Readings of its motor's current: about 22 A with each cycle's ups and downs, 6 A idle."""
        chance = random.Random(self.seed + 1)
        found, at = [], 0.0
        while at < self.seconds:
            phase = (at % self.cycle) / self.cycle
            level = (26.0 if phase < 0.4 else 19.0) if self.runs(at) else 6.0
            found.append((self.start_us + round(at * S), level + chance.gauss(0, noise)))
            at += every
        return found

    def f1(self, spans: Sequence[Sequence[object]]) -> float:
        """F1 of "running", second by second, of spans (start, end, state, …)."""
        told = bytearray(self.seconds)
        for span in spans:
            start, end, state = int(str(span[0])), int(str(span[1])), span[2]
            if state == "running":
                for second in range(
                    max(0, (start - self.start_us) // S),
                    min(self.seconds, (end - self.start_us) // S),
                ):
                    told[second] = 1
        both = sum(told[second] and self.runs(second) for second in range(self.seconds))
        said, true = sum(told), sum(self.runs(second) for second in range(self.seconds))
        return 2 * both / (said + true)

    def missed(self, spans: Sequence[Sequence[object]]) -> list[tuple[int, int]]:
        """Stops that no standing span matches within one cycle at both ends."""
        limit = self.cycle * S * (1 + self.jitter) + S
        standing = [
            (int(str(span[0])), int(str(span[1])))
            for span in spans
            if span[2] not in ("running", "unknown")
        ]
        return [
            (start, end)
            for start, end in self.stops
            if not any(
                abs(a - self.start_us - start * S) <= limit
                and abs(b - self.start_us - end * S) <= limit
                for a, b in standing
            )
        ]
