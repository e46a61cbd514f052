"""What people said of stops and scrap, laid over what was computed.

The web's rows are the truth; these are their copies.
"""

from collections.abc import Sequence
from typing import NamedTuple

from deungdae.analysis.oee import STANDING, Span, State, joined

SNAP_US = 60_000_000  #: a said edge so near to a computed one means that one
_LABELLED = STANDING | {State.UNKNOWN}  #: people may know what no signal told


class SaidStop(NamedTuple):
    """A reason for a stop; `end_us` None: until that stop ends."""

    id: str
    start_us: int
    end_us: int | None
    state: State
    reason: str


class SaidScrap(NamedTuple):
    """Bad parts that somebody counted."""

    id: str
    at_us: int
    parts: float
    kind: str  #: scrapped or reworked
    reason: str


class Told(NamedTuple):
    """A span, and the id of what was said of it."""

    span: Span
    said: str | None


def laid_over(
    spans: Sequence[Span], said: Sequence[SaidStop], begun_us: int | None = None
) -> list[Told]:
    """Return the spans with what was said of them, in order, without holes.

    Each said stop counts for the standing (or unknown) span that it overlaps most; a part of it
    that was not said stays a stop of its own. What was said last counts. `begun_us` is when the
    stop with which the spans begin began, if that was before them: what was said "until it ends"
    then goes on.
    """
    found = [Told(span, None) for span in spans]
    first = spans[0].start_us if spans else 0
    for one in said:
        last = found[-1].span.end_us if found else 0
        # A stop "until it ends" is that in which it began.
        until = one.end_us if one.end_us is not None else min(one.start_us + 1 + SNAP_US, last)
        whole = _stops(found)
        if begun_us is not None and one.end_us is None and whole[:1] and whole[0][0] == first:
            whole[0] = (begun_us, whole[0][1])
        best = max(whole, key=lambda pair: _overlap(pair, one.start_us, until), default=None)
        if best is None or _overlap(best, one.start_us, until) <= 0:
            continue
        start, end = max(one.start_us, best[0]), best[1] if one.end_us is None else until
        start = best[0] if start - best[0] <= SNAP_US else start
        end = best[1] if best[1] - end <= SNAP_US else end
        found = _labelled(found, start, end, one)
    return found


def goes_on(before: Sequence[Span], span: Span) -> int:
    """Return when the stop began that goes on in a span: within the spans before it, or there."""
    last = _stops([Told(each, None) for each in (*before, span)])[-1:]
    return min(last[0][0], span.start_us) if last and last[0][1] == span.end_us else span.start_us


def _stops(told: Sequence[Told]) -> list[tuple[int, int]]:
    """Return the stretches that may be named: standing by standing, unknown by unknown."""
    found: list[tuple[int, int]] = []
    kind: bool | None = None
    for span, _ in told:
        if span.state not in _LABELLED:
            kind = None
            continue
        unknown = span.state is State.UNKNOWN
        if kind is unknown and found[-1][1] == span.start_us:
            found[-1] = (found[-1][0], span.end_us)
        else:
            found.append((span.start_us, span.end_us))
        kind = unknown
    return found


def _overlap(pair: tuple[int, int], start: int, end: int) -> int:
    return min(pair[1], end) - max(pair[0], start)


def _labelled(told: Sequence[Told], start: int, end: int, one: SaidStop) -> list[Told]:
    found: list[Told] = []
    for each in told:
        span = each.span
        a, b = max(span.start_us, start), min(span.end_us, end)
        if span.state not in _LABELLED or a >= b:
            found.append(each)
            continue
        if span.start_us < a:
            found.append(Told(span._replace(end_us=a), each.said))
        named = Span(a, b, one.state, one.reason)
        if found and found[-1].said == one.id and found[-1].span.end_us == a:
            found[-1] = Told(found[-1].span._replace(end_us=b), one.id)
        else:
            found.append(Told(named, one.id))
        if b < span.end_us:
            found.append(Told(span._replace(start_us=b), each.said))
    return found


def plain(told: Sequence[Told]) -> list[Span]:
    """Return the spans alone."""
    return joined(each.span for each in told)
