"""Stretches of time in which a machine was in one state, without holes.

Unknown is a state of its own: a time of which nothing is known is neither running nor stopped.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias, TypeVar


class State(StrEnum):
    """What a machine did. The words in brackets are those of ISO 22400-2.

    `STARVED` and `BLOCKED`: it could work, but nothing comes or nothing can leave (delay time).
    """

    RUNNING = "running"  #: (production time)
    SETUP = "setup"  #: changeover (unit setup time)
    DOWN = "down"  #: a fault (unit down time)
    STARVED = "starved"  #: (unit delay time)
    BLOCKED = "blocked"  #: (unit delay time)
    STOPPED = "stopped"  #: it stands, and nobody said why yet
    UNKNOWN = "unknown"


#: States of which it is known that nothing is made.
STANDING = frozenset({State.SETUP, State.DOWN, State.STARVED, State.BLOCKED, State.STOPPED})


class Span(NamedTuple):
    """A machine's state from `start_us` to before `end_us` (microseconds UTC), and why."""

    start_us: int
    end_us: int
    state: State
    reason: str = ""

    @property
    def inside_us(self) -> int:
        """How long it lasted, in microseconds."""
        return self.end_us - self.start_us

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.inside_us / 1e6

    @property
    def micro_below(self) -> float | None:
        """What a `Stretch` may know: nothing here."""
        return None


class Stretch(NamedTuple):
    """What lies of one span in periods, such as planned working time: one, over breaks too.

    It may reach over time that is in no period: `inside_us` is what lies in them. `micro_below`:
    a stop of fewer seconds is a micro-stop of its machine, which may stand beside others.
    """

    start_us: int
    end_us: int
    state: State
    reason: str
    inside_us: int
    micro_below: float | None = None

    @property
    def seconds(self) -> float:
        """How long it lasted within the periods."""
        return self.inside_us / 1e6


Lasting: TypeAlias = Span | Stretch
_Either = TypeVar("_Either", Span, Stretch)


def within(spans: Iterable[Span], start_us: int, end_us: int) -> list[Span]:
    """Return the spans between two instants, cut at both; holes become unknown.

    `spans` are in order and do not overlap; raises ValueError when they do.
    """
    found: list[Span] = []
    at = start_us
    last_end: int | None = None
    for span in spans:
        if last_end is not None and span.start_us < last_end:
            raise ValueError("spans overlap, or are out of order")
        last_end = span.end_us
        start, end = max(span.start_us, start_us), min(span.end_us, end_us)
        if start >= end:
            continue
        if at < start:
            found.append(Span(at, start, State.UNKNOWN))
        found.append(span._replace(start_us=start, end_us=end))
        at = end
    if at < end_us:
        found.append(Span(at, end_us, State.UNKNOWN))
    return joined(found)


def during(spans: Sequence[Span], periods: Iterable[tuple[int, int]]) -> list[Stretch]:
    """Return what falls of spans into periods (start, end), such as planned working time."""
    pieces = [span for start, end in periods for span in within(spans, start, end)]
    return made_one([Stretch(*span, span.inside_us) for span in pieces], spans)


def made_one(pieces: Iterable[Stretch], spans: Iterable[Span]) -> list[Stretch]:
    """Return pieces of spans, in order, with those of one span made one, over breaks too."""
    whole = joined(spans)
    starts = [span.start_us for span in whole]
    found: list[Stretch] = []
    for piece in pieces:
        at = bisect_right(starts, piece.start_us) - 1
        one = (
            bool(found)
            and at >= 0
            and found[-1][2:4] == piece[2:4] == whole[at][2:4]
            and whole[at].start_us < found[-1].end_us
            and piece.start_us < whole[at].end_us
        )
        if one:
            inside = found[-1].inside_us + piece.inside_us
            found[-1] = found[-1]._replace(end_us=piece.end_us, inside_us=inside)
        else:
            found.append(piece)
    return found


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same with neighbours of one state and reason made one."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].end_us == span.start_us and found[-1][2:] == span[2:]:
            found[-1] = found[-1]._replace(end_us=span.end_us)
        else:
            found.append(span)
    return found


def seconds_by_state(spans: Iterable[Lasting]) -> dict[State, float]:
    """Return how long each state lasted in all; every state has an entry."""
    total = dict.fromkeys(State, 0)
    for span in spans:
        total[span.state] += span.inside_us
    return {state: microseconds / 1e6 for state, microseconds in total.items()}


def stops(spans: Iterable[_Either]) -> Iterator[_Either]:
    """Yield the spans in which the machine is known to stand."""
    return (span for span in spans if span.state in STANDING)
