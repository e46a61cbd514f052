"""Running, stopped and unknown from one counter, and nothing else.

A machine runs from part to part. Where the next part takes much longer than a cycle, the machine
stood for what the gap has beyond one cycle, and it is taken to have stood first: the part that ends
the gap was made in its last cycle. Where the counter itself was not heard, nothing is known.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.oee.cycles import Increments, cycle_seconds, increments, learned
from deungdae.analysis.oee.spans import Span, State, joined, within

STOP_CYCLES = 2.0  #: a gap longer than so many cycles holds a stop
KNOWN_TO = 0.01  #: the usual cycle is known to this share of it: of many parts it adds up
SILENCE_CYCLES = 3.0  #: and longer than so many usual intervals between readings, nothing is known


def limit_seconds(cycle: float, stop_after: float | None = None) -> float:
    """Return the gap between parts beyond which there is a stop, in seconds."""
    return STOP_CYCLES * cycle if stop_after is None else stop_after


def counted(
    times_us: NDArray[np.int64],
    values: NDArray[np.float64],
    start_us: int,
    end_us: int,
    *,
    cycle: float | None = None,
    stop_after: float | None = None,
    heard_every: float | None = None,
) -> list[Span]:
    """Return the states between two instants, without holes, from readings of a counter.

    `cycle` is the usual cycle in seconds; learned from the readings when it is not told, and then
    all is unknown if there are too few. `stop_after`: a gap longer than so many seconds holds a
    stop (twice the cycle when not told). `heard_every` is the usual interval between readings
    in seconds: for a source that speaks although nothing changes, a longer silence is unknown; None
    for a source that speaks only when a part is made, whose silence is a stop.
    """
    found = increments(times_us, values)
    if cycle is None:
        shown = learned(cycle_seconds(found))
        if shown is None:
            return [Span(start_us, end_us, State.UNKNOWN)]
        cycle = shown.typical
    limit = limit_seconds(cycle, stop_after)
    spans = list(_spans(found, cycle, limit, start_us, end_us))
    if heard_every is not None:
        silences = _silences(np.asarray(times_us, np.int64), heard_every, start_us, end_us)
        spans = _covered(spans, silences)
    return within(spans, start_us, end_us)


def _spans(found: Increments, cycle: float, limit: float, start_us: int, end_us: int) -> list[Span]:
    times, parts = found.times, found.parts
    if not len(times):
        return [Span(start_us, end_us, State.STOPPED)] if end_us > start_us else []
    first, last = int(times[0]), int(times[-1])
    # Before the first part stands what goes before, as in any other gap.
    before = np.concatenate(([start_us], times[:-1]))
    own = np.rint(parts * cycle * 1e6).astype(np.int64)
    # Of several parts in one reading, each has its cycle; the rest of the gap is the stop.
    longest = limit + (parts - 1) * cycle * (1 + KNOWN_TO)
    stood = ((times - before) / 1e6 > longest) & (before < times - own)
    if first <= start_us:
        stood[0] = False
    spans: list[Span] = []
    at = min(first, start_us)
    for place in np.flatnonzero(stood).tolist():
        spans.append(Span(at, int(before[place]), State.RUNNING))
        at = int(times[place] - own[place])
        spans.append(Span(int(before[place]), at, State.STOPPED))
    if (end_us - last) / 1e6 > limit:
        spans += [Span(at, last, State.RUNNING), Span(last, end_us, State.STOPPED)]
    else:
        spans.append(Span(at, max(end_us, last), State.RUNNING))
    return joined(span for span in spans if span.end_us > span.start_us)


def _silences(
    times: NDArray[np.int64], every: float, start_us: int, end_us: int
) -> list[tuple[int, int]]:
    edges = np.concatenate(([start_us], times[(times >= start_us) & (times < end_us)], [end_us]))
    long = np.flatnonzero(np.diff(edges) > SILENCE_CYCLES * every * 1e6)
    return [(int(edges[at]), int(edges[at + 1])) for at in long]


def _covered(spans: Sequence[Span], silences: Sequence[tuple[int, int]]) -> list[Span]:
    """Return the spans with silences made unknown."""
    found = list(spans)
    for start, end in silences:
        found = [
            piece
            for span in found
            for piece in (
                span._replace(end_us=min(span.end_us, start)),
                span._replace(start_us=max(span.start_us, end)),
            )
            if piece.end_us > piece.start_us
        ]
    found += [Span(start, end, State.UNKNOWN) for start, end in silences]
    return sorted(found)
